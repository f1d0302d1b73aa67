"""Writing the months in which daily values are stored: days behind, days between, days no more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection

from patterns.formats import minor_units
from portfolios.models.values import STATES
from portfolios.selectors.copied import array_of
from portfolios.selectors.stored_days import HistoryDay

ALWAYS: Final = ("days", "packs", "heads", "totals", "cash", "returns")
AT_TIMES: Final = {
    "receivables": "0::bigint",
    "inflows": "0::bigint",
    "outflows": "0::bigint",
    "states": "0::smallint",
    "coverages": "1::float8",
}
ARRAYS: Final = (*ALWAYS, *AT_TIMES)
COLUMNS: Final = ", ".join(("portfolio_id", "month", "currency", "coin", *ARRAYS))


def _behind(name: str, usual: str) -> str:
    """Two arrays as one, of which either or both may have nothing to say."""

    def whole(row: str) -> str:
        return f"coalesce({row}.{name}, array_fill({usual}, ARRAY[cardinality({row}.days)]))"

    return (
        f"{name} = CASE WHEN coalesce(old.{name}, excluded.{name}) IS NOT NULL"
        f" THEN {whole('old')} || {whole('excluded')} END"
    )


BEHIND: Final = "ON CONFLICT (portfolio_id, month) DO UPDATE SET " + ", ".join(
    (
        *(f"{name} = old.{name} || excluded.{name}" for name in ALWAYS),
        *(_behind(name, usual) for name, usual in AT_TIMES.items()),
    )
)
FORGET = """
DELETE FROM portfolios_monthlyvalues
 WHERE portfolio_id = ANY (%(ids)s::uuid[]) AND month >= %(month)s
   AND month + (days[1] - 1) >= %(start)s
"""
CUT = f"""
UPDATE portfolios_monthlyvalues m
   SET {", ".join(f"{name} = m.{name}[:k.count]" for name in ARRAYS)}
  FROM (SELECT id, (SELECT count(*)::int4 FROM unnest(days) d WHERE d < %(day)s) AS count
          FROM portfolios_monthlyvalues
         WHERE portfolio_id = ANY (%(ids)s::uuid[]) AND month = %(month)s
           AND days[cardinality(days)] >= %(day)s
        OFFSET 0) k
 WHERE m.id = k.id
"""  # noqa: S608 - parts of our own
FORGET_ENDED = """
DELETE FROM portfolios_endeddailyvalue
 WHERE portfolio_id = ANY (%(ids)s::uuid[]) AND asof_date >= %(start)s
"""
_DAILY = """
       portfolio_id, asof_date, pack_id, total_value, positions_value, cash_balance,
       receivable_balance, inflow, outflow, time_weighted_return, state, coverage, currency,
       from_head"""
END = f"""
INSERT INTO portfolios_endeddailyvalue ({_DAILY}, to_head)
SELECT {_DAILY}, %(head)s
  FROM portfolios_portfoliodailyvalue
 WHERE portfolio_id = %(portfolio)s AND to_head IS NULL AND from_head < %(head)s
   AND month = ANY (%(months)s::date[]) AND asof_date = ANY (%(days)s::date[])
"""  # noqa: S608 - parts of our own
_NEWER = """
WITH newer AS (
    SELECT newer.seal_number AS number, older.seal_number AS before, older.id AS before_id,
           date_trunc('month', older.asof_date)::date AS month
      FROM market_pricingpack newer JOIN market_pricingpack older ON older.id = newer.supersedes_id
     WHERE newer.id = ANY (%(packs)s::text[])
)"""
END_PACKS = f"""{_NEWER}
INSERT INTO portfolios_endeddailyvalue ({_DAILY}, to_head)
SELECT {_DAILY}, %(head)s
  FROM portfolios_portfoliodailyvalue value JOIN newer ON newer.before_id = value.pack_id
 WHERE to_head IS NULL AND value.month = ANY (ARRAY(SELECT month FROM newer))
"""  # noqa: S608 - parts of our own
MOVE_PACKS = f"""{_NEWER}
UPDATE portfolios_monthlyvalues m SET packs = moved.packs, heads = moved.heads
  FROM (SELECT m.id, array_agg(coalesce(newer.number, d.pack) ORDER BY d.place) AS packs,
               array_agg(CASE WHEN newer.number IS NULL THEN d.head ELSE %(head)s END
                         ORDER BY d.place) AS heads
          FROM portfolios_monthlyvalues m
         CROSS JOIN LATERAL unnest(m.packs, m.heads) WITH ORDINALITY d(pack, head, place)
          LEFT JOIN newer ON newer.before = d.pack
         WHERE m.month = ANY (ARRAY(SELECT month FROM newer))
         GROUP BY m.id HAVING bool_or(newer.number IS NOT NULL)) moved
 WHERE m.id = moved.id
"""  # noqa: S608 - parts of our own
EMPTY = """
DELETE FROM portfolios_monthlyvalues
 WHERE portfolio_id = %(portfolio)s AND month = ANY (%(months)s::date[])
   AND NOT EXISTS (SELECT FROM unnest(days) d WHERE month + (d - 1) <> ALL (%(gone)s::date[]))
