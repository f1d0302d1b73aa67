"""One page of the ledger for a reader: filtered, newest first, in a stable order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from portfolios.models import Transaction

PAGE_SIZE = 50
MAX_PAGE_SIZE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionFilter:
    """What a reader asks for; an empty field asks for everything."""

    entry_type: str = ""
    symbol: str = ""
    start: date | None = None
    end: date | None = None
    text: str = ""


def transactions_page(
    portfolio_id: UUID,
    wanted: TransactionFilter | None = None,
    *,
    page: int = 1,
    page_size: int = PAGE_SIZE,
) -> Page[Transaction]:
    """A page outside the range is answered with the nearest one that exists."""
    rows = _matching(portfolio_id, wanted or TransactionFilter())
    shown = rows.select_related("security", "reverses", "reversed_by", "import_run")
    size = min(max(page_size, 1), MAX_PAGE_SIZE)
    return Paginator(shown, size).get_page(page)


def ledger_symbols(portfolio_id: UUID) -> list[str]:
    """Symbols that occur in the ledger, for the filter's list."""
    rows = Transaction.objects.filter(portfolio_id=portfolio_id, security__isnull=False)
    return list(
        rows.order_by("security__symbol").values_list("security__symbol", flat=True).distinct()
    )


def _matching(portfolio_id: UUID, wanted: TransactionFilter) -> QuerySet[Transaction]:
    rows = Transaction.objects.filter(portfolio_id=portfolio_id)
    if wanted.entry_type:
        rows = rows.filter(entry_type=wanted.entry_type)
    if wanted.symbol:
        rows = rows.filter(security__symbol__iexact=wanted.symbol)
    if wanted.start is not None:
        rows = rows.filter(transaction_date__gte=wanted.start)
    if wanted.end is not None:
        rows = rows.filter(transaction_date__lte=wanted.end)
    if wanted.text:
        rows = rows.filter(_mentions(wanted.text))
    return rows.order_by("-transaction_date", "-seq")


def _mentions(text: str) -> Q:
    return (
        Q(narration__icontains=text)
        | Q(external_id__icontains=text)
        | Q(security__symbol__icontains=text)
        | Q(security__name__icontains=text)
    )
