"""A batch of entries on its way into the ledger: numbered, chained, and written as rows.

One entry and a hundred thousand go the same way. Nothing is kept of a row once it is written, so
a long batch needs little more memory than its drafts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from market.selectors import security_keys
from portfolios.calc.entries import Entry
from portfolios.calc.entries import EntryType as CalcType
from portfolios.formats.draft import Draft
from portfolios.models import Lot, LotClosure, Portfolio, Transaction
from portfolios.models.chain import Speller, parts_hash, pieces_hash
from portfolios.models.plain_lines import NULL, PlainLines, chained_digest, content_digest
from portfolios.selectors.ledger import Head, draft_entry
from portfolios.services.rows import (
    FEW,
    HandOver,
    as_text,
    check_row_by_row,
    insert_lines,
    insert_rows,
    reserve_ids,
)

CHUNK = 10_000  # entries; no more rows than these are kept as values
FIRST_CHUNK = 2_000  # soon told, so that PostgreSQL need not wait long for its first work
NO_COLUMNS = frozenset(
    "symbol exchange to_symbol to_exchange isin figi security_name number reverses row".split()
)
SAID = tuple(f.name for f in fields(Draft) if f.name not in NO_COLUMNS)
PLACE = ("id", "seq", "content_hash", "occurrence", "previous_hash", "entry_hash", "reverses_id")
# Ids that no other row gets, ascending, and how often each content stands in the ledger already,
# reversed ones included.
PLACES = """
    SELECT
        ARRAY(
            SELECT nextval(pg_get_serial_sequence('portfolios_transaction', 'id'))
            FROM generate_series(1, %s)
        ),
        (
            SELECT json_object_agg(content_hash, times)
            FROM (
                SELECT content_hash, count(*) AS times FROM portfolios_transaction
                WHERE portfolio_id = %s AND content_hash = ANY(%s)
                GROUP BY content_hash
            ) known
        )
"""
UNSAID = {name: getattr(Draft, name, None) for name in SAID}
# What the chain holds also of an entry that does not say it: the account, and charges of zero.
ALWAYS = frozenset(name for name, value in UNSAID.items() if value not in (None, ""))


@dataclass(frozen=True, slots=True)
class Target:
    """The entry that a reversal cancels; its type is that of the entry at the end of the chain."""

    pk: int
    seq: int
    kind: CalcType


@dataclass(frozen=True)
class Batch:
    """Entries in the order of their numbers. `targets` are empty, or what each of them reverses:
    None where it reverses nothing.

    `same` are the columns that no draft has: who wrote it, and where it came from.
    """

    drafts: Sequence[Draft]
    same: Mapping[str, Any]
    targets: Sequence[Target | None] = field(default=())

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that any of the drafts fills in; in all others they are as by default.

        A draft that was made field by field also says what it leaves out.
        """
        said = ALWAYS.union(*map(vars, self.drafts))
        few = len(self.drafts) <= FEW
        return tuple(
            name
            for name in SAID
            if name in said and (not few or name in ALWAYS or self._says(name))
        )

    def _says(self, name: str) -> bool:
        return any(getattr(draft, name) is not None for draft in self.drafts)

    @cached_property
    def securities(self) -> set[UUID]:
        """What the drafts name, what a security becomes included."""
        named = {pk for draft in self.drafts for pk in (draft.security_id, draft.to_security_id)}
        return {pk for pk in named if pk is not None}

    def target(self, place: int) -> Target | None:
        """What the entry at a place reverses."""
        return self.targets[place] if self.targets else None

    def entries(self, after_seq: int, base_currency: str) -> list[Entry]:
        """What they will be behind that number, for booking."""
        return [
            self._entry(place, after_seq + 1 + place, base_currency)
            for place in range(len(self.drafts))
        ]

    def _entry(self, place: int, seq: int, base_currency: str) -> Entry:
        draft, target = self.drafts[place], self.target(place)
        if target is None:
            return draft_entry(draft, seq, CalcType(draft.entry_type), None, base_currency)
        return draft_entry(draft, seq, target.kind, target.seq, base_currency)


