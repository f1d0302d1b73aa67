"""Django's admin shows history and lets nobody change it, not even an administrator."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import RequestFactory

from accounts.models import User

pytestmark = pytest.mark.django_db

HISTORY = (
    "accounts.AuditEvent",
    "dawsos.NightlyRun",
    "dawsos.StageRun",
    "market.FxObservation",
    "market.FxRate",
    "market.PackFreshness",
    "market.Price",
    "market.PriceObservation",
    "market.PricingPack",
    "market.Quarantine",
    "patterns.PatternRun",
    "patterns.StepResult",
    "portfolios.EndedDailyValue",
    "portfolios.HistoryState",
    "portfolios.ImportRun",
    "portfolios.LedgerAnchor",
    "portfolios.LedgerHoldings",
    "portfolios.Lot",
    "portfolios.LotClosure",
    "portfolios.MonthlyValues",
    "portfolios.Transaction",
)


@pytest.mark.parametrize("label", HISTORY)
def test_history_is_shown_and_never_changed(label: str, admin_user: User) -> None:
    page = admin.site._registry[apps.get_model(label)]
    request = RequestFactory().get("/admin/")
    request.user = admin_user
    assert page.has_view_permission(request)
    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)
