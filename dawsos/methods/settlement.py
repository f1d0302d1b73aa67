"""Settlement cases (methods §1.7)."""

from datetime import date
from decimal import Decimal

from dawsos.methods.ledgers import entry, no_rates
from dawsos.methods.registry import Answer, Inputs, golden
from portfolios.calc.booking import book
from portfolios.calc.entries import BookingSettings
from portfolios.calc.settlement import (
    cash_standing,
    cycle_of,
    open_except,
    settlement_date,
    state_of,
)

CURRENCIES = {"US": "USD", "CA": "CAD", "GB": "GBP", "CH": "CHF"}


@golden("ledger.settlement")
def settlement(inputs: Inputs) -> Answer:
    """A trade is booked on its day; its cash is looked at as of the day asked."""
    market, traded = inputs["market"], date.fromisoformat(inputs["trade_date"])
    asof = date.fromisoformat(inputs["as_of"])
    cycle = cycle_of(market, traded)
    if cycle is None:
        raise ValueError(f"no settlement cycle is known for {market}")
    closed = map(date.fromisoformat, inputs["holidays"])
    settles = settlement_date(traded, cycle.days, open_except(closed))
    currency = CURRENCIES.get(market, "EUR")
    booked = book(
        [entry(1, inputs["side"], traded, currency, inputs)],
        BookingSettings(base_currency=currency, allow_short=True),
        no_rates,
        asof=asof,
    )
    (cash,) = cash_standing(booked.journal, {1: settles}.get, asof)
    return {
        "cycle": cycle.days,
        "settle_date": settles,
        "state": state_of(settles, asof),
        "position_qty": sum((posting.quantity for posting in booked.journal), Decimal(0)),
        "settled_cash": cash.settled,
        "pending_cash": cash.pending,
    }
