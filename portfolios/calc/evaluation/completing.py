"""Trades whose security is quoted in another currency than the one that was paid.

Three facts belong together: the gross amount paid, the gross amount in the security's currency,
and the rate between them (units of `currency` per 1 `security_currency`). Any two give the third;
with one, the document's table gives the rate. What is stated is never changed.
"""

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Context, Decimal

from portfolios.calc.entries import Entry
from portfolios.calc.evaluation.rates import Rates

PLACES = 12
_FINEST = Decimal(1).scaleb(-PLACES)
_WIDE = Context(prec=120)  # whatever was written fits


def completed(entry: Entry, rates: Rates) -> Entry:
    """The entry with both amounts where they can be known; others are handed back as they are.

    `price` is in the security's currency. A stated rate beats the table; once both amounts are
    there they say the rate to the last digit, so it is left out unless all three were stated.
    Where no rate is found the facts stay open, and booking names what is missing.
    """
    foreign = entry.security_currency
    if foreign is None or foreign == entry.currency:
        return entry
    paid, quoted = entry.gross_amount, entry.gross_amount_security
    if paid is not None and quoted is not None:
        return entry
    if quoted is None and entry.quantity is not None and entry.price is not None:
        quoted = entry.quantity * entry.price
    rate = _rate(entry, paid, quoted, rates)
    if rate is None:
        return entry
    if quoted is None and paid is not None:
        quoted = paid / rate
    if paid is None and quoted is not None:
        paid = quoted * rate
    if paid is None or quoted is None:
        return entry
    return replace(
        entry,
        gross_amount=kept(paid),
        gross_amount_security=kept(quoted),
        settlement_fx_rate=None,
    )


def kept(number: Decimal) -> Decimal:
    """A number as booking keeps it: to the twelfth decimal, half-even."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -PLACES:
        return number.quantize(_FINEST, ROUND_HALF_EVEN, _WIDE)
    return number


def _rate(
    entry: Entry, paid: Decimal | None, quoted: Decimal | None, rates: Rates
) -> Decimal | None:
    if entry.settlement_fx_rate is not None:
        return entry.settlement_fx_rate
    if paid and quoted:
        return paid / quoted
    found = rates.between(str(entry.security_currency), entry.currency, entry.transaction_date)
    return None if found is None else found.rate
