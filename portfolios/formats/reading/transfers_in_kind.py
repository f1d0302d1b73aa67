"""Shares that come or go without a trade. Brokers' tables do not tell what they cost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from portfolios.formats.draft import Draft
from portfolios.formats.reading.findings import Findings
from portfolios.formats.reading.row_reader import tidy

UNKNOWN_LOTS = "purchase day and cost unknown at transfer"
COST_NOTE = (
    "The file does not tell the cost of shares transferred in: it is unknown until you add it."
)


def add_transfer(
    findings: Findings, draft: Draft, quantity: Decimal, price: Decimal | None = None
) -> None:
    """In where the quantity is positive, else out. The day's price, if printed, values the flow;
    what arrives is a lot of that day whose cost is unknown, which the entry says."""
    size = abs(quantity)
    worth = tidy(size * price) if price else None
    draft = replace(draft, quantity=size, net_amount=worth)
    if quantity < 0:
        findings.add(replace(draft, entry_type="TRANSFER_OUT"))
        return
    if COST_NOTE not in findings.notes:
        findings.notes.append(COST_NOTE)
    lot = {"quantity": format(size, "f"), "acquisition_date": draft.transaction_date.isoformat()}
    findings.add(
        replace(draft, entry_type="TRANSFER_IN", carried_lots=[lot], estimated_reason=UNKNOWN_LOTS)
    )
