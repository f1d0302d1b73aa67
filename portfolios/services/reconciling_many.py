"""Many ledgers held against what is stored of them: all by their sums, some entry by entry.

Every night the signed sums of every ledger are added up in SQL and compared with the stored lots
and cash, and the newest stored value with what these are worth. A ledger is replayed in full, in
plain Decimal, when its head has moved since it last agreed, when anything stored of it is other
than it was then, when its sums or its value differ, when something of it is open, and once in 360
nights in any case. Once in thirty nights every hash of it is recomputed, and its shares and cash
are compared position by position.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID
from zlib import crc32

from django.db import connection, transaction

from market.selectors import pack_by_id
from portfolios.models import Portfolio
from portfolios.selectors.booked import book_ledger
from portfolios.selectors.copied import array_of
from portfolios.selectors.many_states import PortfolioFacts, portfolio_facts
from portfolios.selectors.many_sums import LedgerSums, differing, ledger_sums
from portfolios.selectors.proofs import prove_ledgers
from portfolios.selectors.stored_values import (
    StoredValue,
    agrees_at,
    doubtful_values,
    marks_for_most,
    newest_value,
)
from portfolios.selectors.verification import LedgerProof, verify_ledger
from portfolios.services.first_build import build_unbuilt
from portfolios.services.many_columns import planned_for_many
from portfolios.services.outcomes import (
    NOTHING_RECONCILED,
    BulkReconciled,
    PortfolioFailure,
    in_order,
    isolated,
)
from portfolios.services.projections import booked_breaks
from portfolios.services.reconciling import reconcile_booked

NIGHTS = 30  # in which every chain is proved once
ROUNDS = 12  # of these, in which it is replayed once
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
        values = {pk: newest_value(fact) for pk, fact in facts.items()}
        marks = marks_for_most(one for one in values.values() if isinstance(one, StoredValue))
        sums = ledger_sums(asked, marks)
    same = set() if full else _same(facts, sums, night)
    due = sorted(pk for pk in same if _turn(pk, night, NIGHTS))
    proofs = _proofs([*due, *(pk for pk in asked if pk in facts and pk not in same)])
    with planned_for_many():
        held = same - {pk for pk in due if proofs[pk].broken is not None}
        held -= differing(due) if due else set()
        valued = [one for pk in held if isinstance(one := values[pk], StoredValue)]
        held -= doubtful_values(
            [one for one in valued if not agrees_at(one, marks, sums[one.portfolio_id].worth)]
        )
    proofs |= _proofs([pk for pk in same - held if pk not in proofs])
    for portfolio_id in asked:
        if portfolio_id in held:
            found += _unchanged(sums[portfolio_id], values[portfolio_id])
            continue
        with isolated(portfolio_id, failures):
            replayed = _replayed(portfolio_id, proofs.get(portfolio_id))
            found += replayed
            if not replayed.breaks:
                agreed.append(portfolio_id)
    remember(agreed)
    return found + BulkReconciled(len(failures), 0, 0, 0, 0, 0, failures=tuple(failures))


def _same(
    facts: Mapping[UUID, PortfolioFacts], sums: Mapping[UUID, LedgerSums], night: int
) -> set[UUID]:
    """Whose sums agree, and of whom nothing is other than at the last full replay, but for those
    whose turn it is to be replayed again."""
    return {
        pk
        for pk, fact in facts.items()
        if _is_unchanged(fact, sums[pk]) and not _turn(pk, night, NIGHTS * ROUNDS)
    }


@transaction.atomic
def _proofs(ids: Sequence[UUID]) -> dict[UUID, LedgerProof]:
    return {proof.portfolio_id: proof for proof in prove_ledgers(ids)} if ids else {}


def _is_unchanged(fact: PortfolioFacts, known: LedgerSums) -> bool:
    before = known.reconciled == (fact.ledger_commit_hash, known.sums)
    return before and known.agrees and not known.watched


def _turn(portfolio_id: UUID, night: int, nights: int) -> bool:
    """Whether a ledger's turn of so many nights is this one. Turns follow from the ids alone."""
    return crc32(portfolio_id.bytes) % nights == night % nights


def _unchanged(known: LedgerSums, value: StoredValue | str) -> BulkReconciled:
    unvalued = int(isinstance(value, str))
    return BulkReconciled(1, 0, 0, known.assertions, 0, known.open_items, unvalued)


def remember(ids: Sequence[UUID]) -> None:
    """What agreed, with the sums as they are now: a replay may have built what was missing."""
    if not ids:
        return
    facts = {fact.id: fact for fact in portfolio_facts(ids, lock=False)}
    sums = ledger_sums(ids)
    rows = [(one, facts[one].ledger_commit_hash, sums[one].sums) for one in ids if one in facts]
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, [array_of(column) for column in zip(*rows, strict=True)])


def _replayed(portfolio_id: UUID, proof: LedgerProof | None) -> BulkReconciled:
    """Replayed and booked once, under a lock of its row. The proof holds while its head is that of
    the ledger that was booked; a trade may have come since."""
    built = build_unbuilt(portfolio_id) is not None
    portfolio = Portfolio.objects.select_for_update().get(pk=portfolio_id)
    booked = book_ledger(portfolio)
    if proof is None or (not proof.broken and proof.entries != booked.seq):
        proof = verify_ledger(portfolio_id)
    found = reconcile_booked(portfolio, booked)
    breaks = [] if proof.broken is None else [f"{portfolio_id}: {proof.broken.message}"]
    breaks += booked_breaks(portfolio_id, booked.book) or found.contradictions
    return BulkReconciled(
        portfolios=1,
        replayed=1,
        built=int(built),
        assertions=found.checked,
        unchecked=len(found.unchecked),
        open_items=found.open_items,
        unvalued=int(bool(found.unvalued)),
        breaks=tuple(breaks),
    )
