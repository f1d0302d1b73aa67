"""The benchmarks of the house, and a new one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has, require
from market.exceptions import BenchmarkInvalid
from market.selectors.benchmarks import benchmark_definitions
from market.services.benchmarks import define_benchmark
from portfolios.forms.benchmarks import BenchmarkForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def benchmarks(request: AuthenticatedRequest) -> HttpResponse:
    """Everybody sees what there is; managers make new ones."""
    if request.method == "POST":
        require(request.user, Permission.MANAGE_PORTFOLIOS)
    form = BenchmarkForm(request.POST or None)
    if form.is_valid():
        try:
            made = define_benchmark(by=request.user, **form.cleaned_data)
        except BenchmarkInvalid as refused:
            for mistake in refused.details["errors"]:
                name = mistake["field"] if mistake["field"] in form.fields else "members"
                form.add_error(name, mistake["message"])
        else:
            messages.success(request, f"{made.name} can be chosen in a portfolio's settings.")
            return redirect("portfolios:benchmarks")
    context = {
        "benchmarks": benchmark_definitions(),
        "form": form,
        "can_create": has(request.user, Permission.MANAGE_PORTFOLIOS),
    }
    status = 422 if form.errors else 200
    return render(request, "portfolios/benchmarks/page.html", context, status=status)
