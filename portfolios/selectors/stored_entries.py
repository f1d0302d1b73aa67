"""The ledger as calculation entries, read without a model instance a row, whole or in part.

A long ledger's part is found by index: the securities that a new entry touches, joined to others
by corporate actions, and within accounts by transfers (`calc.booking.groups`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from portfolios.calc.booking.groups import EVERY_HOLDER, Joins, groups
from portfolios.calc.entries import Entry, LotScope
from portfolios.calc.entries import EntryType as CalcType
from portfolios.models import JOINS_ACCOUNTS, EntryType, Portfolio, Transaction
from portfolios.selectors.ledger import to_entry

NAMES = (
    "id seq entry_type transaction_date currency security_id account quantity price gross_amount "
    "fees taxes net_amount fx_rate settlement_date ex_date pay_date new_shares old_shares "
    "cost_basis to_amount to_currency cash_account to_account security_currency "
    "gross_amount_security settlement_fx_rate to_security_id to_price cost_fraction treatment "
    "jurisdiction lot_picks carried_lots lot_label holding_start reverses_id"
).split()
MANY_ACCOUNTS = 20  # beyond these one reads all accounts of the securities at once


@dataclass(frozen=True, slots=True)
class StoredEntries:
    """Entries by number, with the ids of their rows."""

    entries: tuple[Entry, ...]
    ids: dict[int, int]


class Joining(NamedTuple):
    """What of an entry joins securities or accounts to one another."""

    entry_type: str
    security: UUID | None
    to_security: UUID | None
    account: str
    to_account: str


@dataclass(frozen=True, slots=True)
class Touched:
    """The groups that new entries belong to: stored entries, and those with the new ones."""

    before: tuple[tuple[Entry, ...], ...]
    after: tuple[tuple[Entry, ...], ...]
    ids: dict[int, int]


def stored_entries(portfolio: Portfolio, upto_seq: int | None = None) -> StoredEntries:
    """The whole ledger, or as it stood when `upto_seq` was its newest entry."""
    rows = Transaction.objects.filter(portfolio=portfolio)
    if upto_seq is not None:
        rows = rows.filter(seq__lte=upto_seq)
    return _read(rows, portfolio.base_currency)


def entries_among(rows: QuerySet[Transaction], base_currency: str) -> tuple[Entry, ...]:
    """Some rows of a ledger, none of them a reversal, as entries."""
    return _read(rows, base_currency).entries


def touched_groups(portfolio: Portfolio, new: Sequence[Entry]) -> Touched:
    """All that `new`, entries that are not stored yet, can change, and nothing else."""
    scope = LotScope(portfolio.lot_scope)
    if new and new[0].seq == 1:
        stored = StoredEntries((), {})
    else:
        near = _neighbours(portfolio, new, scope)
        stored = _read(near, portfolio.base_currency, at_once=True)
    added = {entry.seq for entry in new}
    found = groups([*stored.entries, *new], scope)
    after = tuple(group for group in found if not added.isdisjoint(e.seq for e in group))
    kept = [tuple(entry for entry in group if entry.seq not in added) for group in after]
    before = tuple(group for group in kept if group)
    ids = {entry.seq: stored.ids[entry.seq] for group in before for entry in group}
    return Touched(before, after, ids)


def _neighbours(
    portfolio: Portfolio, new: Iterable[Entry], scope: LotScope
) -> QuerySet[Transaction]:
    """Rows among which are all of the groups that `new` belongs to."""
    new = list(new)
    rows = Transaction.objects.filter(portfolio=portfolio)
    named = {key for e in new for key in (e.security, e.to_security) if key is not None}
    joining = _joining(rows, named)
    securities = _joined_securities(joining, new, named)
    wanted = Q(security__in=securities) if securities else Q(pk__in=[])
    if scope is not LotScope.PORTFOLIO:
        if securities > named:
            joining = _joining(rows, securities)
        theirs = [row for row in joining if row.security in securities]
        accounts = _joined_accounts(theirs, new)
        if accounts is not None and len(accounts) <= MANY_ACCOUNTS:
            # An entry that moves shares to one of them lies in one of them: it joins the two.
            wanted &= Q(account__in=accounts)
    cash_only = [e.reverses for e in new if e.security is None and e.reverses is not None]
    if cash_only:
        wanted |= Q(seq__in=_chain_of_reversals(rows, cash_only))
    return rows.filter(wanted)


def _joining(rows: QuerySet[Transaction], securities: set[Any]) -> list[Joining]:
    """What of these securities joins accounts, and all that joins securities, each kind once.

    Found by two small indexes, however many other entries the securities have.
    """
    among_accounts = Q(security__in=securities) & JOINS_ACCOUNTS
    found = rows.filter(among_accounts | Q(to_security__isnull=False)).order_by().distinct()
    named = "entry_type", "security_id", "to_security_id", "account", "to_account"
    return [Joining(*values) for values in found.values_list(*named)]


def _joined_securities(
    joining: Iterable[Joining], new: Sequence[Entry], wanted: set[Any]
) -> set[Any]:
    """These securities, and all that corporate actions join to them."""
    joins = Joins()
    known: set[Any] = set()
    for one, other in (
        *((row.security, row.to_security) for row in joining if row.to_security is not None),
        *((e.security, e.to_security) for e in new if e.to_security is not None),
    ):
        joins.join(one, other)
        known |= {one, other}
    roots = {joins.root(key) for key in wanted}
    return wanted | {key for key in known if joins.root(key) in roots}


def _joined_accounts(joining: Iterable[Joining], new: Sequence[Entry]) -> set[str] | None:
    """The accounts that share lots with the new entries; None where an action joins them all."""
    joins = Joins()
    known: set[str] = set()
    entries: list[Joining | Entry] = [*joining, *new]
    for each in entries:
        if each.entry_type in EVERY_HOLDER:
            return None
        if each.to_account:
            joins.join(each.account, each.to_account)
            known |= {each.account, each.to_account}
    wanted = {account for e in new for account in (e.account, e.to_account) if account}
    roots = {joins.root(account) for account in wanted}
    return wanted | {account for account in known if joins.root(account) in roots}


def _chain_of_reversals(rows: QuerySet[Transaction], numbers: Iterable[int]) -> set[int]:
    """These entries, what they reverse, and so on to the first."""
    found: set[int] = set()
    wanted = set(numbers)
    while wanted:
        found |= wanted
        targets = rows.filter(seq__in=wanted, reverses__isnull=False)
        wanted = set(targets.values_list("reverses__seq", flat=True)) - found
    return found


def _read(
    rows: QuerySet[Transaction], base_currency: str, *, at_once: bool = False
) -> StoredEntries:
    """A few rows are fetched at once, many through a cursor, which is three round trips more."""
    ids: dict[int, int] = {}
    named = rows.order_by("seq").values_list(*NAMES, named=True)
    chosen = named if at_once else named.iterator(chunk_size=5000)
    entries = tuple(_entries(chosen, base_currency, ids))
    return StoredEntries(entries, ids)


def _entries(rows: Iterable[Any], base_currency: str, ids: dict[int, int]) -> Iterator[Entry]:
    """In order of their numbers; a reversal takes the type of what it reverses."""
    kinds: dict[int, tuple[int, CalcType]] = {}
    for row in rows:
        target, kind = None, None
        if row.entry_type == EntryType.REVERSAL:
            target, kind = kinds[row.reverses_id]
        kinds[row.id] = row.seq, kind or CalcType(row.entry_type)
        ids[row.seq] = row.id
        yield to_entry(row, row.seq, kinds[row.id][1], target, base_currency)
