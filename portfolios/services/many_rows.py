"""The daily values of many portfolios, from tables of figures into the months of their values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from patterns.formats import minor_units
from portfolios.calc.bulk.errorfree import Mask
from portfolios.calc.bulk.steps import Integers
from portfolios.models.values import STATES
from portfolios.selectors.copied import array_of
from portfolios.selectors.many_values import ManyValued, in_minor_units
from portfolios.services.many_columns import Column, staged
from portfolios.services.month_rows import BEHIND, COLUMNS

STALE = STATES.index("stale")
# The days of a month are those of all who have it whole; what few months have comes from a table of
# its own.
STORE = f"""
WITH day AS (
    SELECT d.place, d.day, p.seal_number
      FROM unnest(%(days)s::date[], %(packs)s::text[]) WITH ORDINALITY d(day, pack_id, place)
      JOIN market_pricingpack p ON p.id = d.pack_id
), span AS (
    SELECT s.start, date_trunc('month', min(day.day))::date AS month,
           array_agg(extract(day FROM day.day)::smallint ORDER BY day.place) AS days,
           array_agg(day.seal_number ORDER BY day.place) AS packs,
           array_agg(%(head)s::bigint) AS heads
      FROM unnest(%(starts)s::int4[], %(ends)s::int4[]) s(start, end_)
      JOIN day ON day.place > s.start AND day.place <= s.end_
     GROUP BY s.start
)
INSERT INTO portfolios_monthlyvalues AS old ({COLUMNS})
SELECT p.id, s.month, p.currency, p.coin, s.days, s.packs, s.heads, v.totals, v.cash,
       array_replace(v.returns, 'NaN', NULL),
       CASE WHEN 0 <> ANY (m.receivables) THEN m.receivables END,
       CASE WHEN 0 <> ANY (m.inflows) THEN m.inflows END,
       CASE WHEN 0 <> ANY (m.outflows) THEN m.outflows END,
       CASE WHEN 0 <> ANY (m.states) THEN m.states END, NULL
  FROM many_month v
  JOIN span s ON s.start = v.start
  JOIN unnest(%(ids)s::uuid[], %(coins)s::numeric[], %(currencies)s::text[])
       WITH ORDINALITY p(id, coin, currency, place) ON p.place = v.portfolio
  LEFT JOIN many_more m ON m.portfolio = v.portfolio AND m.start = v.start
"""  # noqa: S608 - parts of our own
# Where a month is there already, the days are put behind those that it has.
STORE_BEHIND = f"{STORE}{BEHIND}"
NOTE = """
INSERT INTO portfolios_historystate
       (portfolio_id, ledger_seq, ledger_commit_hash, settings_hash, built_at, reconciled_head,
        reconciled_sums)
SELECT id, seq, hash, settings, now(), '', ''
  FROM unnest(%s::uuid[], %s::int4[], %s::text[], %s::text[]) u(id, seq, hash, settings)
ON CONFLICT (portfolio_id) DO UPDATE
   SET ledger_seq = excluded.ledger_seq, ledger_commit_hash = excluded.ledger_commit_hash,
       settings_hash = excluded.settings_hash, built_at = excluded.built_at
"""
Part = dict[str, Column]


def store_values(
    valued: ManyValued, bases: Sequence[str], first: Integers, head: int, *, behind: bool
) -> int:
    """Write each portfolio's days from `first` on, its place among the days; their number is none.
    behind: there may be earlier days of the month. Returns how many values these are."""
    count = int((len(valued.days) - first).sum())
    if not count:
        return 0
    parts = list(_parts(valued, first, _more(valued, bases)))
    starts = [int(part["start"][0]) for part, _ in parts]
    given: dict[str, Any] = {
        "head": head,
        "ids": array_of(valued.ledgers.ids),
        "coins": array_of(Decimal(1).scaleb(-minor_units(code)) for code in bases),
        "currencies": array_of(bases),
        "days": [each.day for each in valued.days],
        "packs": [each.pack_id for each in valued.days],
        "starts": starts,
        "ends": [
            start + part["totals"].shape[1] for start, (part, _) in zip(starts, parts, strict=True)
        ],
    }
    with (
        staged("many_month", *(part for part, _ in parts)),
        staged("many_more", *(more for _, more in parts)),
        connection.cursor() as cursor,
    ):
        cursor.execute(STORE_BEHIND if behind else STORE, given)
    return count


def _parts(valued: ManyValued, first: Integers, more: _More) -> Iterator[tuple[Part, Part]]:
    """Months of the portfolios that begin them on one day, and what few of them have."""
    many, months = valued.many, np.array([day.day.replace(day=1) for day in valued.days])
    changes = np.flatnonzero(np.append(True, months[1:] != months[:-1]))
    for start, end in zip(changes, [*changes[1:], len(months)], strict=True):
        begun = np.maximum(first, start)
        for column in np.unique(begun[begun < end]).tolist():
            rows = np.flatnonzero(begun == column)
            at = rows, slice(column, int(end))
            stale = many.stale[at]
            place = {"portfolio": (rows + 1).astype(np.int32)}
            place["start"] = np.full(len(rows), column, dtype=np.int32)
            yield (
                {
                    **place,
                    "totals": many.totals[at].astype(np.int64),
                    "cash": many.cash[at].astype(np.int64),
                    "returns": many.returns[at].astype(np.float64),
                },
                more.of(place, rows, at[1], stale),
            )


class _More:
    """Receivables, flows and stale days, of the few months that have them."""

    def __init__(self, receivables: Integers) -> None:
        self.receivables = receivables
        self.inflows = np.zeros(receivables.shape, dtype=np.int64)
        self.outflows = np.zeros(receivables.shape, dtype=np.int64)

    def of(self, place: Part, rows: Integers, days: slice, stale: Mask) -> Part:
        found: Part = {
            "receivables": self.receivables[rows, days],
            "inflows": self.inflows[rows, days],
            "outflows": self.outflows[rows, days],
            "states": np.where(stale, STALE, 0).astype(np.int16),
        }
        some = np.logical_or.reduce([values.any(axis=1) for values in found.values()])
        return {name: values[some] for name, values in (place | found).items()}


def _more(valued: ManyValued, bases: Sequence[str]) -> _More:
    found = _More(valued.many.receivables.astype(np.int64))
    for (owner, day), (inflow, outflow) in valued.flows.items():
        found.inflows[owner, day] = in_minor_units(inflow, bases[owner])
        found.outflows[owner, day] = in_minor_units(outflow, bases[owner])
    return found


def note_states(
    ids: Sequence[UUID], heads: Sequence[tuple[int, str]], settings: Sequence[str]
) -> None:
    """Say which ledger head and which settings the values of each portfolio follow from."""
    with connection.cursor() as cursor:
        columns = ids, [seq for seq, _ in heads], [h for _, h in heads], settings
        cursor.execute(NOTE, [array_of(column) for column in columns])
