"""The last returns of many portfolios, from their monthly copies."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from portfolios.calc.bulk.errorfree import Floats
from portfolios.calc.bulk.figures import Recent
from portfolios.calc.bulk.series import Standing, paths
from portfolios.calc.bulk.steps import Integers
from portfolios.calc.returns import add_months
from portfolios.calc.risk import TRADING_DAYS
from portfolios.selectors.copied import BYTES, array_of, copied
from portfolios.selectors.many_ledgers import ORDINAL_2000
from portfolios.selectors.market_tables import PackDay

MONTHS = """
SELECT p.place::int4 - 1, m.month, octet_length(m.days)::int4, coalesce(m.funded_on, 'epoch'),
       m.observations_before::int4, coalesce(m.wealth_before, 'NaN'),
       coalesce(m.peak_before, 'NaN'), coalesce(m.fall_before, 'NaN'),
       (m.lineage = %(lineage)s)::int4, m.days, m.returns
  FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY p(id, place)
  JOIN portfolios_monthlyreturns m ON m.portfolio_id = p.id
 WHERE m.portfolio_id = ANY (%(ids)s::uuid[])
   AND (m.month >= %(since)s AND m.month <= %(until)s OR m.month = ANY (%(anchors)s))
"""
FIXED = {
    "place": ">i4",
    "month": ">i4",
    "length": ">i4",
    "funded": ">i4",
    "observations": ">i4",
    "wealth": ">f8",
    "peak": ">f8",
    "fall": ">f8",
    "is_live": ">i4",
}
KINDS = {**FIXED, "days": BYTES, "returns": BYTES}
EPOCH = date(1970, 1, 1).toordinal() - ORDINAL_2000
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class RecentReturns:
    """days: ascending ordinals; returns: portfolios × days, NaN where there is none; before: how
    portfolios stood before the first of them; earlier: wealth at closes before these days.
    newest: the last day of each portfolio, 0 where the copies do not stand on live packs; oldest:
    the first day among these on which it had a value. funded: the close before the first return,
    as a month after it says, 0 where none does. regrown: as `Recent` has it."""

    days: Integers
    returns: Floats
    before: Standing
    earlier: dict[int, tuple[Floats, Integers]]
    regrown: dict[int, Floats]
    newest: Integers
    oldest: Integers
    funded: Integers

    def as_recent(self) -> Recent:
        """These returns with how portfolios stand after each of them."""
        first = np.searchsorted(self.days, self.oldest)
        begun = np.where(self.before.funded > 0, -1, first)
        path = paths(self.returns, self.days, self.before, begun).based(self.funded)
        return Recent(self.days, self.returns, path, self.earlier, self.regrown)


def recent_returns(
    ids: Sequence[UUID], packs: Sequence[PackDay], lineage: str, asof: date | None = None
) -> RecentReturns:
    """The returns of the last year, 252 of them at least, and wealth three and five years before
    `asof`, the day that will be measured: the one after these packs, or, left out, their last.
    packs: those that values stand on; lineage: of them."""
    until = packs[-1].day
    asof = asof or until
    # A whole month may be without a pack: what counts is where the last close was.
    year_ago = _close_at(packs, add_months(asof, -12)) or packs[0].day
    # The close before the 252 is what the first of them, and its riskless day, is based on.
    since = min(year_ago, packs[-TRADING_DAYS - 1 :][0].day).replace(day=1)
    anchors = {
        anchor: _close_at(packs, anchor)
        for anchor in (add_months(asof, -36), add_months(asof, -60))
    }
    asked = {
        "ids": array_of(ids),
        "lineage": lineage,
        "since": since,
        "until": until,
        "anchors": [close.replace(day=1) for close in anchors.values() if close is not None],
    }
    runs = list(_runs(asked))
    inside = [part for run in runs if len((part := _from(run, since))["month"])]
    days = _all_days(inside)
    returns = np.full((len(ids), len(days)), np.nan)
    before, newest = Standing.none(len(ids)), np.zeros(len(ids), dtype=np.int64)
    oldest = np.full(len(ids), NEVER)
    began, based = oldest.copy(), oldest.copy()
    for run in inside:
        _fill(run, days, returns, newest)
        _stand(run, before, oldest)
        np.minimum.at(based, run["place"], np.where(run["funded"] > 0, run["funded"], NEVER))
        np.minimum.at(began, run["place"], _ordinals(run)[:, 0])
    earlier, regrown = {}, {}
    for anchor, close in anchors.items():
        at, funded = anchor.toordinal(), before.funded
        earlier[at] = wealth, _ = _wealth_at(close, runs, funded)
        lost = np.flatnonzero(~(wealth > 0.0) & (funded <= at))
        if len(lost):
            regrown[at] = _regrown(ids, lost, anchor, int(days[0]))
    based[based == NEVER] = 0
    return RecentReturns(days, returns, before, earlier, regrown, newest, began, based)


def _close_at(packs: Sequence[PackDay], day: date) -> date | None:
    """The day of the last pack on or before a day."""
    place = bisect_right(packs, day, key=attrgetter("day"))
    return packs[place - 1].day if place else None


def _regrown(ids: Sequence[UUID], rows: Integers, anchor: date, until: int) -> Floats:
    """What 1 became after an anchor, up to the day before an ordinal, of a few portfolios."""
    found = np.full(len(ids), np.nan)
    found[rows] = 1.0
    asked = {
        "ids": array_of([ids[row] for row in rows.tolist()]),
        "lineage": "",
        "since": anchor.replace(day=1),
        "until": date.fromordinal(until),
        "anchors": [],
    }
    for run in _runs(asked):
        days = _ordinals(run)
        counted = (days > anchor.toordinal()) & (days < until)
        growth = np.prod(np.where(counted, 1.0 + run["returns"], 1.0), axis=1)
        np.multiply.at(found, rows[run["place"]], growth)
    return found


Run = Mapping[str, npt.NDArray[Any]]


def _runs(asked: Mapping[str, Any]) -> list[Run]:
    """Months of one length as tables; days and returns have a row each."""
    rows = copied(MONTHS, asked, KINDS)
    lengths = rows["length"]
    starts = np.cumsum(lengths) - lengths
    returns = rows["returns"].view("<f8")
    found: list[Run] = []
    for length in np.unique(lengths).tolist():
        at = np.flatnonzero(lengths == length)
        cells = starts[at][:, None] + np.arange(length)
        run = {name: rows[name][at] for name in FIXED}
        run["funded"] = np.where(run["funded"] == EPOCH, 0, run["funded"] + ORDINAL_2000)
        run["days"] = rows["days"][cells]
        run["returns"] = returns[cells].astype(np.float64)
        found.append(run)
    return found


def _from(run: Run, since: date) -> Run:
    """The months of a run that begin on a day or after it: months of one length lie together, those
    of three and five years ago among the recent ones."""
    return _some(run, np.flatnonzero(run["month"] + ORDINAL_2000 >= since.toordinal()))


def _some(run: Run, rows: Integers) -> Run:
    return {name: values[rows] for name, values in run.items()}


def _ordinals(run: Run) -> Integers:
    found: Integers = run["month"][:, None] + ORDINAL_2000 + run["days"].astype(np.int64) - 1
    return found


def _all_days(runs: Sequence[Run]) -> Integers:
    """Every day that occurs, ascending. They lie close together: counting them is faster than
    putting them in order."""
    found = [_ordinals(run).ravel() for run in runs]
    low = min((int(one.min()) for one in found), default=0)
    high = max((int(one.max()) for one in found), default=-1)
    counts = np.zeros(high - low + 1, dtype=np.int64)
    for one in found:
        counts += np.bincount(one - low, minlength=len(counts))
    return np.flatnonzero(counts) + low


def _fill(run: Run, days: Integers, returns: Floats, newest: Integers) -> None:
    ordinals = _ordinals(run)
    column = np.zeros(int(days[-1] - days[0]) + 1, dtype=np.int64)
    column[days - days[0]] = np.arange(len(days))
    returns[run["place"][:, None], column[ordinals - days[0]]] = run["returns"]
    live = run["is_live"] == 1
    newest[run["place"][live]] = ordinals[live, -1]


def _stand(run: Run, before: Standing, oldest: Integers) -> None:
    """Take the standing of each portfolio's oldest month."""
    older = run["month"] < oldest[run["place"]]
    # Of one portfolio a run may hold several months: the oldest is written last.
    order = np.argsort(-run["month"], kind="stable")
    order = order[older[order]]
    place = run["place"][order]
    oldest[place] = run["month"][order]
    before.wealth[place] = run["wealth"][order]
    before.peak[place] = run["peak"][order]
    before.fall[place] = run["fall"][order]
    before.funded[place] = run["funded"][order]
    before.observations[place] = run["observations"][order]


def _wealth_at(
    close: date | None, runs: Sequence[Run], funded: Integers
) -> tuple[Floats, Integers]:
    """Wealth at a close that all have in common, from its month, and that close, 0 where there is
    none. It is 1 for who was not funded yet, and NaN behind a gap. funded: as `Standing` has it."""
    at = 0 if close is None else close.toordinal()
    wealth, closes = np.full(len(funded), np.nan), np.full(len(funded), at)
    month = 0 if close is None else close.replace(day=1).toordinal()
    for run in runs:
        rows = np.flatnonzero(run["month"] + ORDINAL_2000 == month)
        if not len(rows):
            continue
        place, ordinals = run["place"][rows], _ordinals(_some(run, rows))
        counted = (ordinals <= at) & (ordinals > funded[place, None])
        growth = np.where(counted, 1.0 + run["returns"][rows], 1.0)
        wealth[place] = run["wealth"][rows] * np.prod(growth, axis=1)
    wealth[(funded == 0) | (funded >= at)] = 1.0
    return wealth, closes
