"""Is the ledger what was written? Recompute every hash and hold it against chain and anchors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from portfolios.models import LedgerAnchor, Transaction
from portfolios.models.chain import entry_hash, genesis_hash
from portfolios.selectors.ledger import ledger_rows


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """The first row that is not what it was when it was written."""

    seq: int
    reason: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        return {"seq": self.seq, "reason": self.reason, "message": self.message}


@dataclass(frozen=True, slots=True)
class LedgerProof:
    """What verification found: entries read, the head they end in, and the first break if any."""

    portfolio_id: UUID
    entries: int
    ledger_commit_hash: str
    broken: ChainBreak | None


def verify_ledger(portfolio_id: UUID) -> LedgerProof:
    """Find an edit, a deletion, an insertion, a swap or a cut tail; name the first wrong row."""
    anchors = dict(
        LedgerAnchor.objects.filter(portfolio_id=portfolio_id).values_list("seq", "entry_hash")
    )
    head, count = genesis_hash(portfolio_id), 0
    # In order of `seq` and then id: two rows of one number, were the constraint gone, both show.
    for row in ledger_rows(portfolio_id).order_by("seq", "id").iterator(chunk_size=2000):
        count += 1
        broken = _check(row, count, head, anchors.get(row.seq))
        if broken is not None:
            return LedgerProof(portfolio_id, count, head, broken)
        head = row.entry_hash
    return LedgerProof(portfolio_id, count, head, _check_tail(anchors, count))


def ledger_breaks(portfolio_id: UUID) -> list[str]:
    """Verification as sentences, for the night; empty when all is well."""
    broken = verify_ledger(portfolio_id).broken
    return [] if broken is None else [f"{portfolio_id}: {broken.message}"]


def _check(row: Transaction, expected: int, head: str, anchor: str | None) -> ChainBreak | None:
    if row.seq != expected:
        return ChainBreak(
            expected,
            "entry_missing" if row.seq > expected else "entry_inserted",
            f"Entry {expected} should come next, but {row.seq} stands there.",
        )
    if row.previous_hash != head:
        return ChainBreak(
            row.seq, "chain_broken", f"Entry {row.seq} does not continue the entry before it."
        )
    if row.entry_hash != _recomputed(row, head):
        return ChainBreak(
            row.seq, "entry_changed", f"Entry {row.seq} is not what was written: its hash differs."
        )
    if anchor is not None and anchor != row.entry_hash:
        return ChainBreak(
            row.seq, "anchor_differs", f"Entry {row.seq} differs from the anchor set after it."
        )
    return None


def _recomputed(row: Transaction, head: str) -> str:
    security = row.security.key if row.security is not None else ""
    target = row.reverses.seq if row.reverses is not None else None
    into = row.to_security.key if row.to_security is not None else ""
    return entry_hash(head, row, security=security, to_security=into, reverses=target)


def _check_tail(anchors: dict[int, str], count: int) -> ChainBreak | None:
    beyond = min(_beyond(anchors, count), default=None)
    if beyond is not None:
        return ChainBreak(
            count + 1,
            "tail_cut",
            f"The ledger ends at entry {count}, but an anchor was set after entry {beyond}.",
        )
    if count and count not in anchors:
        return ChainBreak(count, "anchor_missing", f"No anchor was set after entry {count}.")
    return None


def _beyond(anchors: dict[int, str], count: int) -> Iterator[int]:
    return (seq for seq in anchors if seq > count)
