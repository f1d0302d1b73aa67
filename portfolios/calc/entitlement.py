"""Who is entitled to a corporate action, and what it is expected to bring (methods §1.5, §1.6).

Entitled is whoever held at the open of the ex-date: what was bought on that day does not count,
what was sold on it still does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.lots import Posting
from portfolios.calc.money import half_even, round_money

QUANTITY_PLACES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """A distribution in the paying currency: gross and withholding are each rounded to its minor
    unit, net is their difference. Withholding and net are None while no rate is known."""

    gross: Decimal
    withholding: Decimal | None
    net: Decimal | None


def held_at_open(
    journal: Iterable[Posting], security: SecurityKey, day: date
) -> Mapping[str, Decimal]:
    """Shares of a security by account before anything of `day`; accounts without any left out.

    What is owed is negative. A split of that same day does not count yet.
    """
    held: dict[str, Decimal] = {}
    for posting in journal:
        if posting.security == security and posting.quantity and posting.on < day:
            held[posting.account] = held.get(posting.account, ZERO) + posting.quantity
    return {account: quantity for account, quantity in held.items() if quantity}


def payout(quantity: Decimal, amount: Decimal, rate: Decimal | None, currency: str) -> Payout:
    """What `amount` per share pays on a quantity; `rate` is the withholding, a fraction of 1."""
    gross = round_money(quantity * amount, currency)
    if rate is None:
        return Payout(gross=gross, withholding=None, net=None)
    withholding = round_money(gross * rate, currency)
    return Payout(gross=gross, withholding=withholding, net=gross - withholding)


def after_ratio(quantity: Decimal, new_shares: Decimal, old_shares: Decimal) -> Decimal:
    """Shares after new for old, eight decimals half-even; a fraction is kept."""
    return half_even(quantity * new_shares / old_shares, QUANTITY_PLACES)
