"""The hash chain: each entry's hash holds the hash before it, so no past entry can change alone.

    entry_hash = sha256(previous_hash + canonical entry)

The first previous hash is that of the portfolio's id, so two ledgers never share a chain. The
canonical entry holds no database id, clock time or actor, and leaves out what is empty: a
column that is added later does not change the hashes before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from patterns.canonical import canonical_json, content_hash

CONTENT = (
    "entry_type",
    "transaction_date",
    "settlement_date",
    "ex_date",
    "pay_date",
    "account",
    "quantity",
    "price",
    "gross_amount",
    "fees",
    "taxes",
    "currency",
    "fx_rate",
    "to_amount",
    "to_currency",
    "new_shares",
    "old_shares",
    "cost_basis",
    "estimated_reason",
)
"""What two entries share when they say the same, beside the security and the reversed entry."""

ENTRY = (*CONTENT, "seq", "net_amount", "narration", "external_id", "occurrence", "source")
EMPTY = (None, "")


def genesis_hash(portfolio_id: UUID) -> str:
    """The head of an empty ledger."""
    return content_hash({"portfolio_id": portfolio_id})


def entry_hash(previous_hash: str, entry: Any, *, security: str, reverses: int | None) -> str:
    """The hash of an entry (anything with its columns as attributes) behind `previous_hash`."""
    text = canonical_json(_fields(entry, ENTRY, security=security, reverses=reverses))
    return hashlib.sha256(f"{previous_hash}{text}".encode()).hexdigest()


def same_content_hash(entry: Any, *, security: str, reverses: int | None = None) -> str:
    """Equal for two entries that say the same, whatever their number, text or source."""
    return content_hash(_fields(entry, CONTENT, security=security, reverses=reverses))


def _fields(
    entry: Any, names: tuple[str, ...], *, security: str, reverses: int | None
) -> Mapping[str, Any]:
    fields = {name: getattr(entry, name) for name in names}
    fields |= {"security": security, "reverses": reverses}
    return {name: value for name, value in fields.items() if value not in EMPTY}
