"""The figures of one position: each with its state, and each unknown with what is missing."""

from __future__ import annotations

from decimal import Decimal

from patterns.results import FractionFigure, MoneyFigure, PriceFigure, State
from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.money import half_even, round_money
from portfolios.calc.valuation import ValuedPosition
from portfolios.selectors.standing import Standing

PLACES = 10
BASIS_UNKNOWN = "The cost basis is not known."


def reason_of(now: Standing, position: ValuedPosition) -> str | None:
    if position.reason == "MISSING_PRICE":
        return now.why_unpriced(position.security)
    if position.reason == "MISSING_RATE":
        return f"{now.pack_id} has no rate for {position.currency}."
    if position.state == "stale":
        if position.price_asof_date != now.pack_date:
            return f"The price is of {position.price_asof_date}."
        return "The exchange rate was carried forward from an earlier day."
    return None


def price_of(now: Standing, position: ValuedPosition) -> PriceFigure:
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


def worth_of(
    now: Standing, position: ValuedPosition, amount: Decimal | None, currency: str
) -> MoneyFigure:
    if amount is None:
        return _unknown(now, position, currency)
    return MoneyFigure(
        value=half_even(amount, PLACES),
        currency=currency,
        state=_shown(position),
        reason=reason_of(now, position),
        asof_date=position.price_asof_date,
    )


def _shown(position: ValuedPosition) -> State:
    """The state of a figure that has a value although another of the row may not."""
    return "exact" if position.state == "withheld" else position.state


def _unknown(now: Standing, position: ValuedPosition, currency: str) -> MoneyFigure:
    missing = (now.symbol(position.security),)
    return MoneyFigure.withheld(
        reason_of(now, position) or "unknown", missing=missing, currency=currency
    )


def cost_of(now: Standing, position: ValuedPosition) -> MoneyFigure:
    base = now.valuation.base_currency
    if position.cost_basis is None:
        missing = (f"cost basis of {now.symbol(position.security)}",)
        return MoneyFigure.withheld(_no_basis(now), missing=missing, currency=base)
    return MoneyFigure(value=half_even(position.cost_basis, PLACES), currency=base)


def average_cost_of(now: Standing, position: ValuedPosition) -> PriceFigure:
    """Local cost of one share; total costs are what is stored."""
    if position.cost_basis_local is None or not position.quantity:
        missing = (f"cost basis of {now.symbol(position.security)}",)
        return PriceFigure.withheld(BASIS_UNKNOWN, missing=missing, currency=position.currency)
    unit = half_even(position.cost_basis_local / position.quantity, PLACES)
    return PriceFigure(value=unit, currency=position.currency)


def weight_of(now: Standing, position: ValuedPosition) -> FractionFigure:
    if position.market_value is None:
        missing = (now.symbol(position.security),)
        return FractionFigure.withheld(reason_of(now, position) or "unknown", missing=missing)
    if position.weight is None:
        return FractionFigure.withheld("The portfolio's value is not above zero.")
    state = now.valuation.state  # the total below the line makes every weight as good as itself
    stale = now.why_stale() if state == "stale" else None
    return FractionFigure(
        value=float(position.weight),
        state=state,
        reason="A share of the priced part only." if state == "partial" else stale,
        coverage=now.valuation.coverage if state == "partial" else None,
    )


def gain_of(now: Standing, position: ValuedPosition) -> MoneyFigure:
    base = now.valuation.base_currency
    if position.market_value is None:
        return _unknown(now, position, base)
    if position.unrealized_pnl is None:
        return cost_of(now, position)
    return MoneyFigure(
        value=half_even(position.unrealized_pnl, PLACES),
        currency=base,
        state=position.state,
        reason=reason_of(now, position),
        asof_date=position.price_asof_date,
    )


def gain_fraction_of(now: Standing, position: ValuedPosition) -> FractionFigure:
    gain = gain_of(now, position)
    if gain.value is None or not position.cost_basis:
        return FractionFigure.withheld(gain.reason or "The cost is zero.", missing=gain.missing)
    return FractionFigure(
        value=float(gain.value / position.cost_basis), state=gain.state, reason=gain.reason
    )


def realized_of(now: Standing, security: SecurityKey | None) -> MoneyFigure:
    """Realised result of one security, or of all, since the ledger began."""
    base = now.valuation.base_currency
    closures = [c for c in now.booked.book.closures if security is None or c.security == security]
    unknown = {c.security for c in closures if c.realized_pnl is None}
    if unknown:
        missing = tuple(f"cost basis of {symbol}" for symbol in now.symbols(unknown))
        return MoneyFigure.withheld(_no_basis(now), missing=missing, currency=base)
    total = sum((c.realized_pnl or ZERO for c in closures), ZERO)
    return MoneyFigure(value=round_money(total, base), currency=base)


def _no_basis(now: Standing) -> str:
    """Why a cost in the context's currency is not known."""
    if not now.told_in:
        return BASIS_UNKNOWN
    averaged = now.portfolio.cost_method == now.portfolio.CostMethod.AVERAGE
    why = (
        "it is averaged over days with different rates"
        if averaged
        else "there is no rate of a day on which it was paid"
    )
    return f"The cost is not known in {now.told_in}: {why}."
