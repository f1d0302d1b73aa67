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
from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.money import half_even, round_money
from portfolios.calc.valuation import ValuedCash, ValuedPosition
from portfolios.capabilities.inputs import Answer, OfPortfolio
from portfolios.selectors.standing import Standing, standing

PLACES = 10
RATINGS = "ratings_not_available"
BASIS_UNKNOWN = "The cost basis is not known."


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


@capability("portfolio.get_valued_positions", version="1", agent="analyst")
def get_valued_positions(ctx: Context, args: OfPortfolio) -> ValuedPositions:
    """Positions and cash at the context's pack. What has no price is withheld and named, and
    the totals are then partial with their coverage."""
    now = standing(ctx, args.portfolio_id)
    found = now.valuation
    rows = sorted(
        (_row(now, position) for position in found.positions),
        key=_by_worth,
    )
    return ValuedPositions(
        base_currency=found.base_currency,
        total_value=_total(now, found.total_value),
        positions_value=_total(now, found.positions_value),
        cash_balance=_total(now, found.cash_balance),
        receivable_balance=_total(now, found.receivable_balance),
        realized_pnl=_realized(now, None),
        coverage=FractionFigure(value=found.coverage, n=len(found.positions)),
        position_count=CountFigure(value=len(found.positions)),
        positions=tuple(rows),
        cash=tuple(
            _cash(now, part, kind)
            for kind, parts in (("cash", found.cash), ("receivable", found.receivables))
            for part in sorted(parts, key=lambda part: part.currency)
        ),
        sources=now.sources,
    )


def _by_worth(row: PositionRow) -> tuple[bool, Decimal, str]:
    """Largest first; what has no value comes last."""
    worth = row.market_value.value
    return worth is None, -(worth or ZERO), row.symbol


def _total(now: Standing, amount: Decimal | None) -> MoneyFigure:
    base, day = now.valuation.base_currency, now.pack_date
    missing = now.missing
    if amount is None:
        return MoneyFigure.withheld(
            f"No position has a price in {now.pack_id}.", missing=missing, currency=base
        )
    state = now.valuation.state
    return MoneyFigure(
        value=amount,
        currency=base,
        state=state,
        reason=_why(now),
        missing=missing,
        coverage=now.valuation.coverage if state == "partial" else None,
        asof_date=day,
    )


def _why(now: Standing) -> str | None:
    if now.valuation.state == "partial":
        return f"Not counted, for want of a price or a rate: {', '.join(now.missing)}."
    if now.valuation.state == "stale":
        return now.why_stale()
    return None


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
        price=_price(now, position),
        market_value_local=_worth(now, position, position.market_value_local, position.currency),
        market_value=_worth(now, position, position.market_value, now.valuation.base_currency),
        cost_basis=_cost(now, position),
        average_cost=_average(now, position),
        weight=_weight(now, position),
        unrealized_pnl=_gain(now, position),
        unrealized_pnl_pct=_gain_fraction(now, position),
        realized_pnl=_realized(now, position.security),
        dividend_safety=RatioFigure.withheld(RATINGS),
        moat_strength=RatioFigure.withheld(RATINGS),
        state=position.state,
        reason=_reason(now, position),
    )


def _reason(now: Standing, position: ValuedPosition) -> str | None:
    if position.reason == "MISSING_PRICE":
        return now.why_unpriced(position.security)
    if position.reason == "MISSING_RATE":
        return f"{now.pack_id} has no rate for {position.currency}."
    if position.state == "stale":
        if position.price_asof_date != now.pack_date:
            return f"The price is of {position.price_asof_date}."
        return "The exchange rate was carried forward from an earlier day."
    return None


def _price(now: Standing, position: ValuedPosition) -> PriceFigure:
    if position.price is None:
        return PriceFigure.withheld(
            now.why_unpriced(position.security),
            missing=(now.symbol(position.security),),
            currency=position.currency,
        )
    stale = position.price_asof_date != now.pack_date
    return PriceFigure(
        value=position.price,
        currency=position.currency,
        state="stale" if stale else "exact",
        reason=f"The price is of {position.price_asof_date}." if stale else None,
        asof_date=position.price_asof_date,
    )


