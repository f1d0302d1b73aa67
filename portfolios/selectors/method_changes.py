"""Which cost methods were decided for a portfolio, by whom and why."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from accounts.selectors import authors
from portfolios.models import CostMethodChange, Portfolio


def method_changes(portfolio: Portfolio) -> QuerySet[CostMethodChange]:
    """The newest first, each with its security and who decided."""
    changes = CostMethodChange.objects.filter(portfolio=portfolio).select_related("security")
    written = changes.prefetch_related(Prefetch("created_by", authors()))
    return written.order_by("-effective_from")
