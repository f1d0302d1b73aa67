"""Proving many ledgers at once: every hash is recomputed, from text that the database writes.

Worth it from thousands of entries on. What it finds is what `verify_ledger` finds, which is asked
again wherever anything differs, and for ledgers whose entries carry lists of lots.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from django.db import connection
from django.db.models import Max, Q

from market.models import Security
from portfolios.models import LedgerAnchor, Transaction
from portfolios.models.chain import EMPTY, genesis_hash
from portfolios.selectors.chain_text import QUESTION
from portfolios.selectors.copied import array_of
from portfolios.selectors.verification import LedgerProof, verify_ledger

AT_ONCE = 20_000  # entries


def prove_ledgers(portfolio_ids: Iterable[UUID]) -> Iterator[LedgerProof]:
    """One proof for each ledger, in the order asked. Inside a transaction."""
    ids = list(portfolio_ids)
    keys = {
        security.pk: security.key
        for security in Security.objects.only("symbol", "exchange", "price_basis")
    }
    lists, spelled = _with_lists(ids), spelled_keys(keys)
    for part in _parts(ids):
        proofs = _quick_proofs([one for one in part if one not in lists], spelled)
        for portfolio_id in part:
            yield proofs.get(portfolio_id) or verify_ledger(portfolio_id)


def _parts(ids: list[UUID]) -> Iterator[list[UUID]]:
    """Ledgers of so many entries that a question is worth asking and its answer easily sorted."""
    heads = Transaction.objects.filter(portfolio__in=ids).order_by().values("portfolio_id")
    longest = dict(heads.annotate(Max("seq")).values_list("portfolio_id", "seq__max"))
    part: list[UUID] = []
    entries = 0
    for portfolio_id in ids:
        count = longest.get(portfolio_id, 0)
        if part and entries + count > AT_ONCE:
            yield part
            part, entries = [], 0
        part.append(portfolio_id)
        entries += count
    if part:
        yield part


def _with_lists(ids: list[UUID]) -> set[UUID]:
    said = Q()
    for name in ("lot_picks", "carried_lots"):
        said |= Q(**{f"{name}__isnull": False}) & ~Q(**{name: EMPTY[1]})
    rows = Transaction.objects.filter(said, portfolio__in=ids).order_by()
    return set(rows.values_list("portfolio_id", flat=True).distinct())


Spelled = tuple[str, str]


def spelled_keys(keys: Mapping[UUID, str]) -> Spelled:
    """Securities and what the chain calls them, as PostgreSQL writes arrays: once for all ledgers,
    where a list would be written anew for each."""
    names = ",".join(f'"{key}"' for key in keys.values())  # a symbol has no quotation mark
    return f"{{{','.join(map(str, keys))}}}", f"{{{names}}}"


def _quick_proofs(portfolio_ids: Sequence[UUID], keys: Spelled) -> dict[UUID, LedgerProof]:
    """The proofs of ledgers that are as written; without those of which anything differs."""
    anchors: dict[UUID, dict[int, str]] = {one: {} for one in portfolio_ids}
    stored = LedgerAnchor.objects.filter(portfolio__in=portfolio_ids)
    for one, seq, entry in stored.values_list("portfolio_id", "seq", "entry_hash"):
        anchors[one][seq] = entry
    found = {one: _quick_proof(one, (), anchors[one]) for one in portfolio_ids}
    for said, rows in groupby(_texts(portfolio_ids, keys), key=itemgetter(0)):
        one = UUID(said)
        found[one] = _quick_proof(one, rows, anchors[one])
    return {one: proof for one, proof in found.items() if proof is not None}


def _quick_proof(
    portfolio_id: UUID, rows: Iterable[tuple[str, ...]], anchors: Mapping[int, str]
) -> LedgerProof | None:
    open_anchors = dict(anchors)
    head, count, anchored = genesis_hash(portfolio_id), 0, None
    for _, seq, previous, entry, content, said, chained in rows:
        count += 1
        if (
            seq != str(count)
            or previous != head
            or entry != sha256(chained.encode()).hexdigest()
            or content != sha256(said.encode()).hexdigest()
        ):
            return None
        anchored = open_anchors.pop(count, None)
        if anchored not in {None, entry}:
            return None
        head = entry
    whole = not open_anchors and (anchored is not None or not count)
    return LedgerProof(portfolio_id, count, head, None) if whole else None


def _texts(portfolio_ids: Sequence[UUID], keys: Spelled) -> Iterator[tuple[str, ...]]:
    """Ledgers one after another, as a stream, so that the database writes the next entries while
    we hash these."""
    asked = [*keys, *keys, array_of(portfolio_ids)]
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({QUESTION}) TO STDOUT", asked) as stream,
    ):
        yield from stream.rows()
