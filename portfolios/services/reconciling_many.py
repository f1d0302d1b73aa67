"""Many ledgers held against what is stored of them: all by their sums, some entry by entry.

Every night the signed sums of every ledger are added up in SQL and compared with the stored lots
and cash. A ledger is replayed in full, in plain Decimal, when its head has moved since it last
agreed, when anything stored of it is other than it was then, when its sums differ, when something
of it is open, and once in thirty nights in any case.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID
from zlib import crc32

from django.db import connection

from market.selectors import pack_by_id
from portfolios.selectors.many_states import PortfolioFacts, portfolio_facts
from portfolios.selectors.many_sums import LedgerSums, ledger_sums
from portfolios.selectors.verification import ledger_breaks
from portfolios.services.first_build import build_unbuilt
from portfolios.services.many_columns import planned_for_many
from portfolios.services.outcomes import (
    NOTHING_RECONCILED,
    BulkReconciled,
    PortfolioFailure,
    in_order,
    isolated,
)
from portfolios.services.projections import projection_breaks
from portfolios.services.reconciling import reconcile_portfolio

NIGHTS = 30  # in which every ledger is replayed once
REMEMBER = """
UPDATE portfolios_historystate h SET reconciled_head = u.head, reconciled_sums = u.sums
  FROM unnest(%s::uuid[], %s::text[], %s::text[]) u(id, head, sums) WHERE h.portfolio_id = u.id
"""


def reconcile_bulk(
    portfolio_ids: Sequence[UUID], pack_id: str, *, full: bool = False
) -> BulkReconciled:
    """Chains verify, stored lots and cash equal what the ledger says, statements are compared.

    `full` replays every ledger entry by entry. `pack_id` is the night's: its day says whose turn
    it is. Differences are kept as `reconcile_portfolio` keeps them. Raises PackNotFound.
    """
    night = pack_by_id(pack_id).asof_date.toordinal()
    failures: list[PortfolioFailure] = []
    found, agreed = NOTHING_RECONCILED, []
    asked = in_order(portfolio_ids)
    with planned_for_many():
        facts = {fact.id: fact for fact in portfolio_facts(asked, lock=False)}
        sums = ledger_sums(asked)
    for portfolio_id in asked:
        fact, known = facts.get(portfolio_id), sums[portfolio_id]
        if not full and fact is not None and _still_holds(fact, known, night):
            found += _unchanged(known)
            continue
        with isolated(portfolio_id, failures):
            replayed = _replayed(portfolio_id)
            found += replayed
            if not replayed.breaks:
                agreed.append(portfolio_id)
    remember(agreed)
    return found + BulkReconciled(len(failures), 0, 0, 0, 0, 0, (), tuple(failures))


def _still_holds(fact: PortfolioFacts, known: LedgerSums, night: int) -> bool:
    due = crc32(fact.id.bytes) % NIGHTS == night % NIGHTS
    before = known.reconciled == (fact.ledger_commit_hash, known.sums)
    return before and known.agrees and not known.watched and not due


def _unchanged(known: LedgerSums) -> BulkReconciled:
    return BulkReconciled(1, 0, 0, known.assertions, 0, known.open_items)


def remember(ids: Sequence[UUID]) -> None:
    """What agreed, with the sums as they are now: a replay may have built what was missing."""
    if not ids:
        return
    facts = {fact.id: fact for fact in portfolio_facts(ids, lock=False)}
    sums = ledger_sums(ids)
    rows = [(one, facts[one].ledger_commit_hash, sums[one].sums) for one in ids if one in facts]
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, [list(column) for column in zip(*rows, strict=True)])


def _replayed(portfolio_id: UUID) -> BulkReconciled:
    built = build_unbuilt(portfolio_id) is not None
    found = reconcile_portfolio(portfolio_id)
    breaks = ledger_breaks(portfolio_id)
    breaks += projection_breaks(portfolio_id) or found.contradictions
    return BulkReconciled(
        portfolios=1,
        replayed=1,
        built=int(built),
        assertions=found.checked,
        unchecked=len(found.unchecked),
        open_items=found.open_items,
        breaks=tuple(breaks),
    )
