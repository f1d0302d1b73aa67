"""Why a position is worth what it is, and the portfolio what its parts are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from market.selectors import pack_prices
from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import SUM, Explanation, Formula
from patterns.results import CountFigure
from portfolios.calc.entries import ZERO
from portfolios.calc.valuation import ValuedCash, ValuedPosition
from portfolios.capabilities.inputs import OfPortfolio
from portfolios.capabilities.positions import CashRow, PositionRow, ValuedPositions, valued
from portfolios.capabilities.why.facts import of_entry, of_figure, pack_source, rate_of
from portfolios.capabilities.why.holdings import (
    base_cost_parts,
    local_cost_parts,
    quantity_parts,
    realized_parts,
)
from portfolios.selectors.standing import Part, Parts, Standing, standing

ROUNDED = Formula("rounded", "the sum, rounded once")
TOTAL_RULE, WORTH_RULE, COST_RULE = "valuation.2", "valuation.1", "booking.3"


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


def worth(now: Standing, part: Part) -> Explanation:
    """What one part of the portfolio is worth in base, unrounded."""
    if isinstance(part, ValuedPosition):
        return _worth_of_position(now, part)
    return _worth_of_cash(now, part)


def total(now: Standing, parts: Parts, label: str) -> Explanation:
    """The unrounded sum of parts; those without a value are named and not counted."""
    nodes = [worth(now, part) for part in parts]
    known = [node.value for node in nodes if isinstance(node.value, Decimal)]
    return Explanation(
        label=label,
        value=sum(known, ZERO),
        unit="money",
        currency=now.valuation.base_currency,
        state="partial" if len(known) < len(nodes) else "exact",
        formula=SUM,
        parts=nodes,
        rule=TOTAL_RULE,
    )


def price(now: Standing, part: ValuedPosition) -> Explanation:
    """The close of the pack, or that of an earlier day carried into it."""
    symbol = now.symbol(part.security)
    if part.price is None:
        return Explanation(
            label=f"price of {symbol}",
            value=None,
            unit="price",
            currency=part.currency,
            state="withheld",
            reason=now.why_unpriced(part.security),
        )
    stale = part.price_asof_date != now.pack_date
    return Explanation(
        label=f"close of {symbol}, {part.price_asof_date}",
        value=part.price,
        unit="price",
        currency=part.currency,
        state="stale" if stale else "exact",
        reason=f"The price is of {part.price_asof_date}." if stale else "",
        source=pack_source(now.pack_id, "prices"),
    )


def quantity(now: Standing, part: ValuedPosition) -> Explanation:
    return Explanation(
        label=f"{now.symbol(part.security)} held",
        value=part.quantity,
        unit="quantity",
        formula=Formula("sum", "the open lots"),
        parts=lambda: quantity_parts(now, part),
        rule=COST_RULE,
    )


def _worth_of_position(now: Standing, part: ValuedPosition) -> Explanation:
    base = now.valuation.base_currency
    parts = [quantity(now, part), price(now, part), *_rate(now, part.currency)]
    return Explanation(
        label=now.symbol(part.security),
        value=part.market_value,
        unit="money",
        currency=base,
        state=part.state,
        reason=_reason(now, part),
        formula=Formula("product", "quantity × price" + " × rate" * (part.currency != base)),
        parts=parts,
        rule=WORTH_RULE,
    )


def _reason(now: Standing, part: ValuedPosition) -> str:
    if part.reason == "MISSING_PRICE":
        return now.why_unpriced(part.security)
    if part.reason == "MISSING_RATE":
        return f"{now.pack_id} has no rate for {part.currency}."
    return now.why_stale([part]) if part.state == "stale" else ""


def _worth_of_cash(now: Standing, part: ValuedCash) -> Explanation:
    base = now.valuation.base_currency
    owed = part in now.valuation.receivables
    balance = _balance(now, part, owed=owed)
    name = f"{part.currency} {'receivable' if owed else 'cash'}"
    if part.currency == base:
        return balance
    return Explanation(
        label=name,
        value=part.market_value,
        unit="money",
        currency=base,
        state=part.state,
        reason=f"{now.pack_id} has no rate for {part.currency}."
        if part.market_value is None
        else now.why_stale([part])
        if part.state == "stale"
        else "",
        formula=Formula("product", "balance × rate"),
        parts=[balance, *_rate(now, part.currency)],
        rule=WORTH_RULE,
    )


def _rate(now: Standing, currency: str) -> list[Explanation]:
    base = now.valuation.base_currency
    rate = now.marks.rate_of(currency)
    if currency == base or rate is None:
        return []
    return [rate_of(pack_prices(now.pack_id).rates, now.pack_id, currency, base, rate.rate)]


def _balance(now: Standing, part: ValuedCash, *, owed: bool) -> Explanation:
    """Cash as the sum of what every entry paid in or out of it."""
    by_seq = {entry.seq: entry for entry in now.booked.book.accepted}
    field = "receivable" if owed else "cash"

    def parts() -> list[Explanation]:
        if owed:
            return [
                of_entry(now.portfolio.pk, by_seq[one.seq], one.amount, "money", part.currency)
                for one in now.booked.book.receivables
                if one.currency == part.currency
            ]
        moved: dict[int, Decimal] = {}
        for posting in now.booked.book.journal:
            amount = getattr(posting, field)
            if amount and posting.currency == part.currency:
                moved[posting.seq] = moved.get(posting.seq, ZERO) + amount
        return [
            of_entry(now.portfolio.pk, by_seq[seq], amount, "money", part.currency)
            for seq, amount in moved.items()
        ]

    return Explanation(
        label=f"{part.currency} {'owed' if owed else 'cash'}",
        value=part.balance,
        unit="money",
        currency=part.currency,
        formula=Formula("sum", "what each entry paid in or out"),
        parts=parts,
        rule="booking.17",
    )


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
        return _balance(now, part, owed=row.kind == "receivable")
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


def counted(figure: CountFigure, label: str, now: Standing, parts: Parts) -> Explanation:
    """How many of these have a worth, one each."""
    return of_figure(
        figure,
        label,
        Formula("sum", "one each"),
        [_one(now, part) for part in parts if part.market_value],
        rule="valuation.5",
    )


def _one(now: Standing, part: Part) -> Explanation:
    name = now.symbol(part.security) if isinstance(part, ValuedPosition) else part.currency
    return Explanation(label=name, value=1, unit="count", source=pack_source(now.pack_id, "prices"))


def _positions(now: Standing, *, priced: bool) -> Explanation:
    """Positions, one each; with `priced` only those that have a value."""
    positions = [
        part for part in now.valuation.positions if not priced or part.market_value is not None
    ]
    return Explanation(
        label="positions with a value" if priced else "positions",
        value=len(positions),
        unit="count",
        formula=Formula("sum", "one each"),
        parts=[_one(now, part) for part in positions],
        rule="valuation.5",
    )


def coverage_parts(now: Standing) -> list[Explanation]:
    return [_positions(now, priced=True), _positions(now, priced=False)]


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
    "position_count": lambda now, _: _positions(now, priced=False),
}
