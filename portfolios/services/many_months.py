"""The returns of many portfolios by the month, written behind their daily values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

import numpy as np
from django.db import connection

from portfolios.calc.bulk.errorfree import Floats
from portfolios.calc.bulk.series import Paths, Standing, paths
from portfolios.calc.bulk.steps import Integers
from portfolios.selectors.copied import array_of, copied
from portfolios.selectors.market_tables import PackDay
from portfolios.services.many_columns import Column, staged

FORGET = """
DELETE FROM portfolios_monthlyreturns WHERE portfolio_id = ANY (%s::uuid[]) AND month >= %s
"""
STORE = """
INSERT INTO portfolios_monthlyreturns
       (portfolio_id, month, days, returns, funded_on, observations_before, wealth_before,
        peak_before, fall_before, lineage)
SELECT p.id, date '0001-01-01' + m.month, m.days, m.returns,
       CASE WHEN m.funded > 0 THEN date '0001-01-01' + (m.funded - 1) END, m.observations,
       nullif(m.wealth, 'NaN'), nullif(m.peak, 'NaN'), nullif(m.fall, 'NaN'), m.lineage
  FROM (SELECT *, CASE newest WHEN 1 THEN %(lineage)s ELSE '' END AS lineage FROM many_month) m
  JOIN unnest(%(ids)s::uuid[]) WITH ORDINALITY p(id, place) ON p.place = m.portfolio
"""


STORED = """
SELECT p.place::int4 - 1, v.asof_date, coalesce(v.time_weighted_return, 'NaN'),
       coalesce(d.place, 0)::int4 - 1
  FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY p(id, place)
  JOIN portfolios_portfoliodailyvalue v ON v.portfolio_id = p.id AND v.to_head IS NULL
   AND v.asof_date <= %(until)s AND v.portfolio_id = ANY (%(ids)s::uuid[])
  LEFT JOIN unnest(%(days)s::date[], %(packs)s::text[]) WITH ORDINALITY d(day, pack_id, place)
       ON d.day = v.asof_date AND d.pack_id = v.pack_id
"""
KINDS = {"place": ">i4", "asof": ">i4", "earned": ">f8", "day": ">i4"}


def copy_months(ids: Sequence[UUID], packs: Sequence[PackDay], lineage: str) -> list[UUID]:
    """Write the monthly copies of stored values that reach to the last of these packs and stand on
    live packs throughout. Returns whose were written; whose values are not so have none."""
    asked = {
        "ids": array_of(ids),
        "until": packs[-1].day,
        "days": [pack.day for pack in packs],
        "packs": [pack.pack_id for pack in packs],
    }
    rows = copied(STORED, asked, KINDS)
    returns = np.full((len(ids), len(packs)), np.nan)
    on_pack = rows["day"] >= 0
    first = np.full(len(ids), len(packs), dtype=np.int64)
    np.minimum.at(first, rows["place"][on_pack], rows["day"][on_pack])
    returns[rows["place"][on_pack], rows["day"][on_pack]] = rows["earned"][on_pack]
    count = np.bincount(rows["place"], minlength=len(ids))
    sound = count == len(packs) - first
    sound[rows["place"][~on_pack]] = False
    sound &= count > 0
    kept = [key for key, one in zip(ids, sound, strict=True) if one]
    begun = int(first[sound].min(initial=len(packs) - 1))
    days = np.array([pack.day.toordinal() for pack in packs[begun:]], dtype=np.int64)
    before, part, since = Standing.none(len(kept)), returns[sound, begun:], first[sound] - begun
    store_months(kept, days, part, before, paths(part, days, before, since), since, lineage)
    return kept


def store_months(
    ids: Sequence[UUID],
    days: Integers,
    returns: Floats,
    before: Standing,
    path: Paths,
    first: Integers,
    lineage: str,
    *,
    since: int = 0,
) -> None:
    """Write the months of these days, whole, in place of what is there from the first of them on.

    first: the column of each portfolio's first day. lineage: of the packs up to the last day.
    since: the column of the first day of the first month to be written.
    """
    if not len(days):
        return
    start = date.fromordinal(int(days[since])).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [array_of(ids), start])
    months = list(_months(days, returns, before, path, first, since))
    if months:
        with staged("many_month", *months), connection.cursor() as cursor:
            cursor.execute(STORE, {"ids": array_of(ids), "lineage": lineage})


def _months(
    days: Integers,
    returns: Floats,
    before: Standing,
    path: Paths,
    first: Integers,
    since: int,
) -> Iterator[dict[str, Column]]:
    """Columns of rows of one length: a month, and the day in it on which they begin."""
    dates = [date.fromordinal(day) for day in days.tolist()]
    months = np.array([day.replace(day=1).toordinal() for day in dates])
    starts = np.flatnonzero(np.append(True, months[1:] != months[:-1]))
    for start, end in zip(starts, [*starts[1:], len(days)], strict=True):
        if start < since:
            continue
        begun = np.maximum(first, start)
        for column in np.unique(begun[begun < end]).tolist():
            rows = np.flatnonzero(begun == column)
            values = np.ascontiguousarray(returns[rows, column:end], dtype="<f8")
            inside = bytes(day.day for day in dates[column:end])
            yield {
                "portfolio": (rows + 1).astype(np.int32),
                "month": np.full(len(rows), months[start] - 1, dtype=np.int32),
                "days": np.full(len(rows), inside, dtype=f"S{len(inside)}"),
                "returns": values.view(f"S{8 * len(inside)}").ravel(),
                "newest": np.full(len(rows), end == len(days), dtype=np.int16),
                **_standing(before, path, rows, int(start)),
            }


def _standing(before: Standing, path: Paths, rows: Integers, start: int) -> dict[str, Column]:
    if start == 0:
        wealth, peak, fall = before.wealth[rows], before.peak[rows], before.fall[rows]
        funded, count = before.funded[rows], before.observations[rows]
    else:
        at = start - 1
        wealth, peak = path.wealth[rows, at], path.peak[rows, at]
        fall, count = path.fall[rows, at], path.observations[rows, at]
        funded = np.where(count > 0, path.funded[rows], 0)
    return {
        "wealth": wealth,
        "peak": peak,
        "fall": fall,
        "funded": funded.astype(np.int32),
        "observations": count.astype(np.int32),
    }
