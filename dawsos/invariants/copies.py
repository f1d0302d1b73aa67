"""I25: the monthly copies of returns say what the values say, and go on where the last one ended.

The night measures long histories from these copies alone. Each month begins with how its portfolio
stood at the end of the month before; this follows the returns day by day and compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from math import isclose, isnan, nan
from operator import itemgetter
from struct import unpack
from typing import Any

from django.db import connection

COPIES = """
SELECT r.portfolio_id, r.month, r.days, r.returns, r.observations_before, r.funded_on,
       r.wealth_before, r.peak_before, r.fall_before, v.days, v.returns
  FROM portfolios_monthlyreturns r
  LEFT JOIN portfolios_monthlyvalues v USING (portfolio_id, month)
 ORDER BY r.portfolio_id, r.month
"""
AT_ONCE = 5_000  # months: some megabytes
AGREE = 1e-9


@dataclass
class Standing:
    """How a portfolio stands, followed from its first return; wealth is NaN behind a gap."""

    observations: int = 0
    wealth: float = 1.0
    peak: float = 1.0
    fall: float = 0.0

    def follow(self, returns: Sequence[float]) -> None:
        """One month's returns. Nothing counts before the first that there is."""
        for earned in returns:
            if not self.observations and isnan(earned):
                continue
            self.observations += 1
            self.wealth *= 1.0 + earned
            if isnan(self.wealth):
                self.peak = self.fall = nan
                continue
            self.peak = max(self.peak, self.wealth)
            self.fall = max(self.fall, 1.0 - self.wealth / self.peak)

    def differs(self, said: Sequence[float | None]) -> bool:
        """Whether wealth, peak and fall are said to be other."""
        ours = self.wealth, self.peak, self.fall
        return not all(map(_same, ours, (nan if one is None else one for one in said)))


def broken_copies() -> Iterator[str]:
    """The first month of each portfolio that its values or the months before contradict."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(COPIES)
        rows = chain.from_iterable(iter(lambda: cursor.fetchmany(AT_ONCE), []))
        for portfolio_id, months in groupby(rows, key=itemgetter(0)):
            stands = Standing()
            for _, month, *row in months:
                found = _contradiction(stands, row)
                if found:
                    yield f"{portfolio_id} {month:%Y-%m}: {found}"
                    break


def _contradiction(stands: Standing, row: Sequence[Any]) -> str:
    days, returns, observations, funded_on, *said, valued_days, values = row
    copied = unpack(f"<{len(days)}d", returns)
    if observations != stands.observations or (funded_on is None) != (not observations):
        return f"{observations} returns before it, where there are {stands.observations}"
    if stands.differs(said):
        return "it does not go on where the month before ended"
    valued = dict(zip(valued_days or (), values or (), strict=True))
    for day, earned in zip(bytes(days), copied, strict=True):
        if day not in valued or not _same(earned, nan if valued[day] is None else valued[day]):
            return f"the return of day {day} is not that of the value"
    stands.follow(copied)
    return ""


def _same(one: float, other: float) -> bool:
    return isclose(one, other, rel_tol=AGREE, abs_tol=AGREE) or (isnan(one) and isnan(other))
