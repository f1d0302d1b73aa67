"""Why a position is worth what it is, and the portfolio what its parts are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import SUM, Explanation, Formula
from portfolios.calc.valuation import ValuedPosition
from portfolios.capabilities.inputs import OfPortfolio
from portfolios.capabilities.positions import CashRow, PositionRow, ValuedPositions, valued
from portfolios.capabilities.why.facts import of_figure
from portfolios.capabilities.why.held import Held
from portfolios.capabilities.why.holdings import realized_parts
from portfolios.capabilities.why.worth import (
    TOTAL_RULE,
    WORTH_RULE,
    balance,
    coverage_parts,
    position_count,
    total,
    worth,
)
from portfolios.selectors.standing import Standing, standing

RATED = ("dividend_safety", "moat_strength")  # of a rubric, where one is connected
ROUNDED = Formula("rounded", "the sum, rounded once")


@explains("portfolio.get_valued_positions")
def why_valued_positions(ctx: Context, args: OfPortfolio, path: Path) -> Explanation | None:
    """Totals open into positions and cash, positions into lots, price and rate."""
    now = standing(ctx, args.portfolio_id)
    found, positions = valued(now)
    match path:
        case ("positions", number, name) if int(number) < len(found.positions):
            row = found.positions[int(number)]
            return of_position(now, positions[int(number)], row, name)
        case ("cash", number, name) if int(number) < len(found.cash):
            return _of_cash(now, found.cash[int(number)], name)
        case (name,) if name in TOTALS:
            return TOTALS[name](now, found)
    return None


def of_position(
    now: Standing, part: ValuedPosition, row: PositionRow, name: str
) -> Explanation | None:
    """One figure of a position's row."""
    if name in RATED:
        return of_figure(getattr(row, name), name.replace("_", " "), SUM)
    return Held(now, [part], row).figure(name)


def _of_cash(now: Standing, row: CashRow, name: str) -> Explanation | None:
    parts = now.valuation.receivables if row.kind == "receivable" else now.valuation.cash
    part = next(each for each in parts if each.currency == row.currency)
    if name == "balance":
        return balance(now, part, owed=row.kind == "receivable")
    if name == "market_value":
        return of_figure(
            row.market_value,
            f"{row.currency} {row.kind}",
            ROUNDED,
            [worth(now, part)],
            rule=WORTH_RULE,
        )
    return None


def _total_value(now: Standing, found: ValuedPositions) -> Explanation:
    return of_figure(
        found.total_value,
        "total value",
        ROUNDED,
        lambda: [total(now, now.parts, "sum of positions and cash")],
        rule=TOTAL_RULE,
    )


def _positions_value(now: Standing, found: ValuedPositions) -> Explanation:
    return of_figure(
        found.positions_value,
        "positions",
        Formula("difference", "total value − cash"),
        lambda: [_total_value(now, found), _cash_balance(now, found)],
        rule=TOTAL_RULE,
    )


def _cash_balance(now: Standing, found: ValuedPositions) -> Explanation:
    parts = (*now.valuation.cash, *now.valuation.receivables)
    return of_figure(
        found.cash_balance,
        "cash and receivables",
        ROUNDED,
        lambda: [total(now, parts, "sum of cash and receivables")],
        rule=TOTAL_RULE,
    )


def _receivable_balance(now: Standing, found: ValuedPositions) -> Explanation:
    return of_figure(
        found.receivable_balance,
        "receivables",
        ROUNDED,
        lambda: [total(now, now.valuation.receivables, "sum of receivables")],
        rule=TOTAL_RULE,
    )


def _realized(now: Standing, found: ValuedPositions) -> Explanation:
    return of_figure(
        found.realized_pnl,
        "realized result",
        Formula("sum", "every disposal since the ledger began"),
        lambda: realized_parts(now, None),
        rule="booking.8",
    )


def _coverage(now: Standing, found: ValuedPositions) -> Explanation:
    return of_figure(
        found.coverage,
        "coverage",
        Formula("quotient", "positions with a value / positions"),
        lambda: coverage_parts(now),
        rule="valuation.5",
    )


TOTALS: Mapping[str, Callable[[Standing, ValuedPositions], Explanation]] = {
    "total_value": _total_value,
    "positions_value": _positions_value,
    "cash_balance": _cash_balance,
    "receivable_balance": _receivable_balance,
    "realized_pnl": _realized,
    "coverage": _coverage,
    "position_count": lambda now, _: position_count(now, priced=False),
}
