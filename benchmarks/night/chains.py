"""True hash chains for some ledgers of the world, which a night then replays entry by entry."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from uuid import UUID

import psycopg

from market.models import Security
from portfolios.models.chain import genesis_hash
from portfolios.selectors.chain_text import QUESTION

PUT = """
UPDATE portfolios_transaction t SET previous_hash = h.previous, entry_hash = h.entry,
       content_hash = h.content
  FROM unnest(%s::int4[], %s::text[], %s::text[], %s::text[]) h(seq, previous, entry, content)
 WHERE t.portfolio_id = %s AND t.seq = h.seq
"""
ANCHOR = """
INSERT INTO portfolios_ledgeranchor (portfolio_id, seq, entry_hash, at)
VALUES (%s, %s, %s, now())
"""


def chain(raw: psycopg.Connection[Any], ids: Iterable[UUID]) -> None:
    """Write the hashes that an appending service would have written, and an anchor at the head."""
    keys = {security.pk: security.key for security in Security.objects.all()}
    named = [list(keys), list(keys.values())]
    raw.execute("SET session_replication_role = replica")
    for portfolio_id in ids:
        rows = raw.execute(QUESTION, [*named, *named, [portfolio_id]]).fetchall()
        head, hashes = genesis_hash(portfolio_id), []
        for _, seq, previous, _entry, _content, said, chained in rows:
            entry = sha256(f"{head}{chained.removeprefix(previous)}".encode()).hexdigest()
            hashes.append((seq, head, entry, sha256(said.encode()).hexdigest()))
            head = entry
        raw.execute(PUT, [*map(list, zip(*hashes, strict=True)), portfolio_id])
        raw.execute(ANCHOR, [portfolio_id, len(hashes), head])
    raw.execute("SET session_replication_role = origin")
