"""Histories of many portfolios at once, and of one more day, with what follows from them.

Whoever cannot be done here is named and left to `rebuild_history`: a ledger that must be booked, a
holding without a price. Portfolios are locked in order of their ids, and written together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

import numpy as np

from market.selectors import history_hash, live_packs, market_head
from portfolios.calc.bulk.figures import Recent
from portfolios.calc.bulk.series import Standing, paths
from portfolios.selectors.kept_holdings import known_ledgers
from portfolios.selectors.many_ledgers import many_ledgers
from portfolios.selectors.many_months import recent_returns
from portfolios.selectors.many_states import PortfolioFacts, portfolio_facts
from portfolios.selectors.many_values import value_ledgers
from portfolios.selectors.market_tables import PackDay
from portfolios.services.holding_rows import keep_holdings
from portfolios.services.many_closes import measure_close, measure_exactly
from portfolios.services.many_months import copy_months, store_months
from portfolios.services.many_rows import note_states, store_values
from portfolios.services.month_rows import forget_values

CELLS = 600_000  # portfolios × days that are in memory at once
EACH = 5_000  # portfolios, of one more day


@dataclass(frozen=True, slots=True)
class Done:
    """Rows written, portfolios that were done, and those that are left to be done one by one."""

    rows: int = 0
    done: int = 0
    left: tuple[UUID, ...] = ()

    def __add__(self, other: Done) -> Done:
        return Done(self.rows + other.rows, self.done + other.done, self.left + other.left)


def rebuild_many(ids: Sequence[UUID]) -> Done:
    """Value every day of these portfolios anew and write it, in place of all that was there."""
    facts = portfolio_facts(ids, lock=True)
    found = Done(left=_unknown(ids, facts))
    for policy, group in _by_policy(facts):
        head = market_head()
        days = [PackDay(day, pack) for day, pack, _ in live_packs(policy, date.max, head)]
        if not days:
            found += Done(left=tuple(fact.id for fact in group))
            continue
        each = max(50, CELLS // len(days))
        for start in range(0, len(group), each):
            found += _rebuild(policy, head, days, group[start : start + each])
    return found


def _rebuild(policy: str, head: int, days: list[PackDay], facts: list[PortfolioFacts]) -> Done:
    bases = [fact.base_currency for fact in facts]
    ledgers = many_ledgers([fact.id for fact in facts])
    began = ledgers.began[ledgers.began > 0].min(initial=date.max.toordinal())
    used = [day for day in days if day.day.toordinal() >= began] or days[-1:]
    valued = value_ledgers(ledgers, bases, used, policy=policy, market_head=head)
    even = ~valued.odd & (ledgers.began > 0)
    wanted = np.where(even, np.maximum(valued.first, 0), len(used))
    kept = [fact for fact, one in zip(facts, even, strict=True) if one]
    ids = [fact.id for fact in kept]
    forget_values(ids, date.min)
    rows = store_values(valued, bases, wanted, head, behind=False)
    _note(kept)
    before = Standing.none(len(ids))
    returns, first = valued.many.returns[even], valued.first[even]
    path = paths(returns, valued.market.days, before, first)
    lineage = history_hash(policy, used[-1].day, head)
    store_months(ids, valued.market.days, returns, before, path, first, lineage)
    recent = Recent(valued.market.days, returns, path, {})
    measure_close(valued, kept, np.flatnonzero(even), recent, head)
    left = tuple(fact.id for fact, one in zip(facts, even, strict=True) if not one)
    return Done(rows, len(ids), left)


def append_day(ids: Sequence[UUID], day: PackDay) -> Done:
    """Write the value of one more day of these portfolios, whose values reach to the day before
    it and hold. Those that have no value yet are built; others are left."""
    facts = portfolio_facts(ids, lock=True)
    found = Done(left=_unknown(ids, facts))
    for policy, group in _by_policy(facts):
        head = market_head()
        packs = [PackDay(at, pack) for at, pack, _ in live_packs(policy, day.day, head)]
        if len(packs) < 2 or packs[-1] != day:
            found += Done(left=tuple(fact.id for fact in group))
            continue
        ready = [fact for fact in group if _reaches(fact, packs)]
        late = [fact.id for fact in group if not _reaches(fact, packs)]
        unbuilt = {fact.id for fact in group if fact.newest_day is None}
        found += rebuild_many([one for one in late if one in unbuilt]) if unbuilt else Done()
        found += Done(left=tuple(one for one in late if one not in unbuilt))
        for start in range(0, len(ready), EACH):
            found += _append(policy, head, packs, ready[start : start + EACH])
    return found


def measure_left(ids: Sequence[UUID], day: PackDay | None) -> None:
    """Figures and effects, at a day or at the last, of portfolios whose values were just written
    one by one."""
    facts = [fact for fact in portfolio_facts(ids, lock=False) if fact.newest_day is not None]
    for policy, group in _by_policy(facts):
        head = market_head()
        until = date.max if day is None else day.day
        packs = [PackDay(at, pack) for at, pack, _ in live_packs(policy, until, head)]
        if not packs or day not in {None, packs[-1]}:
            continue
        last = packs[-1]
        lineage = history_hash(policy, last.day, head)
        copied = set(copy_months([fact.id for fact in group], packs, lineage))
        kept = [fact for fact in group if fact.id in copied]
        if kept:
            recent = recent_returns([fact.id for fact in kept], packs, lineage)
            measure_exactly(last, kept, recent.as_recent(), head)


def _unknown(ids: Sequence[UUID], facts: Sequence[PortfolioFacts]) -> tuple[UUID, ...]:
    known = {fact.id for fact in facts}
    return tuple(one for one in ids if one not in known)


def _reaches(fact: PortfolioFacts, packs: Sequence[PackDay]) -> bool:
    """Whether the newest value is of the day before the last, or of the last, in live packs."""
    newest = fact.newest_day, fact.newest_pack
    return fact.is_current and newest in {tuple(packs[-1]), tuple(packs[-2])}


def _append(policy: str, head: int, packs: list[PackDay], facts: list[PortfolioFacts]) -> Done:
    last, day = packs[-2], packs[-1]
    ids = [fact.id for fact in facts]
    lineage = history_hash(policy, last.day, head)
    recent = recent_returns(ids, packs[:-1], lineage, asof=day.day)
    behind = [key for key, at in zip(ids, recent.newest, strict=True) if at < last.day.toordinal()]
    if behind and copy_months(behind, packs[:-1], lineage):
        recent = recent_returns(ids, packs[:-1], lineage, asof=day.day)
    bases = [fact.base_currency for fact in facts]
    known = known_ledgers(ids, [fact.ledger_commit_hash for fact in facts], last.day)
    ledgers = known.ledgers
    valued = value_ledgers(ledgers, bases, [last, day], policy=policy, market_head=head)
    ready = ~valued.odd & (recent.newest == last.day.toordinal()) & (valued.first < 0)
    kept = [fact for fact, one in zip(facts, ready, strict=True) if one]
    again = [fact.id for fact in kept if fact.newest_day == day.day]
    if again:
        forget_values(again, day.day)
    rows = store_values(valued, bases, np.where(ready, 1, 2), head, behind=True)
    longer = np.append(recent.days, day.day.toordinal())
    returns = np.column_stack((recent.returns, valued.many.returns[:, 1]))[ready]
    before = recent.before.rows(ready)
    first = np.searchsorted(longer, recent.oldest[ready])
    path = paths(returns, longer, before, np.where(before.funded > 0, -1, first))
    path = path.based(recent.funded[ready])
    store_months(
        [fact.id for fact in kept],
        longer,
        returns,
        before,
        path,
        first,
        history_hash(policy, day.day, head),
        since=int(np.searchsorted(longer, day.day.replace(day=1).toordinal())),
    )
    earlier = {
        anchor: (wealth[ready], closes[ready])
        for anchor, (wealth, closes) in recent.earlier.items()
    }
    regrown = {anchor: growth[ready] for anchor, growth in recent.regrown.items()}
    measured = Recent(longer, returns, path, earlier, regrown)
    measure_close(valued, kept, np.flatnonzero(ready), measured, head)
    keep_holdings(known.read, {fact.id: fact.ledger_commit_hash for fact in facts}, day.day)
    left = tuple(fact.id for fact, one in zip(facts, ready, strict=True) if not one)
    return Done(rows, len(kept), left)


def _note(facts: Sequence[PortfolioFacts]) -> None:
    note_states(
        [fact.id for fact in facts],
        [(fact.seq, fact.ledger_commit_hash) for fact in facts],
        [fact.settings_hash for fact in facts],
    )


def _by_policy(
    facts: Sequence[PortfolioFacts],
) -> Iterator[tuple[str, list[PortfolioFacts]]]:
    ordered = sorted(facts, key=lambda fact: (fact.policy, fact.id))
    for policy, group in groupby(ordered, key=lambda fact: fact.policy):
        yield policy, list(group)
