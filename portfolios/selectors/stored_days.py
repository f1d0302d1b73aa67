"""The stored daily values of a portfolio, read a month at a time: twenty years in one question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection

from portfolios.models import EndedDailyValue
from portfolios.models.values import STATES
from portfolios.selectors.copied import array_of

# In order of the fields of `_Month`.
MONTHS = """
SELECT m.month, m.currency, m.coin, m.days,
       (SELECT array_agg(p.id ORDER BY u.place)
          FROM unnest(m.packs) WITH ORDINALITY u(pack, place)
          JOIN market_pricingpack p ON p.seal_number = u.pack),
       m.totals, m.cash, m.receivables, m.inflows, m.outflows, m.returns, m.states, m.coverages,
       m.heads
  FROM portfolios_monthlyvalues m
 WHERE m.portfolio_id = %s AND m.month >= %s AND m.month <= %s
 ORDER BY m.month
"""
PACKS = """
SELECT m.month + (d.day - 1), p.id
  FROM portfolios_monthlyvalues m
 CROSS JOIN LATERAL unnest(m.days, m.packs) d(day, pack)
  JOIN market_pricingpack p ON p.seal_number = d.pack
 WHERE m.portfolio_id = %s
"""
# The newest month that has such a day, and of it that day alone.
NEWEST = """
SELECT m.portfolio_id, m.month, m.currency, m.coin, m.days[at:at],
       ARRAY(SELECT id FROM market_pricingpack WHERE seal_number = m.packs[at]),
       m.totals[at:at], m.cash[at:at], m.receivables[at:at], m.inflows[at:at], m.outflows[at:at],
       m.returns[at:at], m.states[at:at], m.coverages[at:at], m.heads[at:at]
  FROM unnest(%s::uuid[], %s::date[]) asked(portfolio_id, until)
 CROSS JOIN LATERAL (
    SELECT m.*, d.at FROM portfolios_monthlyvalues m
     CROSS JOIN LATERAL (
        SELECT u.place::int4 AS at
          FROM unnest(m.days, m.packs) WITH ORDINALITY u(day, pack, place)
         WHERE m.month + (u.day - 1) <= asked.until {also}
         ORDER BY u.place DESC LIMIT 1) d
     WHERE m.portfolio_id = asked.portfolio_id AND m.month <= asked.until
     ORDER BY m.month DESC LIMIT 1) m
"""
LIVE = """AND NOT EXISTS (
    SELECT FROM market_pricingpack older JOIN market_pricingpack newer
           ON newer.supersedes_id = older.id WHERE older.seal_number = u.pack)"""


class HistoryDay(NamedTuple):
    """A daily value as figures read it: ten years of model instances take longer than the rest."""

    asof_date: date
    pack_id: str
    total_value: Decimal | None
    positions_value: Decimal | None
    cash_balance: Decimal
    receivable_balance: Decimal | None
    inflow: Decimal | None
    outflow: Decimal | None
    time_weighted_return: float | None
    state: str
    coverage: float
    currency: str
    from_head: int


_FIELDS: Final = HistoryDay._fields
_Coins = Sequence[int | None]


class _Month(NamedTuple):
    """A row of `MonthlyValues`; an array that says nothing says the same of every day."""

    month: date
    currency: str
    coin: Decimal
    days: Sequence[int]
    packs: Sequence[str]
    totals: _Coins
    cash: Sequence[int]
    receivables: _Coins | None
    inflows: _Coins | None
    outflows: _Coins | None
    returns: Sequence[float | None]
    states: Sequence[int] | None
    coverages: Sequence[float] | None
    heads: Sequence[int]

    def values(self) -> Iterator[HistoryDay]:
        """Day by day."""
        places = self.coin.adjusted()
        nothing = repeat(Decimal(0).scaleb(places))

        def money(coins: _Coins) -> Iterator[Decimal | None]:
            return (None if one is None else Decimal(one).scaleb(places) for one in coins)

        columns = zip(
            self.days,
            self.packs,
            money(self.totals),
            (Decimal(one).scaleb(places) for one in self.cash),
            nothing if self.receivables is None else money(self.receivables),
            nothing if self.inflows is None else money(self.inflows),
            nothing if self.outflows is None else money(self.outflows),
            self.returns,
            repeat(0) if self.states is None else self.states,
            repeat(1.0) if self.coverages is None else self.coverages,
            self.heads,
            strict=False,  # a repetition has no end
        )
        for day, pack, total, cash, due, inflow, outflow, earned, state, coverage, head in columns:
            yield HistoryDay(
                self.month.replace(day=day),
                pack,
                total,
                None if total is None else total - cash,
                cash,
                due,
                inflow,
                outflow,
                earned,
                STATES[state],
                coverage,
                self.currency,
                head,
            )


def current_days(
    portfolio_id: UUID, start: date = date.min, until: date = date.max
) -> list[HistoryDay]:
    """Today's values of the days from one to another, both included, in order."""
    with connection.cursor() as cursor:
        cursor.execute(MONTHS, [portfolio_id, start.replace(day=1), until])
        days = [day for month in cursor.fetchall() for day in _Month._make(month).values()]
    return [day for day in days if start <= day.asof_date <= until]


def stored_packs(portfolio_id: UUID) -> dict[date, str]:
    """The pack that each day's current value stands on."""
    with connection.cursor() as cursor:
        cursor.execute(PACKS, [portfolio_id])
        return dict(cursor.fetchall())


def days_known_at(portfolio_id: UUID, market_head: int, until: date) -> list[HistoryDay]:
    """The values up to a day that stood when the newest seal bore this number, in order."""
    current = current_days(portfolio_id, until=until)
    known = [day for day in current if day.from_head <= market_head]
    ended = EndedDailyValue.objects.filter(
        portfolio_id=portfolio_id,
        asof_date__lte=until,
        from_head__lte=market_head,
        to_head__gt=market_head,
    )
    found = [HistoryDay._make(row) for row in ended.values_list(*_FIELDS)]
    return sorted([*known, *found]) if found else known


def newest_days(
    asked: Sequence[tuple[UUID, date]], *, live: bool = False
) -> dict[UUID, HistoryDay]:
    """The newest of today's values of each portfolio up to a day of its own. live: of those alone
    whose pack no other one supersedes."""
    if not asked:
        return {}
    columns = [array_of(pk for pk, _ in asked), array_of(day for _, day in asked)]
    with connection.cursor() as cursor:
        cursor.execute(NEWEST.format(also=LIVE if live else ""), columns)
        return {pk: day for pk, *month in cursor.fetchall() for day in _Month._make(month).values()}