"""
# Days of before that are not gone, and new ones: each month of either is put together anew.
_GATHERED = ", ".join(f"array_agg({name} ORDER BY days) AS {name}" for name in ARRAYS)
_SHORT = ", ".join(
    f"CASE WHEN {usual} = ALL ({name}) THEN NULL ELSE {name} END"
    for name, usual in AT_TIMES.items()
)
_LONG = ", ".join(
    f"coalesce(m.{name}, array_fill({usual}, ARRAY[cardinality(m.days)]))"
    for name, usual in AT_TIMES.items()
)
PUT = f"""
INSERT INTO portfolios_monthlyvalues ({COLUMNS})
SELECT %(portfolio)s, month, %(currency)s, %(coin)s::numeric, {", ".join(ALWAYS)}, {_SHORT}
  FROM (SELECT month, {_GATHERED}
          FROM (SELECT m.month, d.*
                  FROM portfolios_monthlyvalues m
                 CROSS JOIN LATERAL unnest({", ".join(f"m.{name}" for name in ALWAYS)}, {_LONG})
                       d({", ".join(ARRAYS)})
                 WHERE m.portfolio_id = %(portfolio)s AND m.month = ANY (%(months)s::date[])
                   AND m.month + (d.days - 1) <> ALL (%(gone)s::date[])
                UNION ALL
                SELECT date_trunc('month', f.day)::date, extract(day FROM f.day)::smallint,
                       p.seal_number, f.head, f.total, f.cash, f.earned, f.receivable, f.inflow,
                       f.outflow, f.state, f.coverage
                  FROM unnest(%(days)s::date[], %(packs)s::text[], %(heads)s::bigint[],
                              %(totals)s::bigint[], %(cash)s::bigint[], %(earned)s::float8[],
                              %(receivables)s::bigint[], %(inflows)s::bigint[],
                              %(outflows)s::bigint[], %(states)s::smallint[],
                              %(coverages)s::float8[])
                       f(day, pack_id, head, total, cash, earned, receivable, inflow, outflow,
                         state, coverage)
                  LEFT JOIN market_pricingpack p ON p.id = f.pack_id) d(month, {", ".join(ARRAYS)})
         GROUP BY month) m
ON CONFLICT (portfolio_id, month) DO UPDATE
   SET {", ".join(f"{name} = excluded.{name}" for name in ("currency", "coin", *ARRAYS))}
"""  # noqa: S608 - parts of our own


def forget_values(ids: Sequence[UUID], start: date) -> None:
    """Remove the daily values of portfolios from a day on, ended revisions included."""
    asked: dict[str, Any] = {
        "ids": array_of(ids),
        "start": start,
        "month": _month(start),
        "day": start.day,
    }
    with connection.cursor() as cursor:
        cursor.execute(FORGET, asked)
        if start.day > 1:
            cursor.execute(CUT, asked)
        cursor.execute(FORGET_ENDED, asked)


def end_values(portfolio_id: UUID, days: Collection[date], head: int) -> None:
    """Keep values that stood before a market head as ended at it, before others replace them."""
    months = {_month(day) for day in days}
    asked: dict[str, Any] = {"portfolio": portfolio_id, "head": head}
    asked |= {"days": array_of(days), "months": array_of(months)}
    with connection.cursor() as cursor:
        cursor.execute(END, asked)


def follow_packs(pack_ids: Sequence[str], head: int) -> None:
    """Let values that no restated fact went into be those of the new packs too, from this market
    head on, and stay those of the packs before."""
    asked: dict[str, Any] = {"packs": array_of(pack_ids), "head": head}
    with connection.cursor() as cursor:
        cursor.execute(END_PACKS, asked)
        cursor.execute(MOVE_PACKS, asked)


def put_values(
    portfolio_id: UUID,
    currency: str,
    rows: Sequence[HistoryDay],
    *,
    gone: Collection[date] = (),
) -> None:
    """Write the current values of some days of a portfolio in place of what is there of them, and
    remove those of the days that are gone. Their money is posted: whole coins."""
    written = [row.asof_date for row in rows]
    left = set(gone).difference(written)
    if not written and not left:
        return
    places = minor_units(currency)
    asked: dict[str, Any] = {
        "portfolio": portfolio_id,
        "currency": currency,
        "coin": Decimal(1).scaleb(-places),
        "gone": array_of([*written, *left]),
        "months": array_of({_month(day) for day in (*written, *left)}),
        "days": array_of(written),
        "packs": array_of(row.pack_id for row in rows),
        "heads": array_of(row.from_head for row in rows),
        "totals": _coins((row.total_value for row in rows), places),
        "cash": _coins((row.cash_balance for row in rows), places),
        "earned": _known(row.time_weighted_return for row in rows),
        "receivables": _coins((row.receivable_balance for row in rows), places),
        "inflows": _coins((row.inflow for row in rows), places),
        "outflows": _coins((row.outflow for row in rows), places),
        "states": array_of(STATES.index(row.state) for row in rows),
        "coverages": _known(row.coverage for row in rows),
    }
    with connection.cursor() as cursor:
        if left:
            cursor.execute(EMPTY, asked)
        cursor.execute(PUT, asked)


def _month(day: date) -> date:
    return day.replace(day=1)


def _coins(amounts: Iterable[Decimal | None], places: int) -> str:
    """Raises ValueError for a part of a coin."""
    counted = [amount.scaleb(places) if amount else amount for amount in amounts]
    whole = [None if amount is None else int(amount) for amount in counted]
    if whole != counted:
        raise ValueError("a stored value is not a whole number of coins")
    return _known(whole)


def _known(values: Iterable[object]) -> str:
    return array_of(["NULL" if value is None else value for value in values])
