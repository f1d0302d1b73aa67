"""Lots and closures as rows: derived from the ledger, replaced whole, identical when rebuilt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from portfolios.calc.lots import Book
from portfolios.models import Lot, LotClosure, Portfolio, Transaction
from portfolios.selectors.booked import book_ledger
from portfolios.selectors.projected import (
    derived_lots,
    differences,
    lots_as_text,
    stored_history,
    stored_lots,
)
from portfolios.services.history import refresh_history


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found: rows written, and every row that differs from what was stored."""

    portfolio_id: UUID
    lots: int
    closures: int
    daily_values: int
    differences: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "portfolio_id": str(self.portfolio_id),
            "lots": self.lots,
            "closures": self.closures,
            "daily_values": self.daily_values,
            "differences": list(self.differences),
        }


@transaction.atomic
def rebuild_projections(portfolio_id: UUID) -> Rebuilt:
    """Drop lots, closures and daily values, derive them anew, and say what came out otherwise."""
    portfolio = Portfolio.objects.select_for_update().get(pk=portfolio_id)
    before = stored_lots(portfolio_id) | stored_history(portfolio_id)
    booked = book_ledger(portfolio)
    store_lots(portfolio_id, booked.book)
    days = refresh_history(portfolio, booked, from_date=None)
    after = stored_lots(portfolio_id) | stored_history(portfolio_id)
    return Rebuilt(
        portfolio_id,
        len(booked.book.lots),
        len(booked.book.closures),
        days,
        tuple(differences(before, after)),
    )


def projection_breaks(portfolio_id: UUID) -> list[str]:
    """Where the stored lots are not what the ledger gives; nothing is changed."""
    booked = book_ledger(Portfolio.objects.get(pk=portfolio_id))
    expected = lots_as_text(*derived_lots(portfolio_id, booked.book, _by_number(portfolio_id)))
    found = differences(stored_lots(portfolio_id), expected)
    return [f"{portfolio_id}: {sentence}" for sentence in found]


def store_lots(portfolio_id: UUID, book: Book) -> None:
    """Replace a portfolio's lots and closures by those of a book."""
    LotClosure.objects.filter(portfolio_id=portfolio_id).delete()
    Lot.objects.filter(portfolio_id=portfolio_id).delete()
    lots, closures = derived_lots(portfolio_id, book, _by_number(portfolio_id))
    Lot.objects.bulk_create(lots, batch_size=1000)
    for closure in closures:
        closure.lot_id = closure.lot.pk  # known only now that the lots are stored
    LotClosure.objects.bulk_create(closures, batch_size=1000)


def _by_number(portfolio_id: UUID) -> dict[int, Transaction]:
    rows = Transaction.objects.filter(portfolio_id=portfolio_id).select_related("security")
    return {row.seq: row for row in rows}
