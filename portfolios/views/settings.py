"""The booking policies of a portfolio: what holds, since when, and how to change it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has_on
from market.exceptions import BenchmarkNotFound
from market.selectors.benchmarks import benchmark_definitions
from portfolios.exceptions import CostMethodRefused, EntriesRefused
from portfolios.forms.benchmarks import BenchmarkChoiceForm
from portfolios.forms.settings import CostMethodForm, LossRuleForm, PoliciesForm
from portfolios.models import Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.access import role_on
from portfolios.selectors.method_changes import method_changes
from portfolios.selectors.provenance import provenance_now
from portfolios.services import set_loss_rule
from portfolios.services.benchmark_choice import choose_benchmark
from portfolios.services.cost_methods import change_cost_method
from portfolios.services.policies import POLICIES, set_booking_policies
from portfolios.views.shell import can_write

PARTS = ("method", "policies", "loss_rule", "benchmark")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """Everybody who may look sees the policies; owners change them."""
    wanted = (
        Permission.MANAGE_PORTFOLIOS if request.method == "POST" else Permission.READ_PORTFOLIOS
    )
    portfolio = resolve_portfolio(request.user, portfolio_id, wanted)
    part = request.POST.get("part", "")
    shown = _forms(portfolio, part, request.POST)
    context: dict[str, Any] = {"portfolio": portfolio, "forms": shown}
    if part in PARTS:
        form = shown[part]
        if form.is_valid():
            try:
                _change(request, portfolio, part, form)
            except (BenchmarkNotFound, CostMethodRefused, EntriesRefused) as refused:
                context["refused"] = refused
            else:
                messages.success(request, "Changed, and kept in the audit trail.")
                return redirect("portfolios:settings", portfolio.pk)
    role = role_on(request.user, portfolio)
    context |= {
        "changes": method_changes(portfolio),
        "can_manage": has_on(request.user, role, Permission.MANAGE_PORTFOLIOS),
        "provenance": provenance_now(portfolio),
        "can_write": can_write(request, portfolio),
    }
    status = 422 if "refused" in context or any(form.errors for form in shown.values()) else 200
    return render(request, "portfolios/settings/page.html", context, status=status)


def _forms(portfolio: Portfolio, part: str, posted: QueryDict) -> dict[str, forms.Form]:
    """Every form as things stand; the part that was posted holds what was written into it."""
    policies = {name: getattr(portfolio, name) for name in POLICIES}
    compared = {"benchmark": portfolio.benchmark_id}
    known = [(str(one.id), one.name) for one in benchmark_definitions()]
    said = {name: posted if name == part else None for name in PARTS}
    return {
        "method": CostMethodForm(said["method"], initial={"method": portfolio.cost_method}),
        "policies": PoliciesForm(said["policies"], initial=policies),
        "loss_rule": LossRuleForm(said["loss_rule"], initial={"rule": portfolio.loss_rule}),
        "benchmark": BenchmarkChoiceForm(said["benchmark"], initial=compared, choices=known),
    }


def _change(
    request: AuthenticatedRequest, portfolio: Portfolio, part: str, form: forms.Form
) -> None:
    said = form.cleaned_data
    if isinstance(form, CostMethodForm):
        change_cost_method(portfolio_id=portfolio.pk, by=request.user, **form.change())
    elif part == "policies":
        set_booking_policies(
            portfolio_id=portfolio.pk,
            policies={name: said[name] for name in POLICIES},
            by=request.user,
            reason=said["reason"],
        )
    elif part == "benchmark":
        choose_benchmark(
            portfolio_id=portfolio.pk,
            benchmark_id=said["benchmark"],
            by=request.user,
            reason=said["reason"],
        )
    else:
        set_loss_rule(
            portfolio_id=portfolio.pk, rule=said["rule"], by=request.user, reason=said["reason"]
        )