def write_batch(
    portfolio: Portfolio,
    batch: Batch,
    head: Head,
    hand_over: HandOver,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[dict[int, int], Head]:
    """Insert the rows behind a head; the id of each by its number, and the head after them.

    Of a long batch PostgreSQL inserts one part while the next is hashed.
    """
    total = len(batch.drafts)
    same = {**batch.same, "portfolio_id": portfolio.pk, "created_at": timezone.now()}
    same |= {name: UNSAID[name] for name in SAID if name not in batch.columns}
    same = {name: value for name, value in same.items() if value is not None}
    chain = _Chain(portfolio, batch, head)
    columns = (*PLACE, *chain.columns)
    if total > CHUNK:
        check_row_by_row(Transaction, Lot, LotClosure)
    for places in _chunks(total):
        if len(places) <= FEW:
            rows = [chain.row(place) for place in places]
            insert_rows(Transaction, columns, rows, same=same, hand_over=hand_over)
        else:
            lines = chain.lines(places)
            insert_lines(Transaction, columns, lines, same=same, hand_over=hand_over)
        if progress is not None:
            progress(places.stop, total)
    return dict(enumerate(chain.ids, start=head.seq + 1)), Head(head.seq + total, chain.head)


def _chunks(total: int) -> Iterator[range]:
    start, end = 0, min(FIRST_CHUNK, total) if total > CHUNK else total
    while start < total:
        yield range(start, end)
        start, end = end, min(end + CHUNK, total)


class _Chain:
    """The rows one after the other; each holds the hash of the one before."""

    def __init__(self, portfolio: Portfolio, batch: Batch, head: Head) -> None:
        self.head = head.entry_hash
        self._after, self._batch = head.seq, batch
        keys, source = security_keys(batch.securities), batch.same["source"]
        speller = Speller(batch.columns, UNSAID, keys)
        self.columns, self._spell = speller.columns, speller.spell
        self._plain = PlainLines(PLACE, speller.columns, UNSAID, keys, source)
        self._source = [f'"source":{encode_basestring(source)}'] if source else []
        self.ids, self._times = self._places(portfolio)

    def row(self, place: int) -> tuple[Any, ...]:
        """The values of `PLACE` and of `columns`."""
        seq, target = self._after + 1 + place, self._batch.target(place)
        cells, parts, beside = self._said(place)
        content = parts_hash(parts)
        self._times[content] = times = self._times.get(content, 0) + 1
        beside += (f'"seq":{seq}', f'"occurrence":{times}', *self._source)
        previous, self.head = self.head, pieces_hash(self.head, parts + beside)
        reverses = None if target is None else target.pk
        return (self.ids[place], seq, content, times, previous, self.head, reverses, *cells)

    def lines(self, places: range) -> list[str]:
        """The rows as COPY reads them."""
        if self._batch.targets:
            return [as_text([self.row(place)]) for place in places]
        # The innermost loop of a long import: each name is looked up once.
        drafts, ids, times_of, first = self._batch.drafts, self.ids, self._times, self._after + 1
        spell, pieces_of, lines = self._plain.spell, self._plain.pieces, list[str]()
        for place in places:
            plain = spell(vars(drafts[place]))
            if plain is None:
                lines.append(as_text([self.row(place)]))
                continue
            shape, cells = plain
            pieces = pieces_of(shape, cells)
            content = content_digest(shape, pieces)
            times_of[content] = times = times_of.get(content, 0) + 1
            seq, previous = first + place, self.head
            pieces += (seq, times)
            self.head = head = chained_digest(previous, shape, pieces)
            before = (ids[place], seq, content, times, previous, head, NULL)
            lines.append(shape.line % (*before, *cells))
        return lines

    def _said(self, place: int) -> tuple[list[str | None], list[str], list[str]]:
        target = self._batch.target(place)
        said = self._spell(vars(self._batch.drafts[place]))
        if target is not None:
            said[1].append(f'"reverses":{target.seq}')
        return said

    def _places(self, portfolio: Portfolio) -> tuple[Sequence[int], dict[str, int]]:
        """A row of `PLACES`; in an empty ledger nothing stands yet."""
        total = len(self._batch.drafts)
        if not self._after:
            return reserve_ids(Transaction, total), {}
        hashes = {parts_hash(self._said(place)[1]) for place in range(total)}
        with connection.cursor() as cursor:
            cursor.execute(PLACES, [total, portfolio.pk, [*hashes]])
            ids, known = cursor.fetchone()
        return ids, known or {}
