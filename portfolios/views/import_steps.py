"""The steps of a waiting file: answer what it leaves open, name its instruments, read the fate of
every row, then write it or leave it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has
from market.exceptions import ListingInvalid
from market.selectors import policy_named
from market.services.registering import register_listing
from portfolios.forms.importing import InstrumentForm, QuestionsForm
from portfolios.models import PendingUpload, Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.provenance import provenance_now
from portfolios.selectors.samples import FirstRows, first_rows
from portfolios.services.import_formats import NO_MAPPING
from portfolios.services.import_report import FATES, ImportReport
from portfolios.services.mappings import save_mapping
from portfolios.services.previews import preview_sample, preview_upload
from portfolios.services.uploads import (
    decide,
    forget_upload,
    import_step,
    import_upload,
    waiting_upload,
)

PAGE_SIZE = 100


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: AuthenticatedRequest, portfolio_id: UUID, upload_id: UUID) -> HttpResponse:
    """The step that the file has reached, or an earlier one that is asked for."""
    portfolio, upload = _waiting(request, portfolio_id, upload_id)
    if request.method == "POST":
        return ACTIONS.get(request.POST.get("action", ""), _stay)(request, portfolio, upload)
    return _show(request, portfolio, upload)


@login_required
@require_POST
def sample(request: AuthenticatedRequest, portfolio_id: UUID, upload_id: UUID) -> HttpResponse:
    """The first rows as the chosen columns and styles would read them."""
    _, upload = _waiting(request, portfolio_id, upload_id)
    report = preview_upload(upload, by=request.user)
    form = QuestionsForm(report.questions, report.columns, request.POST)
    form.is_valid()
    said = {name: value for name, value in form.cleaned_data.items() if value}
    changes = {name: said[name] for name in said if name in form.fields and name in OPTIONS}
    context = {
        "sample": preview_sample(upload, changes | {"columns": form.columns}, by=request.user)
    }
    return render(request, "portfolios/import/_sample.html", context)


@login_required
@require_safe
def progress(request: AuthenticatedRequest, portfolio_id: UUID, upload_id: UUID) -> HttpResponse:
    """What a running import is at."""
    resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    context = {"step": import_step(upload_id)}
    if not context["step"]:
        return HttpResponse(status=204)  # another process imports: what was said stays
    return render(request, "portfolios/import/_progress.html", context)


OPTIONS = ("date_style", "decimal_style", "currency", "account")


def _waiting(
    request: AuthenticatedRequest, portfolio_id: UUID, upload_id: UUID
) -> tuple[Portfolio, PendingUpload]:
    portfolio = resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    upload = waiting_upload(portfolio_id=portfolio.pk, upload_id=upload_id, by=request.user)
    return portfolio, upload


def _show(
    request: AuthenticatedRequest, portfolio: Portfolio, upload: PendingUpload, **more: Any
) -> HttpResponse:
    report = preview_upload(upload, by=request.user)
    if report.already_imported_in is not None:
        forget_upload(upload)
        messages.info(request, f"{report.sentence} Nothing was added.")
        return redirect("portfolios:import-run", portfolio.pk, report.already_imported_in)
    reached = _reached(report, request.GET.get("step", ""))
    context: dict[str, Any] = {
        "portfolio": portfolio,
        "upload": upload,
        "report": report,
        "step": reached,
        "provenance": provenance_now(portfolio),
        "can_write": True,
        "can_register": has(request.user, Permission.MANAGE_PORTFOLIOS),
        **_context_of(reached, request, portfolio, upload, report),
        **more,
    }
    template = "_rows" if request.htmx and reached == "review" else "step"
    status = 422 if more else 200
    return render(request, f"portfolios/import/{template}.html", context, status=status)


def _reached(report: ImportReport, asked: str) -> str:
    if report.questions:
        return "understand"
    if asked == "instruments" or (report.unknown and asked != "review"):
        return "instruments"
    return "review"


def _context_of(
    reached: str,
    request: AuthenticatedRequest,
    portfolio: Portfolio,
    upload: PendingUpload,
    report: ImportReport,
) -> dict[str, Any]:
    if reached == "understand":
        form = QuestionsForm(report.questions, report.columns)
        return {"form": form, "first_rows": _first_rows(upload, report)}
    if reached == "instruments":
        return {"forms": _instrument_forms(portfolio, report, None)}
    fate = request.GET.get("fate", "")
    rows = [row for row in report.rows if row.fate == fate] if fate in FATES else report.rows
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return {"page_obj": page, "fate": fate if fate in FATES else "", "fates": report.counts}


def _first_rows(upload: PendingUpload, report: ImportReport) -> FirstRows | None:
    return first_rows(bytes(upload.content), upload.filename, report.columns)


def _answer(
    request: AuthenticatedRequest, portfolio: Portfolio, upload: PendingUpload
) -> HttpResponse:
    """The questions of the format, answered; the mapping kept where a name is given."""
    report = preview_upload(upload, by=request.user)
    form = QuestionsForm(report.questions, report.columns, request.POST)
    if not form.is_valid():
        return _show(request, portfolio, upload, form=form)
    name = form.cleaned_data.get("save_as", "").strip()
    choices = decide(upload, form.changes() | ({"mapping": name} if name else {}))
    # Styles are asked after the columns; a mapping that has a name takes them in as well.
    name = name or choices.mapping.removeprefix(NO_MAPPING)
    if name and choices.columns:
        save_mapping(
            portfolio=portfolio,
            name=name,
            columns=report.columns,
            choices=choices,
            by=request.user,
        )
    return _on(portfolio, upload)


def _match(
    request: AuthenticatedRequest, portfolio: Portfolio, upload: PendingUpload
) -> HttpResponse:
    """Instruments named by their reader, and the one that is to be registered."""
    report = preview_upload(upload, by=request.user)
    forms = _instrument_forms(portfolio, report, request)
    valid = not [form for form in forms if not form.is_valid()]  # every form is looked at
    chosen = {f.instrument.identifier: str(f.chosen) for f in forms if f.chosen}
    wanted = request.POST.get("register", "")
    for form in forms:
        if wanted == str(form.number) and form.is_valid():
            pk = _register(request, portfolio, form)
            valid = valid and pk is not None
            chosen |= {form.instrument.identifier: str(pk)} if pk else {}
    decide(upload, {"matches": chosen})
    if not valid:
        return _show(request, portfolio, upload, forms=forms)
    return _on(portfolio, upload)


def _register(
    request: AuthenticatedRequest, portfolio: Portfolio, form: InstrumentForm
) -> UUID | None:
    said = form.cleaned_data
    names = ("symbol", "exchange", "currency", "name", "isin", "security_type")
    try:
        made = register_listing(
            by=request.user,
            price_basis=policy_named(portfolio.pricing_policy).price_basis,
            **{name: said[name] for name in names},
        )
    except ListingInvalid as error:
        for mistake in error.details["errors"]:
            form.add_error(mistake["column"], mistake["message"])
        return None
    messages.success(
        request, f"{made.symbol} on {made.exchange} is registered, without prices yet."
    )
    return made.pk


def _instrument_forms(
    portfolio: Portfolio, report: ImportReport, request: AuthenticatedRequest | None
) -> list[InstrumentForm]:
    basis = policy_named(portfolio.pricing_policy).price_basis
    data = request.POST if request is not None else None
    asked = sorted(report.instruments, key=lambda each: each.security is not None)
    return [InstrumentForm(each, number, basis, data) for number, each in enumerate(asked)]


def _again(
    request: AuthenticatedRequest, portfolio: Portfolio, upload: PendingUpload
) -> HttpResponse:
    """Ask everything anew: a saved mapping is not taken by itself this time."""
    empty = dict.fromkeys(("date_style", "decimal_style", "currency", "account"), "")
    keep = {"format": ""} if "format" in request.POST else {}
    decide(upload, {**empty, **keep, "columns": {}, "mapping": NO_MAPPING})
    return _on(portfolio, upload)


def _forget(
    _request: AuthenticatedRequest, portfolio: Portfolio, upload: PendingUpload
) -> HttpResponse:
    forget_upload(upload)
    return redirect("portfolios:import", portfolio.pk)


def _write(
    request: AuthenticatedRequest, portfolio: Portfolio, upload: PendingUpload
) -> HttpResponse:
    report = import_upload(portfolio_id=portfolio.pk, upload_id=upload.pk, by=request.user)
    messages.success(request, report.sentence)
    run = report.import_run or report.already_imported_in
    address = reverse("portfolios:import-run", args=[portfolio.pk, run])
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _stay(
    _request: AuthenticatedRequest, portfolio: Portfolio, upload: PendingUpload
) -> HttpResponse:
    return _on(portfolio, upload)


def _on(portfolio: Portfolio, upload: PendingUpload) -> HttpResponse:
    return redirect("portfolios:import-step", portfolio.pk, upload.pk)


Action = Callable[[AuthenticatedRequest, Portfolio, PendingUpload], HttpResponse]
ACTIONS: dict[str, Action] = {
    "answer": _answer,
    "match": _match,
    "again": _again,
    "forget": _forget,
    "write": _write,
}
