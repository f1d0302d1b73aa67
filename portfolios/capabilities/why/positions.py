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
from portfolios.capabilities.why.holdings import base_cost_parts, local_cost_parts, realized_parts
from portfolios.capabilities.why.worth import (
    COST_RULE,
    TOTAL_RULE,
    WORTH_RULE,
    balance,
    coverage_parts,
    position_count,
    price,
    quantity,
    total,
    worth,
)
from portfolios.selectors.standing import Standing, standing

ROUNDED = Formula("rounded", "the sum, rounded once")


@explains("portfolio.get_valued_positions")
def why_valued_positions(ctx: Context, args: OfPortfolio, path: Path) -> Explanation | None:
    """Totals open into positions and cash, positions into lots, price and rate."""
    now = standing(ctx, args.portfolio_id)
    found, positions = valued(now)
    match path:
        case ("positions", number, name) if int(number) < len(found.positions):
            row = found.positions[int(number)]
            return _of_position(now, positions[int(number)], row, name)
        case ("cash", number, name) if int(number) < len(found.cash):
            return _of_cash(now, found.cash[int(number)], name)
        case (name,) if name in TOTALS:
            return TOTALS[name](now, found)
    return None


def _of_position(
    now: Standing, part: ValuedPosition, row: PositionRow, name: str
) -> Explanation | None:
    symbol = row.symbol
    made: Mapping[str, Callable[[], Explanation]] = {
        "quantity": lambda: quantity(now, part),
        "price": lambda: price(now, part),
        "market_value_local": lambda: of_figure(
            row.market_value_local,
            f"{symbol} in {part.currency}",
            Formula("product", "quantity × price"),
            [quantity(now, part), price(now, part)],
            rule=WORTH_RULE,
        ),
        "market_value": lambda: of_figure(
            row.market_value,
            symbol,
            worth(now, part).formula,
            worth(now, part).children,
            rule=WORTH_RULE,
        ),
        "cost_basis": lambda: _cost(now, part, row),
        "average_cost": lambda: of_figure(
            row.average_cost,
            f"average cost of {symbol}",
            Formula("quotient", "cost in its currency / quantity"),
            [_local_cost(now, part), quantity(now, part)],
            rule=COST_RULE,
        ),
        "weight": lambda: of_figure(
            row.weight,
            f"weight of {symbol}",
            Formula("quotient", "market value / total value"),
            [worth(now, part), total(now, now.parts, "total value, unrounded")],
            rule="valuation.8",
        ),
        "unrealized_pnl": lambda: _gain(now, part, row),
        "unrealized_pnl_pct": lambda: of_figure(
            row.unrealized_pnl_pct,
            f"unrealized result of {symbol} on its cost",
            Formula("quotient", "unrealized result / cost basis"),
            [_gain(now, part, row), _cost(now, part, row)],
            rule="valuation.6",
        ),
        "realized_pnl": lambda: of_figure(
            row.realized_pnl,
            f"realized result of {symbol}",
            Formula("sum", "every disposal"),
            lambda: realized_parts(now, part.security),
            rule="booking.8",
        ),
        "dividend_safety": lambda: of_figure(row.dividend_safety, "dividend safety", SUM),
        "moat_strength": lambda: of_figure(row.moat_strength, "moat strength", SUM),
    }
    return made[name]() if name in made else None


def _cost(now: Standing, part: ValuedPosition, row: PositionRow) -> Explanation:
    return of_figure(
        row.cost_basis,
        f"cost basis of {row.symbol}",
        Formula("sum", "the open lots"),
        lambda: base_cost_parts(now, part),
        rule=COST_RULE,
    )


def _local_cost(now: Standing, part: ValuedPosition) -> Explanation:
    return Explanation(
        label="cost in its currency",
        value=part.cost_basis_local,
        unit="money",
        currency=part.currency,
        state="withheld" if part.cost_basis_local is None else "exact",
        reason="The cost basis is not known." if part.cost_basis_local is None else "",
        formula=Formula("sum", "the open lots"),
        parts=lambda: local_cost_parts(now, part),
        rule=COST_RULE,
    )


def _gain(now: Standing, part: ValuedPosition, row: PositionRow) -> Explanation:
    return of_figure(
        row.unrealized_pnl,
        f"unrealized result of {row.symbol}",
        Formula("difference", "market value − cost basis"),
        [worth(now, part), _cost(now, part, row)],
        rule="valuation.6",
    )


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
