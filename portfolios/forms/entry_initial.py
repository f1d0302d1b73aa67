"""A stored entry as a form would have to be filled in to write it again."""

from __future__ import annotations

from typing import Any

from portfolios.calc.money import minor_units, quantum, round_money
from portfolios.forms.entry import CURRENCY_FIELDS, DAYS, NUMBERS, TEXTS
from portfolios.models import Transaction

COPIED = (*NUMBERS, *TEXTS, *DAYS, *CURRENCY_FIELDS, "treatment", "jurisdiction", "narration")
WITH_AMOUNT = frozenset(
    {"TRANSFER_IN", "TRANSFER_OUT", "DELIVERY_IN", "DELIVERY_OUT", "CASH_TRANSFER"}
)


def initial_of(entry: Transaction) -> dict[str, Any]:
    """An amount that follows from the others is left empty, so that changing them changes it."""
    filled = {name: getattr(entry, name) for name in COPIED} | {
        "transaction_date": entry.transaction_date,
        "security": entry.security,
        "to_security": entry.to_security,
        "carried_lots": entry.carried_lots,
        "lots": [pick["label"] for pick in entry.lot_picks or () if pick.get("label")],
    }
    filled["net_amount"] = abs(entry.net_amount) if entry.entry_type in WITH_AMOUNT else None
    for name in ("fees", "taxes"):
        filled[name] = filled[name] or None
    if _follows(entry):
        filled["gross_amount"] = None
    return filled


def _follows(entry: Transaction) -> bool:
    """Whether quantity times price says the gross amount already."""
    if entry.quantity is None or entry.price is None or entry.gross_amount is None:
        return False
    product = round_money(entry.quantity * entry.price, entry.currency)
    return abs(product - entry.gross_amount) < quantum(minor_units(entry.currency))
