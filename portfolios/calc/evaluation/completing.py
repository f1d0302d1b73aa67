"""Trades whose security is quoted in another currency than the one that was paid.

Three facts belong together: the gross amount paid, the gross amount in the security's currency,
and the rate between them (units of `currency` per 1 `security_currency`). Any two give the third;
with one, the document's table gives the rate. What is stated is never changed.
"""

from dataclasses import replace
from decimal import Decimal

from portfolios.calc.entries import Entry
from portfolios.calc.evaluation.rates import Rates


def completed(entry: Entry, rates: Rates) -> Entry:
    """The entry with all three facts where they can be known; others are handed back as they are.

    `price` is in the security's currency. Where no rate is found the facts stay open, and
    booking names what is missing.
    """
    foreign = entry.security_currency
    if foreign is None or foreign == entry.currency:
        return entry
    paid, quoted, rate = entry.gross_amount, entry.gross_amount_security, entry.settlement_fx_rate
    if quoted is None and entry.quantity is not None and entry.price is not None:
        quoted = entry.quantity * entry.price
    if rate is None:
        rate = _rate(entry, paid, quoted, rates)
    if rate is None:
        return entry
    if quoted is None and paid is not None:
        quoted = paid / rate
    if paid is None and quoted is not None:
        paid = quoted * rate
    return replace(entry, gross_amount=paid, gross_amount_security=quoted, settlement_fx_rate=rate)


def _rate(
    entry: Entry, paid: Decimal | None, quoted: Decimal | None, rates: Rates
) -> Decimal | None:
    if paid and quoted:
        return paid / quoted
    found = rates.between(str(entry.security_currency), entry.currency, entry.transaction_date)
    return None if found is None else found.rate
