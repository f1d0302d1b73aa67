"""The ledger as calculation entries, read without a model instance a row, whole or in part.

A long ledger's part is found by index: the securities that a new entry touches, joined to others
by corporate actions, and within accounts by transfers (`calc.booking.groups`).
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from portfolios.calc.booking.groups import EVERY_HOLDER, Joins, groups
from portfolios.calc.entries import Entry, LotScope
from portfolios.calc.entries import EntryType as CalcType
from portfolios.calc.marks import RATIOS
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
OF_SECURITIES = f"""
    SELECT {", ".join(NAMES)} FROM portfolios_transaction
    WHERE portfolio_id = %s AND security_id = ANY(%s::uuid[])
        AND (%s::text[] IS NULL OR account = ANY(%s))
    ORDER BY seq
"""  # noqa: S608 - the names stand above
NUMBERED = f"""
    SELECT {", ".join(NAMES)} FROM portfolios_transaction
    WHERE portfolio_id = %s AND seq = ANY(%s)
    ORDER BY seq
"""  # noqa: S608 - the names stand above
SPLITS = f"""
    SELECT {", ".join(NAMES)} FROM portfolios_transaction split
    WHERE portfolio_id = %s AND transaction_date > %s AND entry_type = ANY(%s)
        AND NOT EXISTS (
            SELECT FROM portfolios_transaction reversal WHERE reversal.reverses_id = split.id
        )
    ORDER BY seq
"""  # noqa: S608 - the names stand above
EntryRow = cast("Any", namedtuple("EntryRow", NAMES))  # noqa: PYI024 - the names stand above


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


def continued_entries(portfolio: Portfolio, known: StoredEntries, upto_seq: int) -> StoredEntries:
    """The ledger up to a number, of which the entries up to an earlier one are known."""
    rows = Transaction.objects.filter(portfolio=portfolio, seq__lte=upto_seq)
    return _continued(known, rows.filter(seq__gt=known.entries[-1].seq), portfolio.base_currency)


def splits_since(portfolio: Portfolio, day: date) -> tuple[Entry, ...]:
    """What multiplied shares after a day and was not reversed."""
    rows = _fetched(SPLITS, [portfolio.pk, day, [*RATIOS]])
    return tuple(_entries(rows, portfolio.base_currency, {}))


def entries_of_securities(portfolio: Portfolio, securities: set[UUID]) -> tuple[Entry, ...]:
    """All entries of some securities, reversals included. Whatever a corporate action joins to one
    of them must be among them."""
    return _entries_of(portfolio, set(securities), None, set()).entries


def touched_groups(portfolio: Portfolio, new: Sequence[Entry], *, joins: bool = True) -> Touched:
    """All that `new`, entries that are not stored yet, can change, and nothing else.

    `joins` is False where it is known that nothing stored joins their securities or accounts.
    """
    scope = LotScope(portfolio.lot_scope)
    if new and new[0].seq == 1:
        stored = StoredEntries((), {})
    else:
        stored = _neighbours(portfolio, new, scope, joins=joins)
    added = {entry.seq for entry in new}
    found = groups([*stored.entries, *new], scope)
    after = tuple(group for group in found if not added.isdisjoint(e.seq for e in group))
    kept = [tuple(entry for entry in group if entry.seq not in added) for group in after]
    before = tuple(group for group in kept if group)
    ids = {entry.seq: stored.ids[entry.seq] for group in before for entry in group}
    return Touched(before, after, ids)


def _neighbours(
    portfolio: Portfolio, new: Sequence[Entry], scope: LotScope, *, joins: bool
) -> StoredEntries:
    """Entries among which are all of the groups that `new` belongs to."""
    rows = Transaction.objects.filter(portfolio=portfolio)
    named = {key for e in new for key in (e.security, e.to_security) if key is not None}
    joining = _joining(rows, named) if joins else []
    securities = _joined_securities(joining, new, named)
    accounts = None
    if scope is not LotScope.PORTFOLIO:
        if securities > named:
            joining = _joining(rows, securities)
        theirs = [row for row in joining if row.security in securities]
        # An entry that moves shares to one of them lies in one of them: it joins the two.
        accounts = _joined_accounts(theirs, new)
    cash_only = [e.reverses for e in new if e.security is None and e.reverses is not None]
    chain = _chain_of_reversals(rows, cash_only)
    return _entries_of(portfolio, securities, accounts, chain)


def _entries_of(
    portfolio: Portfolio, securities: set[Any], accounts: set[str] | None, numbers: set[int]
) -> StoredEntries:
    """The entries of these securities in these accounts (None: in all), and those of these
    numbers."""
    found: list[Any] = []
    if securities:
        few = accounts is not None and len(accounts) <= MANY_ACCOUNTS
        among = sorted(accounts or ()) if few else None
        found += _fetched(OF_SECURITIES, [portfolio.pk, [*securities], among, among])
    if numbers:
        found += _fetched(NUMBERED, [portfolio.pk, [*numbers]])
    by_number = {row.seq: row for row in found}
    rows = [by_number[seq] for seq in sorted(by_number)]
    ids: dict[int, int] = {}
    return StoredEntries(tuple(_entries(rows, portfolio.base_currency, ids)), ids)


def _fetched(statement: str, values: Sequence[Any]) -> list[Any]:
    """Rows with `NAMES`, lists of lots read as the ORM reads them."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = [EntryRow._make(row) for row in cursor.fetchall()]
    return [
        row._replace(lot_picks=_listed(row.lot_picks), carried_lots=_listed(row.carried_lots))
        if row.lot_picks or row.carried_lots
        else row
        for row in rows
    ]


def _listed(text: str | None) -> Any:
    return None if text is None else json.loads(text)


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


def _read(rows: QuerySet[Transaction], base_currency: str) -> StoredEntries:
    """Rows of any number, through a cursor."""
    return _continued(StoredEntries((), {}), rows, base_currency)


def _continued(
    known: StoredEntries, rows: QuerySet[Transaction], base_currency: str
) -> StoredEntries:
    ids = dict(known.ids)
    kinds = {ids[entry.seq]: (entry.seq, entry.entry_type) for entry in known.entries}
    named = rows.order_by("seq").values_list(*NAMES, named=True)
    new = _entries(named.iterator(chunk_size=5000), base_currency, ids, kinds)
    return StoredEntries((*known.entries, *new), ids)


def _entries(
    rows: Iterable[Any],
    base_currency: str,
    ids: dict[int, int],
    known: Mapping[int, tuple[int, CalcType]] | None = None,
) -> Iterator[Entry]:
    """In order of their numbers; a reversal takes the type of what it reverses. `known` are the
    numbers and types of the rows before."""
    kinds: dict[int, tuple[int, CalcType]] = dict(known or {})
    for row in rows:
        target, kind = None, None
        if row.entry_type == EntryType.REVERSAL:
            target, kind = kinds[row.reverses_id]
        kinds[row.id] = row.seq, kind or CalcType(row.entry_type)
        ids[row.seq] = row.id
        yield to_entry(row, row.seq, kinds[row.id][1], target, base_currency)
