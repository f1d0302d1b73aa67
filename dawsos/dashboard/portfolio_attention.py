"""What one portfolio waits for, as cards of its overview: what, why, and where to do it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from dawsos.dashboard.attention import (
    Attention,
    in_order,
    names,
    of_packs,
    of_portfolios,
    of_quarantine,
)
from market.selectors import latest_packs
from market.selectors.quarantine import waiting_count
from portfolios.models import PendingUpload, Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.composition import Composition, compositions
from portfolios.selectors.dashboard import Line, dashboard_lines
from portfolios.selectors.deferral import deferred_losses
from portfolios.selectors.due_actions import due_actions

HEADINGS: Final[Mapping[str, str]] = {
    "corporate_action": "Corporate actions",
    "reconciliation": "Reconciliation",
    "unpriced": "No price",
    "carried": "Older prices",
    "values_behind": "Stored values",
    "pack": "Pricing pack",
    "quarantine": "Quarantine",
    "upload": "Import",
    "benchmark": "Benchmark",
    "loss_window": "Deferred losses",
}


@login_required
@require_safe
def attention(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """The cards alone: the overview, which may be kept, asks for them when it is shown."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    context = {
        "portfolio": portfolio,
        "items": attention_of(request.user, portfolio, today=datetime.now(UTC).date()),
    }
    return render(request, "portfolios/overview/_attention.html", context)


def attention_of(user: User, portfolio: Portfolio, *, today: date) -> list[Attention]:
    """Everything that waits in a portfolio, the urgent first, each under its own heading."""
    (line,) = dashboard_lines(user, only=portfolio.pk)
    held = compositions({portfolio.pk: line.value.pack_id} if line.value else {})
    found = [
        *of_portfolios([line], held, due_actions([portfolio.pk], today=today), today=today),
        *_pack(portfolio),
        *of_quarantine(waiting_count()),
        *_carried(line, held.get(portfolio.pk, Composition())),
        *_upload(user, portfolio),
        *_benchmark(line),
        *_losses(portfolio, today),
    ]
    return in_order(replace(item, where=HEADINGS[item.kind]) for item in found)


def _pack(portfolio: Portfolio) -> Iterator[Attention]:
    """The newest pack matters to whoever looks at it: a day of its own never gets old."""
    if portfolio.default_asof_date is None:
        yield from of_packs(latest_packs([(portfolio.pricing_policy, None)]))


def _carried(line: Line, composition: Composition) -> Iterator[Attention]:
    """Holdings that are priced by an earlier day than the value's."""
    carried = composition.carried
    if carried:
        yield Attention(
            kind="carried",
            urgency="note",
            where=line.portfolio.name,
            sentence=f"{names(it.symbol for it in carried)}: priced by an earlier day’s close.",
            url=reverse("portfolio-data-health", args=[line.portfolio.pk]),
            label="Data health",
        )


def _upload(user: User, portfolio: Portfolio) -> Iterator[Attention]:
    """The reader's own file that was previewed and not imported yet."""
    for waiting in PendingUpload.objects.filter(portfolio=portfolio, user=user).defer("content"):
        yield Attention(
            kind="upload",
            urgency="warning",
            where=portfolio.name,
            sentence=f"{waiting.filename} was read and is not imported yet.",
            url=reverse("portfolios:import-step", args=[portfolio.pk, waiting.pk]),
            label="Go on with it",
        )


def _benchmark(line: Line) -> Iterator[Attention]:
    if line.portfolio.benchmark_id is None and not line.is_empty and line.may_write:
        yield Attention(
            kind="benchmark",
            urgency="note",
            where=line.portfolio.name,
            sentence="There is none to compare the return with.",
            url=reverse("portfolios:settings", args=[line.portfolio.pk]),
            label="Choose one",
        )


def _losses(portfolio: Portfolio, today: date) -> Iterator[Attention]:
    """Sales at a loss whose window is open: a purchase in it would defer the loss."""
    if not portfolio.loss_rule:
        return
    open_lines = [it for it in deferred_losses(portfolio, today).closures if it.provisional]
    windows = sorted(it.window_closes for it in open_lines if it.window_closes)
    if windows:
        count = len(windows)
        said = "A sale at a loss has" if count == 1 else f"{count} sales at a loss have"
        yield Attention(
            kind="loss_window",
            urgency="note",
            where=portfolio.name,
            sentence=f"{said} an open window, the first until {windows[0]}: "
            "buying the same again in it defers the loss.",
            url=reverse("portfolios:holdings", args=[portfolio.pk]),
            label="Holdings",
        )
