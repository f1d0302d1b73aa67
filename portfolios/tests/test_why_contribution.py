"""Why a holding added what it did to the return: days, profits, and the capital at work."""

from decimal import Decimal

import pytest

from accounts.models import User
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio
from portfolios.tests.explained import asked, below, broken, run, why
from portfolios.tests.factories import append, deposit, trade
from portfolios.tests.world import FRI, THU, TUE, WED, listing

PATTERN = "portfolio_attribution"


def test_a_purchase_counts_at_the_start_of_its_day(traded: Portfolio, alice: User) -> None:
    # Wednesday's 300 CAD buy 5 MAPLE at 22; at Thursday's close 15 are worth 25 each.
    append(traded, alice, trade("BUY", listing("MAPLE"), "5", "22", THU))
    done = run(alice, traded, PATTERN, start=WED)
    rows = done.run.result["contribution"]["holdings"]
    place = next(n for n, row in enumerate(rows) if row["symbol"] == "MAPLE")
    own = why(done, f"contribution.holdings.{place}.time_weighted_return")

    thursday, friday = own.children
    profit, capital = thursday.children
    # It ended at 375 and took 110 on the way; it began at 200: 65 on a capital of 200 and 110.
    assert [value for _, value in below(profit)] == [265, 200]
    assert below(capital) == [("MAPLE on 2013-02-06", 200), ("bought of MAPLE", 110)]
    assert [thursday.value, profit.value] == pytest.approx([65 / 310, 65])
    assert friday.value == 0

    added = why(done, f"contribution.holdings.{place}.contribution").children[0]
    effect = added.children[1]
    assert [value for _, value in below(effect)] == pytest.approx([65, 1040.8])


def test_charges_open_into_their_entries(traded: Portfolio, alice: User) -> None:
    fee = Draft(entry_type="FEE", transaction_date=FRI, gross_amount=Decimal("12"), currency="USD")
    append(traded, alice, fee)
    done = run(alice, traded, PATTERN, start=THU)
    rows = done.run.result["contribution"]["others"]
    place = next(n for n, row in enumerate(rows) if row["label"] == "Fees")
    (friday,) = why(done, f"contribution.others.{place}.contribution").children
    charged = friday.at([1, 0])

    assert charged is not None and charged.value == pytest.approx(-14.4)  # 12 at 1.20
    local, rate = charged.children[0].children
    assert [float(node.value or 0) for node in (local, rate)] == pytest.approx([-12, 1.2])
    assert [(leaf.label, leaf.value) for leaf in local.children] == [("fee of 2013-02-08", -12)]


def test_every_figure_follows_down_to_facts(traded: Portfolio, alice: User) -> None:
    append(
        traded,
        alice,
        deposit("500", WED),
        trade("BUY", listing("MAPLE"), "5", "22", WED),
        Draft(entry_type="FEE", transaction_date=FRI, gross_amount=Decimal("12"), currency="USD"),
        Draft(entry_type="TAX", transaction_date=THU, gross_amount=Decimal("3"), currency="CAD"),
    )
    for period in ({"start": TUE}, {"period": "SI"}):
        done = run(alice, traded, PATTERN, **period)
        paths = [*asked(done, "contribution")]
        assert len(paths) > 25
        assert broken(done, paths) == []