def _worth(
    now: Standing, position: ValuedPosition, amount: Decimal | None, currency: str
) -> MoneyFigure:
    if amount is None:
        return _unknown(now, position, currency)
    return MoneyFigure(
        value=half_even(amount, PLACES),
        currency=currency,
        state=_shown(position),
        reason=_reason(now, position),
        asof_date=position.price_asof_date,
    )


def _shown(position: ValuedPosition) -> State:
    """The state of a figure that has a value although another of the row may not."""
    return "exact" if position.state == "withheld" else position.state


def _unknown(now: Standing, position: ValuedPosition, currency: str) -> MoneyFigure:
    missing = (now.symbol(position.security),)
    return MoneyFigure.withheld(
        _reason(now, position) or "unknown", missing=missing, currency=currency
    )


def _cost(now: Standing, position: ValuedPosition) -> MoneyFigure:
    base = now.valuation.base_currency
    if position.cost_basis is None:
        missing = (f"cost basis of {now.symbol(position.security)}",)
        return MoneyFigure.withheld(BASIS_UNKNOWN, missing=missing, currency=base)
    return MoneyFigure(value=half_even(position.cost_basis, PLACES), currency=base)


def _average(now: Standing, position: ValuedPosition) -> PriceFigure:
    """Local cost of one share; total costs are what is stored."""
    if position.cost_basis_local is None or not position.quantity:
        missing = (f"cost basis of {now.symbol(position.security)}",)
        return PriceFigure.withheld(BASIS_UNKNOWN, missing=missing, currency=position.currency)
    unit = half_even(position.cost_basis_local / position.quantity, PLACES)
    return PriceFigure(value=unit, currency=position.currency)


def _weight(now: Standing, position: ValuedPosition) -> FractionFigure:
    if position.market_value is None:
        missing = (now.symbol(position.security),)
        return FractionFigure.withheld(_reason(now, position) or "unknown", missing=missing)
    if position.weight is None:
        return FractionFigure.withheld("The portfolio's value is not above zero.")
    partial = now.valuation.state == "partial"
    return FractionFigure(
        value=float(position.weight),
        state="partial" if partial else position.state,
        reason="A share of the priced part only." if partial else _reason(now, position),
        coverage=now.valuation.coverage if partial else None,
    )


def _gain(now: Standing, position: ValuedPosition) -> MoneyFigure:
    base = now.valuation.base_currency
    if position.market_value is None:
        return _unknown(now, position, base)
    if position.unrealized_pnl is None:
        return _cost(now, position)
    return MoneyFigure(
        value=half_even(position.unrealized_pnl, PLACES),
        currency=base,
        state=position.state,
        reason=_reason(now, position),
        asof_date=position.price_asof_date,
    )


def _gain_fraction(now: Standing, position: ValuedPosition) -> FractionFigure:
    gain = _gain(now, position)
    if gain.value is None or not position.cost_basis:
        return FractionFigure.withheld(gain.reason or "The cost is zero.", missing=gain.missing)
    return FractionFigure(
        value=float(gain.value / position.cost_basis), state=gain.state, reason=gain.reason
    )


def _realized(now: Standing, security: SecurityKey | None) -> MoneyFigure:
    """Realised result of one security, or of all, since the ledger began."""
    base = now.valuation.base_currency
    closures = [c for c in now.booked.book.closures if security is None or c.security == security]
    unknown = {c.security for c in closures if c.realized_pnl is None}
    if unknown:
        missing = tuple(f"cost basis of {symbol}" for symbol in now.symbols(unknown))
        return MoneyFigure.withheld(BASIS_UNKNOWN, missing=missing, currency=base)
    total = sum((c.realized_pnl or ZERO for c in closures), ZERO)
    return MoneyFigure(value=round_money(total, base), currency=base)


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
