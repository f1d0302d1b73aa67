"""What is held, what it is worth, what it cost: every number with its state."""

from __future__ import annotations

from decimal import Decimal

from patterns.context import Context
from patterns.registry import capability
from patterns.results import (
    CountFigure,
    FractionFigure,
    MoneyFigure,
    PriceFigure,
    QuantityFigure,
    RatioFigure,
    State,
)
from portfolios.calc.entries import ZERO
from portfolios.calc.money import round_money
from portfolios.calc.valuation import ValuedCash, ValuedPosition, coverage_of, sum_state
from portfolios.capabilities.inputs import Answer, OfPortfolio
from portfolios.capabilities.position_figures import (
    average_cost_of,
    cost_of,
    gain_fraction_of,
    gain_of,
    price_of,
    realized_of,
    reason_of,
    weight_of,
    worth_of,
)
from portfolios.selectors.standing import Parts, Standing, standing

RATINGS = "ratings_not_available"


class PositionRow(Answer):
    """One position. Amounts are in base currency unless the name ends in `_local`."""

    security: str
    symbol: str
    name: str
    security_type: str
    sector: str
    currency: str
    account: str
    quantity: QuantityFigure
    price: PriceFigure
    market_value_local: MoneyFigure
    market_value: MoneyFigure
    cost_basis: MoneyFigure
    average_cost: PriceFigure
    weight: FractionFigure
    unrealized_pnl: MoneyFigure
    unrealized_pnl_pct: FractionFigure
    realized_pnl: MoneyFigure
    dividend_safety: RatioFigure
    moat_strength: RatioFigure
    state: State
    reason: str | None


class CashRow(Answer):
    """Cash, or dividends that are owed, in one currency."""

    currency: str
    kind: str
    balance: MoneyFigure
    market_value: MoneyFigure
    state: State


class ValuedPositions(Answer):
    """A portfolio at one pack. total_value = positions_value + cash_balance."""

    base_currency: str
    total_value: MoneyFigure
    positions_value: MoneyFigure
    cash_balance: MoneyFigure
    receivable_balance: MoneyFigure
    realized_pnl: MoneyFigure
    coverage: FractionFigure
    position_count: CountFigure
    positions: tuple[PositionRow, ...]
    cash: tuple[CashRow, ...]
    sources: tuple[str, ...]


@capability("portfolio.get_valued_positions", version="2", agent="analyst")
def get_valued_positions(ctx: Context, args: OfPortfolio) -> ValuedPositions:
    """Positions and cash at the context's pack. What has no price is withheld and named, and
    the totals are then partial with their coverage."""
    return valued(standing(ctx, args.portfolio_id))[0]


def valued(now: Standing) -> tuple[ValuedPositions, tuple[ValuedPosition, ...]]:
    """The answer, and the positions that its rows are of, in the order of the rows."""
    found = now.valuation
    made = [(_row(now, position), position) for position in found.positions]
    made.sort(key=lambda pair: _by_worth(pair[0]))
    answer = ValuedPositions(
        base_currency=found.base_currency,
        total_value=_sum(now, found.total_value, now.parts),
        positions_value=_sum(now, found.positions_value, found.positions),
        cash_balance=_sum(now, found.cash_balance, (*found.cash, *found.receivables)),
        receivable_balance=_sum(now, found.receivable_balance, found.receivables),
        realized_pnl=realized_of(now, None),
        coverage=FractionFigure(value=found.coverage, n=len(found.positions)),
        position_count=CountFigure(value=len(found.positions)),
        positions=tuple(row for row, _ in made),
        cash=tuple(
            _cash(now, part, kind)
            for kind, parts in (("cash", found.cash), ("receivable", found.receivables))
            for part in sorted(parts, key=lambda part: part.currency)
        ),
        sources=now.sources,
    )
    return answer, tuple(position for _, position in made)


def _by_worth(row: PositionRow) -> tuple[bool, Decimal, str]:
    """Largest first; what has no value comes last."""
    worth = row.market_value.value
    return worth is None, -(worth or ZERO), row.symbol


def _sum(now: Standing, amount: Decimal | None, parts: Parts) -> MoneyFigure:
    """A sum with the state of the parts it counts, and of no others."""
    base, missing = now.valuation.base_currency, now.missing_in(parts)
    if amount is None or (parts and all(part.market_value is None for part in parts)):
        what = "No position has a price" if amount is None else "There is no rate for what is held"
        return MoneyFigure.withheld(f"{what} in {now.pack_id}.", missing=missing, currency=base)
    state = sum_state(parts)
    return MoneyFigure(
        value=amount,
        currency=base,
        state=state,
        reason=_why(now, state, parts),
        missing=missing,
        coverage=coverage_of(parts) if state == "partial" else None,
        asof_date=now.pack_date,
    )


def _why(now: Standing, state: State, parts: Parts) -> str | None:
    if state == "partial":
        missing = ", ".join(now.missing_in(parts))
        return f"Not counted, for want of a price or a rate: {missing}."
    return now.why_stale(parts) if state == "stale" else None


def _row(now: Standing, position: ValuedPosition) -> PositionRow:
    security = now.securities[position.security]
    return PositionRow(
        security=security.key,
        symbol=security.symbol,
        name=security.name,
        security_type=security.security_type,
        sector=security.sector,
        currency=position.currency,
        account=position.account,
        quantity=QuantityFigure(value=position.quantity),
        price=price_of(now, position),
        market_value_local=worth_of(now, position, position.market_value_local, position.currency),
        market_value=worth_of(now, position, position.market_value, now.valuation.base_currency),
        cost_basis=cost_of(now, position),
        average_cost=average_cost_of(now, position),
        weight=weight_of(now, position),
        unrealized_pnl=gain_of(now, position),
        unrealized_pnl_pct=gain_fraction_of(now, position),
        realized_pnl=realized_of(now, position.security),
        dividend_safety=RatioFigure.withheld(RATINGS),
        moat_strength=RatioFigure.withheld(RATINGS),
        state=position.state,
        reason=reason_of(now, position),
    )


def _cash(now: Standing, part: ValuedCash, kind: str) -> CashRow:
    base = now.valuation.base_currency
    if part.market_value is None:
        reason = f"{now.pack_id} has no rate for {part.currency}."
        worth = MoneyFigure.withheld(reason, missing=(part.currency,), currency=base)
    else:
        worth = MoneyFigure(
            value=round_money(part.market_value, base),
            currency=base,
            state=part.state,
            reason="The rate was carried forward." if part.state == "stale" else None,
            asof_date=now.pack_date,
        )
    return CashRow(
        currency=part.currency,
        kind=kind,
        balance=MoneyFigure(value=part.balance, currency=part.currency),
        market_value=worth,
        state=part.state,
    )
