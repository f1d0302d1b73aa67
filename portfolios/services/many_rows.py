"""The daily values of many portfolios, from tables of figures into the table of rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from patterns.formats import minor_units
from portfolios.calc.bulk.errorfree import Mask
from portfolios.selectors.copied import array_of
from portfolios.selectors.many_values import ManyValued, in_minor_units
from portfolios.services.many_columns import Column, staged

# All rows are current or ended: said so that the index of each is used.
FORGET = """
DELETE FROM portfolios_portfoliodailyvalue
 WHERE portfolio_id = ANY (%s::uuid[]) AND asof_date >= %s
   AND (to_head IS NULL OR to_head > from_head)
"""
# What few rows have comes from a table of its own.
STORE = """
INSERT INTO portfolios_portfoliodailyvalue
       (portfolio_id, asof_date, pack_id, total_value, positions_value, cash_balance,
        receivable_balance, inflow, outflow, time_weighted_return, state, coverage, currency,
        from_head)
SELECT p.id, d.day, d.pack_id, v.total * p.coin, (v.total - v.cash) * p.coin, v.cash * p.coin,
       coalesce(m.receivable * p.coin, 0), coalesce(m.inflow * p.coin, 0),
       coalesce(m.outflow * p.coin, 0), nullif(v.earned, 'NaN'),
       CASE v.stale WHEN 1 THEN 'stale' ELSE 'exact' END, 1, p.currency, %(head)s
  FROM many_value v
  JOIN unnest(%(ids)s::uuid[], %(coins)s::numeric[], %(currencies)s::text[])
       WITH ORDINALITY p(id, coin, currency, place) ON p.place = v.portfolio
  JOIN unnest(%(days)s::date[], %(packs)s::text[]) WITH ORDINALITY d(day, pack_id, place)
       ON d.place = v.day
  LEFT JOIN many_more m ON m.portfolio = v.portfolio AND m.day = v.day
"""
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


def forget_values(ids: Sequence[UUID], start: date) -> None:
    """Remove the daily values of portfolios from a day on, ended revisions included."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [array_of(ids), start])


def store_values(valued: ManyValued, bases: Sequence[str], wanted: Mask, market_head: int) -> int:
    """Write the days that `wanted` marks, portfolios × days. Returns how many rows these are."""
    owner, day = np.nonzero(wanted)
    if not len(owner):
        return 0
    many = valued.many
    columns: dict[str, Column] = {
        "portfolio": (owner + 1).astype(np.int32),
        "day": (day + 1).astype(np.int32),
        "total": many.totals[wanted].astype(np.int64),
        "cash": many.cash[wanted].astype(np.int64),
        "earned": many.returns[wanted],
        "stale": many.stale[wanted].astype(np.int16),
    }
    given: dict[str, Any] = {
        "head": market_head,
        "ids": array_of(valued.ledgers.ids),
        "coins": array_of(Decimal(1).scaleb(-minor_units(code)) for code in bases),
        "currencies": array_of(bases),
        "days": [each.day for each in valued.days],
        "packs": [each.pack_id for each in valued.days],
    }
    more = _more(valued, bases, wanted)
    with staged("many_value", columns), staged("many_more", more), connection.cursor() as cursor:
        cursor.execute(STORE, given)
    return len(owner)


def _more(valued: ManyValued, bases: Sequence[str], wanted: Mask) -> dict[str, Column]:
    """Receivables and flows, of the few days that have them."""
    found: dict[tuple[int, int], list[int]] = {
        (owner, day): [int(valued.many.receivables[owner, day]), 0, 0]
        for owner, day in np.argwhere((valued.many.receivables != 0) & wanted).tolist()
    }
    for (owner, day), (inflow, outflow) in valued.flows.items():
        if wanted[owner, day]:
            row = found.setdefault((owner, day), [0, 0, 0])
            row[1] = in_minor_units(inflow, bases[owner])
            row[2] = in_minor_units(outflow, bases[owner])
    cells = np.array(sorted(found), dtype=np.int32).reshape(-1, 2)
    rows = np.array([found[cell] for cell in sorted(found)], dtype=np.int64).reshape(-1, 3)
    return {
        "portfolio": cells[:, 0] + 1,
        "day": cells[:, 1] + 1,
        "receivable": rows[:, 0],
        "inflow": rows[:, 1],
        "outflow": rows[:, 2],
    }


def note_states(
    ids: Sequence[UUID], heads: Sequence[tuple[int, str]], settings: Sequence[str]
) -> None:
    """Say which ledger head and which settings the values of each portfolio follow from."""
    with connection.cursor() as cursor:
        columns = ids, [seq for seq, _ in heads], [h for _, h in heads], settings
        cursor.execute(NOTE, [array_of(column) for column in columns])
