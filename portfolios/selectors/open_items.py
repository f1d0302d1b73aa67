"""The list of differences of a portfolio, as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from portfolios.models import ReconciliationResult
from portfolios.selectors.reconciliation import standing_assertions

State = ReconciliationResult.State
RESOLVED_SHOWN = 20
IN_THEIR_KEY = ("CASH_MISMATCH", "VALUATION_MISMATCH")  # the currency, as its last word


@dataclass(frozen=True, slots=True)
class Item:
    """One difference; `unit` is how its numbers are written."""

    row: ReconciliationResult
    unit: str
    currency: str

    @property
    def difference(self) -> Decimal | None:
        """Actual less expected; None where either is not known."""
        if self.row.actual is None or self.row.expected is None:
            return None
        return self.row.actual - self.row.expected

    @property
    def can_be_accepted(self) -> bool:
        """A statement may be wrong; the ledger is what the ledger is."""
        return self.row.assertion is not None and self.row.state == State.OPEN


@dataclass(frozen=True, slots=True)
class Items:
    """All differences by state, and how many balances are asserted at all."""

    open: tuple[Item, ...]
    accepted: tuple[Item, ...]
    resolved: tuple[Item, ...]
    asserted: int


def reconciliation_items(portfolio_id: UUID) -> Items:
    """Open ones with the oldest day first; resolved ones the latest first, a few of them."""
    rows = ReconciliationResult.objects.filter(portfolio_id=portfolio_id)
    rows = rows.select_related("assertion__security", "assertion__import_run")
    unresolved = list(rows.exclude(state=State.RESOLVED).order_by("asof_date", "key"))
    resolved = rows.filter(state=State.RESOLVED).order_by("-last_seen_at")[:RESOLVED_SHOWN]
    return Items(
        open=tuple(_item(row) for row in unresolved if row.state == State.OPEN),
        accepted=tuple(_item(row) for row in unresolved if row.state == State.ACCEPTED),
        resolved=tuple(_item(row) for row in resolved),
        asserted=standing_assertions(portfolio_id).count(),
    )


def _item(row: ReconciliationResult) -> Item:
    if row.code in {"QUANTITY_MISMATCH", "MISSING_POSITION"}:
        return Item(row, "quantity", "")
    if row.assertion is not None:
        return Item(row, "money", row.assertion.currency)
    return Item(row, "money", row.key.rsplit(" ", 1)[-1] if row.code in IN_THEIR_KEY else "")
