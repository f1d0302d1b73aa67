"""Why the figures of one holding are what they are, down to lots, entries, closes and rates.

The position of `world`: 20 ACME bought at 10 on Monday, 5 sold at 12 on Thursday, and what a test
adds to it. A dollar is 1.00 CAD on Monday and Tuesday, 1.04 until Thursday, 1.20 on Friday.
"""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from patterns.explanation import Explanation, breach
from portfolios.capabilities.inputs import OverPeriod
from portfolios.capabilities.why.linked import linked_over
from portfolios.capabilities.why.lots import FIGURES
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio
from portfolios.services.runs import Execution
from portfolios.tests.explained import asked, below, broken, run, why
from portfolios.tests.factories import append, trade
from portfolios.tests.world import FRI, MON, THU, TUE, WED, listing

PATTERN = "holding_deep_dive"


def dive(alice: User, portfolio: Portfolio, symbol: str = "ACME", **inputs: object) -> Execution:
    return run(alice, portfolio, PATTERN, security_id=listing(symbol).pk, **inputs)


def leaves(node: Explanation) -> list[tuple[str, Any]]:
    """The kind and value of every fact below a node."""
    facts = [one for one in node.walk() if one.source]
    return [(one.source.kind, one.value) for one in facts if one.source]


def test_a_worth_ends_at_the_entries_the_close_and_the_rates(
    traded: Portfolio, alice: User
) -> None:
    # 20 bought, 5 sold, at 12 dollars; a dollar is 1.50 CAD a euro / 1.25 USD a euro.
    found = why(dive(alice, traded), "position.market_value")

    assert below(found) == [
        ("ACME held", 15),
        ("close of ACME, 2013-02-08", 12),
        ("CAD for 1 USD", 1.2),
    ]
    assert leaves(found) == [
        ("entry", 20),
        ("entry", -5),
        ("price", 12),
        ("rate", Decimal("1.25")),
        ("rate", Decimal("1.5")),
    ]


def test_two_accounts_of_one_security_are_a_sum(traded: Portfolio, alice: User) -> None:
    # 8 of the 15 move; each account keeps its own lot at 10 dollars and the rate of Monday, 1.00.
    moved = Draft(
        entry_type="TRANSFER",
        transaction_date=FRI,
        security_id=listing("ACME").pk,
        quantity=Decimal("8"),
        account="main",
        to_account="second",
    )
    append(traded, alice, moved)
    done = dive(alice, traded)

    assert [value for _, value in below(why(done, "position.quantity"))] == [7, 8]
    assert [value for _, value in below(why(done, "position.cost_basis"))] == [70, 80]
    assert broken(done, [*asked(done, "position")]) == []


def test_an_average_cost_and_what_was_realised(traded: Portfolio, alice: User) -> None:
    # 5 more at 14 on Friday: 15 × 10 and 5 × 14 are 220 dollars for 20 shares.
    append(traded, alice, trade("BUY", listing("ACME"), "5", "14", FRI))
    done = dive(alice, traded)
    cost, shares = why(done, "position.average_cost").children
    sold = why(done, "position.realized_pnl").children[0]

    assert (cost.value, shares.value) == (220, 20)
    # 5 × 12 at 1.04, less 5 × 10 at 1.00.
    assert [value for _, value in below(sold)] == [pytest.approx(62.4), 50]


def test_a_return_is_its_days_on_its_own_capital(traded: Portfolio, alice: User) -> None:
    """In base 200, 200, 228.80 (20 × 11 × 1.04), then 15 × 12 × 1.04 and 62.40 for what was sold:
    249.60, and 15 × 12 × 1.20 = 216 on 187.20."""
    found = why(dive(alice, traded, start=TUE), "position_perf.total_return")

    days = [228.8 / 200 - 1, 249.6 / 228.8 - 1, 216 / 187.2 - 1]
    assert [value for _, value in below(found)] == pytest.approx(days)
    thursday = found.children[1]
    profit, capital = thursday.children
    assert (profit.value, capital.value) == pytest.approx((20.8, 228.8))
    assert breach(found) == ""


def test_a_point_of_the_chart_is_the_days_up_to_it(traded: Portfolio, alice: User) -> None:
    found = why(dive(alice, traded, start=TUE), "position_perf.points.1.position")
    assert [float(child.value or 0) for child in found.children] == pytest.approx(
        [228.8 / 200 - 1, 249.6 / 228.8 - 1]
    )


