"""The open lots of one holding: what each of them cost, is worth and stands to gain."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from patterns.context import Context
from patterns.registry import capability
from patterns.results import MoneyFigure, PriceFigure, QuantityFigure
from portfolios.calc.lots import Lot
from portfolios.calc.money import half_even, round_money
from portfolios.capabilities.inputs import Answer
from portfolios.capabilities.position_details import OneSecurity
from portfolios.capabilities.position_figures import BASIS_UNKNOWN
from portfolios.selectors.standing import Standing, standing

UNIT_PLACES = 6
COST_UNKNOWN = "The cost of this lot or the rate of its purchase is not known."


class LotRow(Answer):
    """One open lot. Quantity and costs are as the ledger keeps them, positive of a short lot too;
    market_value and unrealized_pnl are in base currency and negative where something is owed.
    fx_rate is base per 1 unit of the lot's currency on the day it was acquired."""

    label: str
    account: str
    acquisition_date: date
    is_short: bool
    quantity_open: QuantityFigure
    unit_cost: PriceFigure
    cost_basis_local: MoneyFigure
    fx_rate: Decimal | None
    cost_basis: MoneyFigure
    market_value: MoneyFigure
    unrealized_pnl: MoneyFigure


class PositionLots(Answer):
    rows: tuple[LotRow, ...]
    sources: tuple[str, ...]


@capability("get_position_lots", version="1", agent="analyst")
def get_position_lots(ctx: Context, args: OneSecurity) -> PositionLots:
    """The open lots of a security over all accounts, in the order in which they are relieved."""
    now = standing(ctx, args.portfolio_id)
    return PositionLots(
        rows=tuple(_row(now, lot) for lot in lots_of(now, args)), sources=now.sources
    )


def lots_of(now: Standing, args: OneSecurity) -> list[Lot]:
    return [lot for lot in now.booked.book.open_lots if lot.security == args.security_id]


def exact_worth(now: Standing, lot: Lot) -> Decimal | None:
    """Worth in base, unrounded and of what is owed negative; None without a price or a rate."""
    mark = now.marks.prices.get(lot.security)
    rate = None if mark is None else now.marks.rate_of(mark.currency)
    if mark is None or rate is None:
        return None
    return (-1 if lot.is_short else 1) * lot.quantity_open * mark.close * rate.rate


def _row(now: Standing, lot: Lot) -> LotRow:
    worth, cost = _worth(now, lot), _cost(now, lot)
    return LotRow(
        label=lot.label,
        account=lot.account,
        acquisition_date=lot.acquisition_date,
        is_short=lot.is_short,
        quantity_open=QuantityFigure(value=lot.quantity_open),
        unit_cost=_unit_cost(lot),
        cost_basis_local=_local(lot),
        fx_rate=lot.fx_rate,
        cost_basis=cost,
        market_value=worth,
        unrealized_pnl=_gain(lot, worth, cost),
    )


def _unit_cost(lot: Lot) -> PriceFigure:
    if lot.cost_basis_local is None:
        return PriceFigure.withheld(BASIS_UNKNOWN, currency=lot.currency)
    unit = half_even(lot.cost_basis_local / lot.quantity_open, UNIT_PLACES)
    return PriceFigure(value=unit, currency=lot.currency)


def _local(lot: Lot) -> MoneyFigure:
    if lot.cost_basis_local is None:
        return MoneyFigure.withheld(BASIS_UNKNOWN, currency=lot.currency)
    return MoneyFigure(value=lot.cost_basis_local, currency=lot.currency)


def _cost(now: Standing, lot: Lot) -> MoneyFigure:
    base = now.valuation.base_currency
    if lot.cost_basis is None:
        return MoneyFigure.withheld(COST_UNKNOWN, currency=base)
    return MoneyFigure(value=round_money(lot.cost_basis, base), currency=base)


def _worth(now: Standing, lot: Lot) -> MoneyFigure:
    base, exact = now.valuation.base_currency, exact_worth(now, lot)
    held = [one for one in now.valuation.positions if one.security == lot.security]
    position = next((one for one in held if one.account == lot.account), None)
    if exact is None or position is None:
        symbol = now.symbol(lot.security)
        return MoneyFigure.withheld(
            f"{symbol} has no price or no rate in {now.pack_id}.", currency=base
        )
    return MoneyFigure(
        value=round_money(exact, base),
        currency=base,
        state="stale" if position.state == "stale" else "exact",
        reason=f"The price is of {position.price_asof_date}."
        if position.state == "stale"
        else None,
        asof_date=position.price_asof_date,
    )


def _gain(lot: Lot, worth: MoneyFigure, cost: MoneyFigure) -> MoneyFigure:
    if worth.value is None or cost.value is None:
        reason = (worth if worth.value is None else cost).reason or BASIS_UNKNOWN
        return MoneyFigure.withheld(reason, currency=worth.currency)
    owed = -1 if lot.is_short else 1
    return MoneyFigure(
        value=worth.value - owed * cost.value,
        currency=worth.currency,
        state=worth.state,
        reason=worth.reason,
    )
