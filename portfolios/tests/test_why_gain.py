"""Why the gain came from prices and rates, and what the same money became in a benchmark."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio
from portfolios.tests.explained import asked, below, broken, run, why
from portfolios.tests.factories import append, deposit, trade
from portfolios.tests.test_benchmarks import dividend, make
from portfolios.tests.world import FRI, MON, THU, TUE, WED, listing

PATTERN = "portfolio_performance"


def entry(kind: str, **fields: Any) -> Draft:
    return Draft(entry_type=kind, **fields)


def test_prices_count_at_yesterdays_rate_and_the_rest_is_the_rates(
    traded: Portfolio, alice: User
) -> None:
    # Wed: ACME +20 USD at 1.00. Thu: MAPLE +50 CAD, ACME +20 USD at 1.04. Fri: the dollar alone,
    # 540 of them from 1.04 to 1.20; and on Wednesday 500 and the 20 just gained, by 0.04.
    done = run(alice, traded, PATTERN, start=MON)
    price, fx = (why(done, f"gain.{name}") for name in ("price", "fx"))
    assert (price.value, fx.value) == (Decimal("90.80"), Decimal("107.20"))

    whole, stray = price.children
    assert (whole.value, stray.value) == (Decimal("90.80"), 0)
    assert [value for _, value in below(whole)] == [20, 70.8]
    thursday = whole.children[1]
    assert below(thursday) == [
        ("what prices did in CAD on 2013-02-07", 50),
        ("what prices did in USD on 2013-02-07, in CAD", 20.8),
    ]
    assert [value for _, value in below(fx.children[0])] == [20.8, 86.4]


def test_charges_and_income_open_into_their_entries(traded: Portfolio, alice: User) -> None:
    append(
        traded,
        alice,
        entry("FEE", transaction_date=FRI, gross_amount=Decimal("12"), currency="USD"),
        entry("INTEREST", transaction_date=THU, gross_amount=Decimal("7"), currency="CAD"),
    )
    done = run(alice, traded, PATTERN, start=WED)
    fees, income = (why(done, f"gain.{name}") for name in ("fees", "income"))
    assert (fees.value, income.value) == (Decimal("-14.40"), Decimal("7.00"))  # 12 at 1.20

    (friday,) = fees.children[0].children[0].children
    charged = friday.at([0, 0])
    assert charged is not None
    assert below(charged) == [("fee of 2013-02-08", 12)]


def test_money_that_came_later_grows_from_its_own_day_on(traded: Portfolio, alice: User) -> None:
    # ACME in CAD rose from 10 to 14.40; from Thursday's 12.48 by 1.20/1.04. 1,000 were there.
    append(traded, alice, deposit("1040", FRI), entry(
        "WITHDRAWAL", transaction_date=THU, gross_amount=Decimal("100"), currency="CAD"
    ))  # fmt: skip
    acme = make({"ACME": "1"})
    done = run(alice, traded, PATTERN, start=MON, benchmark_id=acme.pk)
    fed = why(done, "fed.fed_value")
    (worth,) = fed.children

    # Friday is 1.20 / 1.04 = 15/13: 1,440 and 1,040 × 15/13, less 100 × 15/13.
    assert [value for _, value in below(worth)] == pytest.approx([1440, -1500 / 13, 1200])
    assert fed.value == Decimal("2524.62")


def test_every_figure_follows_down_to_facts(traded: Portfolio, alice: User) -> None:
    dividend("MAPLE", "XTSE", THU, "1")
    append(
        traded,
        alice,
        deposit("500", WED),
        trade("BUY", listing("MAPLE"), "5", "22", WED),
        entry("FEE", transaction_date=FRI, gross_amount=Decimal("12"), currency="USD"),
        entry("TAX", transaction_date=THU, gross_amount=Decimal("3"), currency="CAD"),
        entry("WITHDRAWAL", transaction_date=FRI, gross_amount=Decimal("100"), currency="CAD"),
    )
    blend = make({"ACME": "0.5", "MAPLE": "0.5"})
    for period in ({"start": TUE}, {"period": "SI"}):
        done = run(alice, traded, PATTERN, benchmark_id=blend.pk, **period)
        paths = [*asked(done, "gain", "fed", "wealth", "drawdowns", "monthly", "periods")]
        assert len(paths) > 60
        assert broken(done, paths) == []