def test_its_currency_is_told_from_its_market(traded: Portfolio, alice: User) -> None:
    """Friday alone: the close stood still, the dollar went from 1.04 to 1.20 on 180 dollars, which
    were 187.20 CAD: 28.80 of 187.20."""
    done = dive(alice, traded, start=THU)
    friday = why(done, "currency_attr.fx_return").children[0]
    factor, effect = friday.children
    amount, capital = effect.children

    assert factor.value == pytest.approx(1.0)  # of one day, which is the whole period
    assert (amount.value, capital.value) == pytest.approx((28.8, 187.2))
    assert why(done, "currency_attr.local_return").value == 0
    # Of a portfolio of 1,111.60 it is 28.80.
    added = why(done, "contribution.fx_contribution")
    assert added.value == pytest.approx(28.8 / 1111.6)


def test_an_entry_is_a_fact_and_its_result_a_sum_of_lots(traded: Portfolio, alice: User) -> None:
    done = dive(alice, traded)
    sale = why(done, "transactions.entries.0.total")
    assert (sale.value, sale.source and sale.source.key) == (60, "entry 5")  # 5 × 12

    # 62.40 − 50, in one lot.
    realised = why(done, "transactions.entries.0.realized_pnl")
    assert [value for _, value in below(realised.children[0])] == [pytest.approx(12.4)]
    assert why(done, "transactions.entries.1.realized_pnl").value == 0


def test_a_position_at_home_has_no_rate(traded: Portfolio, alice: User) -> None:
    """MAPLE is in Canadian dollars: what it is worth needs no rate, and no currency moves it."""
    done = dive(alice, traded, "MAPLE", start=WED)
    found = why(done, "position.market_value")
    moved = why(done, "currency_attr.fx_return")

    assert below(found) == [("MAPLE held", 10), ("close of MAPLE, 2013-02-08", 25)]
    assert {kind for kind, _ in leaves(found)} == {"entry", "price"}
    assert moved.value == 0
    assert "rate" not in {kind for kind, _ in leaves(moved)}


@pytest.mark.parametrize("symbol", ["ACME", "MAPLE", "DARK"])
def test_every_figure_follows_down_to_facts(traded: Portfolio, alice: User, symbol: str) -> None:
    append(
        traded,
        alice,
        trade("BUY", listing("ACME"), "5", "14", WED),
        trade("SELL", listing("MAPLE"), "10", "25", FRI),
    )
    for period in ({"start": TUE}, {"start": MON}, {"period": "SI"}):
        done = dive(alice, traded, symbol, **period)
        paths = [*asked(done)]
        assert len(paths) >= 9
        assert broken(done, paths) == []


def test_a_currency_in_itself_is_a_leaf_of_its_own_kind(traded: Portfolio, alice: User) -> None:
    """No pack has a row of CAD in CAD: it is 1 by identity, and does not move."""
    done = dive(alice, traded, "MAPLE", start=THU)
    cut = linked_over(done.context, OverPeriod(portfolio_id=traded.pk, start=THU)).cut
    (home,) = cut.lines_in(lambda code, key: (code, key) == ("CAD", listing("MAPLE").pk))
    rate = cut.rate(0, home, before=False)

    assert (rate.value, rate.source and rate.source.kind, breach(rate)) == (1, "identity", "")
    assert (cut.move(0, home).value, breach(cut.move(0, home))) == (0, "")


@pytest.mark.parametrize("short", [False, True])
def test_every_figure_of_a_lot_follows(traded: Portfolio, alice: User, short: bool) -> None:
    """The lot of 15, or one of 1 that is owed after 16 were sold."""
    if short:
        traded.allow_short = True
        traded.save()
        append(traded, alice, trade("SELL", listing("ACME"), "16", "13", FRI))
    done = dive(alice, traded)
    (lot,) = done.run.result["lots"]["rows"]
    worth = -14.4 if short else 216  # 1 × 12 × 1.20 is owed, or 15 of them are held

    assert float(lot["market_value"]["value"]) == pytest.approx(worth)
    assert broken(done, [f"lots.rows.0.{name}" for name in FIGURES]) == []
