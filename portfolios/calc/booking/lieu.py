"""The money of an event: its charges, what it pays, and cash in lieu of fractions (methods §1.5).

A fraction is sold out of the shares that it is a fraction of, the earliest lots of them first.
Whoever is short of it owes it, and buys it back.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from portfolios.calc.booking.amounts import charges
from portfolios.calc.booking.desk import ONE, Desk, Pool
from portfolios.calc.booking.disposal import relieve, spread
from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.booking.queues import Match
from portfolios.calc.booking.rates import deal_of, unjoined
from portfolios.calc.booking.trades import note_unknown
from portfolios.calc.entries import ZERO, Entry, Problem
from portfolios.calc.lots import Movement

_PLACE = attrgetter("place")


class Part(NamedTuple):
    """A fraction in one account, by the lots of a side of its pool that it is sold from."""

    pool: Pool
    matches: Sequence[Match]

    @property
    def quantity(self) -> Decimal:
        """How much of a share it is."""
        return sum((quantity for _, quantity in self.matches), ZERO)


def post_money(desk: Desk, entry: Entry, shares: Mapping[str, Decimal], paid: Decimal) -> None:
    """What an event paid in all, less its charges, over the accounts by what they hold; where
    none holds anything, its own account is charged."""
    whole = desk.posted(paid - charges(entry), entry.currency)
    if not whole:
        return
    accounts = {account: abs(held) for account, held in shares.items() if held}
    accounts = accounts or {entry.account: ONE}
    parts = spread(whole, list(accounts.values()), desk.charge_places(entry.currency))
    for account, part in zip(accounts, parts, strict=True):
        desk.post(entry, Movement.TRADE, account=entry.cash_account or account, cash=part)


def unpayable(desk: Desk, entry: Entry, pools: Iterable[Pool]) -> Problem | None:
    """Money in a currency that no rate joins to the security's cannot be counted."""
    for pool in pools:
        if pool.currency and (problem := unjoined(desk, entry, pool)):
            return problem
    return None


def earliest(lots: Iterable[OpenLot], quantity: Decimal) -> list[Match]:
    """The oldest of some lots, of one side, that hold a quantity, and how much of each."""
    matches: list[Match] = []
    for lot in sorted(lots, key=_PLACE):
        taken = min(quantity, lot.quantity_open)
        if taken:
            matches.append((lot, taken))
            quantity -= taken
    return matches


def parts_of(pool: Pool, matches: Iterable[Match]) -> list[Part]:
    """What is taken of a pool's lots, account by account."""
    found: dict[str, list[Match]] = {}
    for match in matches:
        found.setdefault(match[0].account, []).append(match)
    return [Part(pool, own) for own in found.values()]


def sell_together(desk: Desk, entry: Entry, parts: Sequence[Part], paid: Decimal) -> None:
    """Sell fractions for one amount, each for its part of it."""
    if parts:
        weights = [part.quantity for part in parts]
        amounts = spread(paid, weights, desk.charge_places(entry.currency))
        for part, amount in zip(parts, amounts, strict=True):
            _sell(desk, entry, part, amount)


def _sell(desk: Desk, entry: Entry, part: Part, amount: Decimal) -> None:
    """Cash in lieu: a fraction is sold for an amount; one that is owed is bought back for it."""
    pool, matches = part
    deal = deal_of(desk, entry, pool, amount, 0)
    if isinstance(deal, Problem):
        raise TypeError("unpayable was not asked")
    deal = deal._replace(quantity=part.quantity, price=None)
    is_short = matches[0][0].is_short
    sign = -1 if is_short else 1
    note_unknown(desk, entry, relieve(desk, pool.side(is_short=is_short), matches, deal))
    account, quantity, cash = matches[0][0].account, -sign * part.quantity, sign * amount
    paid_in = entry.cash_account or account
    together = paid_in == account
    desk.post(
        entry,
        Movement.TRADE,
        account=account,
        security=pool.security,
        quantity=quantity,
        cash=cash if together else ZERO,
    )
    if not together:
        desk.post(entry, Movement.TRADE, account=paid_in, security=pool.security, cash=cash)
