"""Every figure of the overview opens into the rows that made it, and follows from them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from accounts.models import User
from patterns.explaining import explain, is_explained
from patterns.explanation import Explanation, breach
from patterns.layout import panels
from patterns.library import get_pattern
from patterns.panels import Cell
from patterns.runner import RunResult
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio
from portfolios.services.runs import Execution, execute
from portfolios.tests.explained import broken
from portfolios.tests.factories import append, trade
from portfolios.tests.world import FRI, MON, THU, listing

PATTERN = "portfolio_overview"


def overview(alice: User, portfolio: Portfolio) -> Execution:
    return execute(
        user=alice,
        pattern_id=PATTERN,
        inputs={"portfolio_id": str(portfolio.pk)},
        correlation_id="test",
    )


def why(done: Execution, path: str) -> Explanation:
    return explain(done.run, done.context, path)


def figures(run: RunResult) -> Iterator[Cell]:
    """Every number that a panel of the run shows, of capabilities that explain themselves."""
    steps = {step.id: step.capability for step in get_pattern(PATTERN).steps}
    for panel in panels(PATTERN, run):
        cells = [metric.cell for metric in panel.metrics]
        cells += [cell for row in panel.rows for cell in row.cells]
        for cell in cells:
            if cell.numeric and cell.path and is_explained(steps[cell.path.split(".")[0]]):
                yield cell


def tree(node: Explanation) -> dict[str, Any]:
    """Labels and values, for comparing by eye."""
    found: dict[str, Any] = {"value": node.value}
    for child in node.children:
        found[child.label] = tree(child) if child.children else child.value
    return found


def test_a_position_opens_into_lots_price_and_rate(traded: Portfolio, alice: User) -> None:
    # ACME: 20 bought, 5 sold, at 12 dollars; a dollar is 1.50 / 1.25 = 1.20 through the euro.
    found = why(overview(alice, traded), "valued_positions.positions.1.market_value")

    assert tree(found) == {
        "value": 216,
        "ACME held": {
            "value": 15,
            "lot 3.1 of 2013-02-04": {
                "value": 15,
                "buy of 2013-02-04": 20,
                "sell of 2013-02-07": -5,
            },
        },
        "close of ACME, 2013-02-08": 12,
        "CAD for 1 USD": {
            "value": Decimal("1.2"),
            "EUR for 1 USD": {
                "value": Decimal("0.8"),
                "USD for 1 EUR, ECB reference rate of 2013-02-08": Decimal("1.25"),
            },
            "CAD for 1 EUR, ECB reference rate of 2013-02-08": Decimal("1.5"),
        },
    }
    sold = found.at([0, 0, 1])
    assert sold is not None and sold.source is not None
    assert sold.source.href.endswith(f"/portfolios/{traded.pk}/transactions/5/")


def test_cost_is_what_the_open_part_cost_at_the_rate_of_its_purchase(
    traded: Portfolio, alice: User
) -> None:
    # 20 at 10 dollars is 200; 5 of 20 sold take 50; the dollar was 1.00.
    found = why(overview(alice, traded), "valued_positions.positions.1.cost_basis")

    assert tree(found) == {
        "value": 150,
        "lot 3.1 of 2013-02-04": {
            "value": 150,
            "cost of lot 3.1 of 2013-02-04": {
                "value": 150,
                "buy of 2013-02-04": 200,
                "sell of 2013-02-07": -50,
            },
            "CAD for 1 USD when it was acquired": 1,
        },
    }


def test_cash_is_the_sum_of_what_was_paid(traded: Portfolio, alice: User) -> None:
    # 1,000 in, 500 converted, 200 for MAPLE.
    done = overview(alice, traded)
    rows = done.run.result["valued_positions"]["cash"]
    place = next(n for n, row in enumerate(rows) if row["currency"] == "CAD")
    found = why(done, f"valued_positions.cash.{place}.balance")

    assert [child.value for child in found.children] == [1000, -500, -200]


def test_what_has_no_price_says_why_and_shows_what_there_is(traded: Portfolio, alice: User) -> None:
    append(traded, alice, trade("BUY", listing("DARK"), "3", "10", THU))
    done = overview(alice, traded)
    rows = done.run.result["valued_positions"]["positions"]
    place = next(n for n, row in enumerate(rows) if row["symbol"] == "DARK")
    found = why(done, f"valued_positions.positions.{place}.market_value")

    assert (found.value, found.state) == (None, "withheld")
    assert "no price source is connected" in found.reason
    assert found.children[0].value == 3
    assert why(done, "valued_positions.total_value").state == "partial"


def test_every_figure_follows_down_to_facts(traded: Portfolio, alice: User) -> None:
    append(traded, alice, trade("BUY", listing("DARK"), "3", "10", THU))
    append(traded, alice, trade("SELL", listing("MAPLE"), "4", "25", FRI))
    done = overview(alice, traded)
    shown = list(figures(done.run))

    assert broken(done, [cell.path for cell in shown]) == []
    assert len(shown) > 30


def test_shares_that_came_without_a_worth_are_a_flow_at_the_close_of_their_day(
    traded: Portfolio, alice: User
) -> None:
    # On Thursday 2 MAPLE at 25 CAD and 3 ACME at 12 dollars of 1.04: 50 + 37.44 = 87.44.
    maple, acme = (
        Draft(
            entry_type="TRANSFER_IN",
            security_id=listing(symbol).pk,
            transaction_date=THU,
            quantity=Decimal(quantity),
            currency=listing(symbol).currency,
            carried_lots=[{"quantity": quantity, "acquisition_date": str(MON), "cost_basis": "10"}],
        )
        for symbol, quantity in (("MAPLE", "2"), ("ACME", "3"))
    )
    append(traded, alice, maple, acme)
    done = overview(alice, traded)
    points = done.run.result["historical_nav"]["points"]
    place = next(n for n, point in enumerate(points) if point["asof_date"] == str(THU))
    earned = why(done, f"historical_nav.points.{place}.time_weighted_return")
    paid_in = earned.at([0, 2])

    assert paid_in is not None
    assert (paid_in.value, [part.value for part in paid_in.children]) == (
        Decimal("87.44"),
        [50, Decimal("37.44")],
    )
    assert [breach(node) for node in earned.walk() if breach(node)] == []


def test_an_old_run_is_explained_by_its_own_ledger(traded: Portfolio, alice: User) -> None:
    before = overview(alice, traded)
    append(traded, alice, trade("SELL", listing("ACME"), "15", "12", FRI))

    assert why(before, "valued_positions.positions.1.quantity").value == 15
