"""Proving many ledgers at once: every hash is recomputed, from text that the database writes.

Worth it from thousands of entries on. What it finds is what `verify_ledger` finds, which is asked
again wherever anything differs, and for ledgers whose entries carry lists of lots.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.db.models import Q

from market.models import Security
from portfolios.models import LedgerAnchor, Transaction
from portfolios.models.chain import EMPTY, genesis_hash
from portfolios.selectors.chain_text import QUESTION
from portfolios.selectors.verification import LedgerProof, verify_ledger


def prove_ledgers(portfolio_ids: Iterable[UUID]) -> Iterator[LedgerProof]:
    """One proof for each ledger, in the order asked. Inside a transaction."""
    ids = list(portfolio_ids)
    keys = {
        security.pk: security.key
        for security in Security.objects.only("symbol", "exchange", "price_basis")
    }
    lists, spelled = _with_lists(ids), spelled_keys(keys)
    for portfolio_id in ids:
        proof = None if portfolio_id in lists else _quick_proof(portfolio_id, spelled)
        yield proof or verify_ledger(portfolio_id)


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


def _quick_proof(portfolio_id: UUID, keys: Spelled) -> LedgerProof | None:
    """The proof of a ledger that is as written; None where anything differs."""
    anchors = dict(
        LedgerAnchor.objects.filter(portfolio_id=portfolio_id).values_list("seq", "entry_hash")
    )
    head, count, anchored = genesis_hash(portfolio_id), 0, None
    for seq, previous, entry, content, said, chained in _texts(portfolio_id, keys):
        count += 1
        if (
            seq != str(count)
            or previous != head
            or entry != sha256(chained.encode()).hexdigest()
            or content != sha256(said.encode()).hexdigest()
        ):
            return None
        anchored = anchors.pop(count, None)
        if anchored not in {None, entry}:
            return None
        head = entry
    whole = not anchors and (anchored is not None or not count)
    return LedgerProof(portfolio_id, count, head, None) if whole else None


def _texts(portfolio_id: UUID, keys: Spelled) -> Iterator[tuple[str, ...]]:
    """A stream, so that the database writes the next entries while we hash these."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({QUESTION}) TO STDOUT", [*keys, *keys, portfolio_id]) as stream,
    ):
        yield from stream.rows()
