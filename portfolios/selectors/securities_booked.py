"""A part of the ledger booked for a question about one security: its own entries, and those of
whatever became it or it became. Nothing else can have moved its shares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q

from portfolios.calc.lots import Book
from portfolios.models import Portfolio
from portfolios.selectors.booked import book_entries
from portfolios.selectors.ledger import ledger_rows, to_entries


def book_securities(
    portfolio: Portfolio, securities: Iterable[UUID], *, asof: date | None = None
) -> Book:
    """The lots, closures and movements of these securities, as the whole ledger gives them."""
    together = set(securities)
    while True:
        named = Q(security__in=together) | Q(to_security__in=together)
        rows = list(ledger_rows(portfolio.pk).filter(named))
        reached = {pk for row in rows for pk in (row.security_id, row.to_security_id) if pk}
        if reached <= together:
            entries = to_entries(rows, portfolio.base_currency)
            return book_entries(portfolio, entries, asof=asof)[1]
        together |= reached
