"""Keeping what ledgers hold once their entries were added up, for the nights that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import numpy as np
from django.db import connection

from portfolios.calc.bulk.steps import Integers, Movements, movements
from portfolios.selectors.copied import array_of
from portfolios.selectors.kept_holdings import DIGEST
from portfolios.selectors.many_ledgers import ManyLedgers
from portfolios.services.many_columns import Column, staged

COLUMNS = "ledger_commit_hash began_on settled_on securities shares currencies money digest".split()
KEEP = f"""
WITH held AS (
    SELECT h.owner, array_agg(s.id ORDER BY s.place) AS securities,
           array_agg(h.amount ORDER BY s.place) AS shares
      FROM many_position h
      JOIN unnest(%(securities)s::uuid[]) WITH ORDINALITY s(id, place) ON s.place = h.what
     GROUP BY h.owner
), purse AS (
    SELECT h.owner, array_agg(c.code ORDER BY c.place) AS currencies,
           array_agg(h.amount ORDER BY c.place) AS money
      FROM many_purse h
      JOIN unnest(%(currencies)s::text[]) WITH ORDINALITY c(code, place) ON c.place = h.what
     GROUP BY h.owner
)
INSERT INTO portfolios_ledgerholdings (portfolio_id, {", ".join(COLUMNS)})
SELECT k.*, {DIGEST}
  FROM (SELECT p.id AS portfolio_id, p.head AS ledger_commit_hash, p.began AS began_on,
               p.settled AS settled_on, coalesce(h.securities, ARRAY[]::uuid[]) AS securities,
               coalesce(h.shares, ARRAY[]::bigint[]) AS shares,
               coalesce(m.currencies, ARRAY[]::text[]) AS currencies,
               coalesce(m.money, ARRAY[]::bigint[]) AS money
          FROM unnest(%(ids)s::uuid[], %(heads)s::text[], %(began)s::date[], %(settled)s::date[])
               WITH ORDINALITY p(id, head, began, settled, place)
          LEFT JOIN held h ON h.owner = p.place
          LEFT JOIN purse m ON m.owner = p.place) k
ON CONFLICT (portfolio_id) DO UPDATE
   SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
"""  # noqa: S608 - parts of our own


def keep_holdings(ledgers: ManyLedgers, heads: Mapping[UUID, str], day: date) -> None:
    """Write what ledgers hold whose entries say so by themselves and had all been settled by a
    day, in place of what was kept. heads: where they stand, under the lock of who asks."""
    settled = np.zeros(len(ledgers.ids), dtype=np.int64)
    np.maximum.at(settled, ledgers.owner, np.maximum(ledgers.on_day, ledgers.due_from))
    wanted = (ledgers.began > 0) & ~ledgers.odd & (settled <= day.toordinal())
    if not wanted.any():
        return
    number = np.cumsum(wanted)  # as PostgreSQL counts rows
    ids = [key for key, one in zip(ledgers.ids, wanted, strict=True) if one]
    codes = np.unique(ledgers.currency)
    whose = wanted[ledgers.owner]
    listed = whose & (ledgers.security >= 0)
    positions = _left(ledgers.owner[listed], ledgers.security[listed], ledgers.shares[listed])
    purse = np.searchsorted(codes, ledgers.currency)
    purses = _left(ledgers.owner[whose], purse[whose], ledgers.money[whose])
    asked = {
        "ids": array_of(ids),
        "heads": array_of(heads[key] for key in ids),
        "began": array_of(_days(ledgers.began[wanted].tolist())),
        "settled": array_of(_days(settled[wanted].tolist())),
        "securities": array_of(ledgers.securities),
        "currencies": array_of(code.decode() for code in codes),
    }
    with (
        staged("many_position", _columns(positions, number)),
        staged("many_purse", _columns(purses, number)),
        connection.cursor() as cursor,
    ):
        cursor.execute(KEEP, asked)


def _left(owner: Integers, what: Integers, amount: Integers) -> Movements:
    """All that moved of a thing as one movement; without what was all given away."""
    columns = int(what.max(initial=0)) + 1
    return movements(owner, what, np.zeros_like(owner), amount, columns, 1)


def _days(ordinals: Sequence[int]) -> list[date]:
    return [date.fromordinal(one) for one in ordinals]


def _columns(held: Movements, number: Column) -> dict[str, Column]:
    return {
        "owner": number[held.owner].astype(np.int32),
        "what": (held.column + 1).astype(np.int32),
        "amount": held.amount.astype(np.int64),
    }
