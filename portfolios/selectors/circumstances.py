"""What every question about a portfolio stands on besides its pack, in one statement.

Each page asks for it before anything else. By the ORM it is five questions, and to write them
takes longer than to answer them.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from portfolios.models.chain import genesis_hash

# The head to read a pack's lineage at: now for a live pack, just before its successor's seal.
CIRCUMSTANCES = """
    SELECT newest.seq, newest.entry_hash,
        coalesce(
            (SELECT seal_number - 1 FROM market_pricingpack
             WHERE supersedes_id = %(pack)s AND sealed_at IS NOT NULL),
            (SELECT max(seal_number) FROM market_pricingpack),
            0
        ),
        (SELECT json_agg(json_build_array(symbol, exchange, price_basis, name, sector, currency,
                                          security_type)
                         ORDER BY symbol, exchange, price_basis, name, sector, currency,
                                  security_type)::text
         FROM market_security WHERE id IN (
             SELECT security_id FROM portfolios_transaction WHERE portfolio_id = %(portfolio)s
         )),
        (SELECT json_agg(json_build_array(effective_from, cost_method, account, security_id)
                         ORDER BY effective_from, id)::text
         FROM portfolios_costmethodchange WHERE portfolio_id = %(portfolio)s)
    FROM (SELECT) always
    LEFT JOIN (
        SELECT seq, entry_hash FROM portfolios_transaction WHERE portfolio_id = %(portfolio)s
        ORDER BY seq DESC LIMIT 1
    ) newest ON true
"""


class Circumstances(NamedTuple):
    """The ledger's head, the market's, the reference data of all securities ever traded, and the
    changes of the cost method; both of the latter as lists of texts, in order."""

    ledger_seq: int
    ledger_commit_hash: str
    market_head: int
    securities: list[list[Any]]
    methods: list[list[Any]]


def circumstances_of(portfolio_id: UUID, pack_id: str) -> Circumstances:
    """As they are now."""
    with connection.cursor() as cursor:
        cursor.execute(CIRCUMSTANCES, {"portfolio": portfolio_id, "pack": pack_id})
        seq, head, market_head, securities, methods = cursor.fetchone()
    return Circumstances(
        seq or 0,
        head or genesis_hash(portfolio_id),
        market_head,
        json.loads(securities or "[]"),
        json.loads(methods or "[]"),
    )
