"""Which rate an entry's amounts take, and what a trade settled in another currency cost.

A recorded rate always beats the table. A rate that nobody knows is a problem and None, never 1.
"""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from portfolios.calc.booking.amounts import charges_in_cost
from portfolios.calc.booking.desk import ONE, Desk, Pool
from portfolios.calc.booking.disposal import Deal
from portfolios.calc.booking.mistakes import LIMIT, invalid
from portfolios.calc.entries import ZERO, Entry, Problem
from portfolios.calc.money import WIDE

FINEST = Decimal("1E-12")


class Exchange(NamedTuple):
    """How an entry's money becomes the security's: units of entry currency per 1 local.

    Kept as a fraction, since a rate that follows from two others may have no last decimal.
    """

    units: Decimal
    per: Decimal

    def local(self, amount: Decimal) -> Decimal:
        """An amount of the entry's currency in the security's, to 12 decimals."""
        return (amount * self.per / self.units).quantize(FINEST, ROUND_HALF_EVEN, WIDE)


def base_rate(desk: Desk, entry: Entry, on: date | None = None) -> Decimal | None:
    """Base per 1 of the entry's currency: 1, recorded, or the table's; None is a problem."""
    rate = known_rate(desk, entry, on or entry.transaction_date)
    if rate is None:
        no_rate(desk, entry, entry.currency, on or entry.transaction_date)
    return rate


def known_rate(desk: Desk, entry: Entry, on: date) -> Decimal | None:
    """The same without a word where there is none.

    A settlement rate of an entry in one currency can only mean the base currency's side.
    """
    if entry.currency == desk.base:
        return ONE
    if entry.fx_rate is not None:
        return entry.fx_rate
    if entry.settlement_fx_rate is not None and entry.security_currency in {None, entry.currency}:
        return entry.settlement_fx_rate
    return desk.rates(entry.currency, on)


def table_rate(desk: Desk, currency: str, on: date) -> Decimal | None:
    """Base per 1 of a currency by the table alone."""
    return ONE if currency == desk.base else desk.rates(currency, on)


def no_rate(desk: Desk, entry: Entry, currency: str, on: date) -> None:
    """Name a rate that nobody knows."""
    desk.note(
        entry,
        "missing_rate",
        "fx_rate",
        f"No rate from {currency} to {desk.base} is known on {on}.",
        "Record fx_rate on the entry or load the rate.",
    )


def recorded_worth(desk: Desk, entry: Entry, amount: Decimal) -> Decimal | None:
    """An amount in base at the rate the entry states; None leaves it to the day's rate."""
    if entry.currency == desk.base:
        return amount
    if entry.fx_rate is not None:
        return amount * entry.fx_rate
    if entry.settlement_fx_rate is not None and entry.security_currency in {None, entry.currency}:
        return amount * entry.settlement_fx_rate
    return None


def local_currency(entry: Entry, pool: Pool) -> str:
    """What a security's lots are kept in: as they were first booked, else as the entry says."""
    return pool.currency or entry.security_currency or entry.currency


def deal_of(desk: Desk, entry: Entry, pool: Pool, gross: Decimal, sign: int) -> Deal | Problem:
    """An entry's trade in its security's currency.

    sign: 1 when charges add to it, −1 when they are taken off it, 0 where it bears none.

    Settled in another currency, gross is what the entry says in the security's own, else the
    settled amount at the settlement rate; charges go at the same rate, and a lot's base rate is
    that rate times base per 1 of the entry's currency. Paid in base currency, the base amount is
    what was paid, to the cent.
    """
    currency = local_currency(entry, pool)
    charges = charges_in_cost(desk.settings, entry) if sign else ZERO
    if currency == entry.currency:
        price = entry.price
        if price is not None and (entry.quantity or ZERO) * price != gross:
            price = None  # the amount says otherwise, and it is the authority
        deal = _deal(desk, entry, (price, gross, charges), base_rate(desk, entry))
        return too_large(entry, gross, deal.fx_rate) or deal
    exchange = exchange_of(desk, entry, currency, gross)
    if exchange is None:
        return _no_exchange(entry, currency)
    stated = entry.gross_amount_security
    own = stated is not None and entry.security_currency == currency
    local = stated if own and stated is not None else exchange.local(gross)
    deal = _deal(
        desk,
        entry,
        (None, local, exchange.local(charges)),
        _rate_through(desk, entry, currency, exchange),
    )
    if problem := too_large(entry, local, deal.fx_rate):
        return problem
    settled = gross + sign * charges if entry.currency == desk.base else None
    return deal._replace(settled=settled, charge_places=12)


def too_large(entry: Entry, amount: Decimal, rate: Decimal | None) -> Problem | None:
    """An amount that no book has room for, by itself or in base at a rate."""
    if abs(amount) >= LIMIT:
        return invalid(entry, "gross_amount", f"{float(amount):g} is too large to be booked.")
    if rate is not None and abs(amount * rate) >= LIMIT:
        said = f"{float(amount):g} at the rate {float(rate):g} is too large to be booked."
        return invalid(entry, "fx_rate", said)
    return None


def unjoined(desk: Desk, entry: Entry, pool: Pool) -> Problem | None:
    """Money in a currency that no rate joins to the security's says nothing about its lots."""
    currency = local_currency(entry, pool)
    if currency == entry.currency or exchange_of(desk, entry, currency, ZERO) is not None:
        return None
    return _no_exchange(entry, currency)


def exchange_of(desk: Desk, entry: Entry, currency: str, gross: Decimal) -> Exchange | None:
    """The rate at which an entry was settled against another currency; None where unknown."""
    if entry.security_currency == currency:
        if entry.settlement_fx_rate is not None:
            return Exchange(entry.settlement_fx_rate, ONE)
        if entry.gross_amount_security and gross:
            return Exchange(gross, entry.gross_amount_security)
    theirs = table_rate(desk, currency, entry.transaction_date)
    ours = known_rate(desk, entry, entry.transaction_date)
    return None if theirs is None or ours is None else Exchange(theirs, ours)


def _rate_through(desk: Desk, entry: Entry, currency: str, exchange: Exchange) -> Decimal | None:
    """Base per 1 local: base per 1 of the entry's currency, times its settlement rate."""
    if currency == desk.base:
        return ONE
    ours = base_rate(desk, entry)
    return None if ours is None else ours * exchange.units / exchange.per


def _deal(
    desk: Desk,
    entry: Entry,
    amounts: tuple[Decimal | None, Decimal, Decimal],
    fx_rate: Decimal | None,
) -> Deal:
    price, gross, charges = amounts
    return Deal(
        entry.seq,
        entry.transaction_date,
        entry.quantity or ZERO,
        price,
        gross,
        charges,
        desk.charge_places(entry.currency),
        fx_rate,
    )


def _no_exchange(entry: Entry, currency: str) -> Problem:
    """Without a rate an amount in another currency says nothing about a security's cost."""
    if entry.security_currency == currency:
        return Problem(
            "missing_rate",
            entry.seq,
            "settlement_fx_rate",
            f"Entry {entry.seq} settles a security in {currency} in {entry.currency}, and no "
            f"rate between them is known on {entry.transaction_date}.",
            "Record settlement_fx_rate or gross_amount_security.",
        )
    return Problem(
        "currency_mismatch",
        entry.seq,
        "currency",
        f"This security is booked in {currency}; entry {entry.seq} is in {entry.currency}, and "
        "no rate between them is known.",
        f"Record the rate, or book the trade in {currency}.",
    )
