"""Is the ledger what was written? Recompute every hash and hold it against chain and anchors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from market.models import Security
from portfolios.models import LedgerAnchor, Transaction
from portfolios.models.chain import (
    BESIDE,
    CONTENT,
    chained_hash,
    content_parts,
    genesis_hash,
    parts_hash,
)


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
    for row in _rows(portfolio_id):
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


class _Row(NamedTuple):
    """An entry as it is stored: its own hashes, and all that they are made of."""

    seq: int
    previous_hash: str
    entry_hash: str
    content_hash: str
    security: str
    to_security: str
    reverses: int | None
    content: tuple[Any, ...]
    beside: tuple[Any, ...]


def _rows(portfolio_id: UUID) -> Iterator[_Row]:
    """In order of `seq` and then id: two rows of one number, were the constraint gone, both show.
    No model instances: a ledger of 100,000 entries is read in seconds."""
    ledger = Transaction.objects.filter(portfolio_id=portfolio_id)
    keys = {None: ""} | {security.pk: security.key for security in _securities(ledger)}
    stored = ledger.order_by("seq", "id").values_list(
        "seq",
        "previous_hash",
        "entry_hash",
        "content_hash",
        "security_id",
        "to_security_id",
        "reverses__seq",
        *CONTENT,
        *BESIDE,
    )
    end = 7 + len(CONTENT)
    for row in stored.iterator(chunk_size=5000):
        named = (keys[row[4]], keys[row[5]], row[6])
        yield _Row._make((*row[:4], *named, row[7:end], row[end:]))


def _securities(ledger: QuerySet[Transaction]) -> Iterable[Security]:
    named = (ledger.order_by().values(name) for name in ("security_id", "to_security_id"))
    one, other = (Q(pk__in=ids) for ids in named)
    return Security.objects.filter(one | other)


def _check(row: _Row, expected: int, head: str, anchor: str | None) -> ChainBreak | None:
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
    if (row.entry_hash, row.content_hash) != _recomputed(row, head):
        return ChainBreak(
            row.seq, "entry_changed", f"Entry {row.seq} is not what was written: its hash differs."
        )
    if anchor is not None and anchor != row.entry_hash:
        return ChainBreak(
            row.seq, "anchor_differs", f"Entry {row.seq} differs from the anchor set after it."
        )
    return None


def _recomputed(row: _Row, head: str) -> tuple[str, str]:
    """What its hashes should be, in the chain and of its content."""
    said = content_parts(
        row.content, security=row.security, to_security=row.to_security, reverses=row.reverses
    )
    return chained_hash(head, said, row.beside), parts_hash(said)


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
