"""Which entries can touch one another: a ledger falls into groups that may be booked apart.

The problem. A late entry changes what came after it, but not everything that came after it: a
purchase of AAPL in 2015 has nothing to do with the lots of IBM. Booking all of a long ledger for
each new entry is a waste, and adjusting lots in place would be a second way to the same numbers.

The observation. Lots are matched within a pool: a security, or with `LotScope.ACCOUNT` a security
in one account. Entries that share no pool, directly or through others, cannot change each other's
lots, closures or cash. So

    book(all).lots     = the lots of book(group), over all groups
    book(all).closures = the same
    book(all).cash     = the sum of their cash

and whoever knows which groups a new entry touches books these again and nothing else. A test
holds this over random ledgers.

What joins. A security is joined to the `to_security` of an entry. Within ACCOUNT an account is
joined to the `to_account` that its lots go to, and a corporate action, which every holder feels,
joins all accounts of its securities. A reversal belongs to what it reverses. An entry without a
security moves cash only and is a group of its own. An entry that was reversed still joins: a
group that is larger than it must be is still right.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from portfolios.calc.entries import Entry, EntryType, LotScope, SecurityKey

PoolKey: TypeAlias = tuple[SecurityKey, str | None]
"""A security, and the account whose lots are meant; None is all accounts."""

EVERY_HOLDER = frozenset(
    {
        EntryType.SPLIT,
        EntryType.REVERSE_SPLIT,
        EntryType.STOCK_DIVIDEND,
        EntryType.SPINOFF,
        EntryType.MERGER,
        EntryType.RETURN_OF_CAPITAL,
        EntryType.SYMBOL_CHANGE,
    }
)
"""What happens to a security in whatever account it lies."""


@dataclass(slots=True)
class Joins:
    """Things that were joined, directly or through others, have one root."""

    _above: dict[Hashable, Hashable] = field(default_factory=dict)

    def root(self, thing: Hashable) -> Hashable:
        """What stands for everything that `thing` is joined to."""
        above = self._above
        while thing in above and above[thing] != thing:
            above[thing] = above.get(above[thing], above[thing])  # so that the next way is shorter
            thing = above[thing]
        return thing

    def join(self, one: Hashable, other: Hashable) -> None:
        """From now on these two, and all that is joined to either, have one root."""
        self._above[self.root(one)] = self.root(other)


def groups(entries: Iterable[Entry], scope: LotScope) -> list[tuple[Entry, ...]]:
    """The ledger in groups, in order of their first entry; each keeps the order of its entries."""
    ledger = list(entries)
    by_number = {entry.seq: entry for entry in ledger}
    origins = [_origin(entry, by_number) for entry in ledger]
    shared = _shared_by_all_accounts(ledger, scope)
    joins = Joins()
    for entry in ledger:
        _join(joins, entry, shared)
    found: dict[Hashable, list[Entry]] = {}
    for entry, origin in zip(ledger, origins, strict=True):
        alone = origin.security is None
        key = ("entry", origin.seq) if alone else joins.root(pool_of(origin, shared))
        found.setdefault(key, []).append(entry)
    return [tuple(group) for group in found.values()]


def pool_of(entry: Entry, shared: frozenset[SecurityKey] | None) -> PoolKey:
    """Where an entry's lots are; `shared` are the securities of one pool, None is all of them."""
    if shared is None or entry.security in shared:
        return entry.security, None
    return entry.security, entry.account


def _shared_by_all_accounts(
    ledger: Iterable[Entry], scope: LotScope
) -> frozenset[SecurityKey] | None:
    """The securities whose accounts a corporate action joins; None where the scope joins all."""
    if scope is LotScope.PORTFOLIO:
        return None
    actions = [entry for entry in ledger if entry.entry_type in EVERY_HOLDER]
    return frozenset(key for e in actions for key in (e.security, e.to_security) if key is not None)


def _join(joins: Joins, entry: Entry, shared: frozenset[SecurityKey] | None) -> None:
    if entry.security is None:
        return
    if entry.to_security is not None:
        joins.join((entry.security, None), (entry.to_security, None))
    if shared is not None and entry.to_account and entry.security not in shared:
        joins.join((entry.security, entry.account), (entry.security, entry.to_account))


def _origin(entry: Entry, by_number: Mapping[int, Entry]) -> Entry:
    """The entry at the end of a chain of reversals: itself where it reverses nothing known."""
    while entry.reverses is not None and entry.reverses < entry.seq:
        target = by_number.get(entry.reverses)
        if target is None:
            break
        entry = target
    return entry
