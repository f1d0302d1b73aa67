"""Pages of a portfolio: list, overview, transactions, import; and the page of a listing.

The page and the fragment that HTMX asks for come from one view and one context.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has, has_on, require
from market.exceptions import ClosesRefused, PackNotFound
from market.formats.csv_records import Limits
from market.selectors import security_by_id
from market.selectors.listing_page import listing_page
from patterns.layout import panels
from portfolios.exceptions import PortfolioInvalid, UploadGone
from portfolios.forms import (
    AsofForm,
    ClosesForm,
    ConfirmForm,
    ImportForm,
    PortfolioForm,
    TransactionsForm,
)
from portfolios.models import Portfolio
from portfolios.selectors import (
    build_context,
    resolve_portfolio,
    transactions_page,
    visible_portfolios,
)
from portfolios.selectors.access import membership_role
from portfolios.selectors.cards import portfolio_cards
from portfolios.selectors.provenance import Provenance, provenance
from portfolios.selectors.transactions import TransactionFilter
from portfolios.selectors.unpriced import unconnected
from portfolios.services import connect_and_reprice, create_portfolio
from portfolios.services.imports import ImportReport, preview_import
from portfolios.services.runs import execute
from portfolios.services.uploads import import_upload, keep_upload

OVERVIEW = "portfolio_overview"
MAX_BYTES = Limits().max_bytes or 0


@login_required
@require_safe
def portfolio_list(request: AuthenticatedRequest) -> HttpResponse:
    context = {
        "portfolios": portfolio_cards(request.user),
        "can_create": has(request.user, Permission.MANAGE_PORTFOLIOS),
    }
    return render(request, "portfolios/list/page.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_portfolio(request: AuthenticatedRequest) -> HttpResponse:
    """An empty portfolio for its maker, who goes on to import a ledger into it."""
    require(request.user, Permission.MANAGE_PORTFOLIOS)
    form = PortfolioForm(request.POST or None)
    if form.is_valid():
        try:
            portfolio = create_portfolio(by=request.user, **form.cleaned_data)
        except PortfolioInvalid as error:
            form.take_over(error)
        else:
            messages.success(request, f"{portfolio.name} is made. Import its ledger next.")
            return redirect("portfolios:import", portfolio.pk)
    status = 422 if form.errors else 200
    return render(request, "portfolios/new/page.html", {"form": form}, status=status)


@login_required
@require_safe
def overview(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """The overview pattern as a page, as of the day and the pack in the address."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    form = AsofForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    inputs: dict[str, Any] = {"portfolio_id": str(portfolio.pk)}
    if asked.get("lookback_days"):
        inputs["lookback_days"] = asked["lookback_days"]
    done = execute(
        user=request.user,
        pattern_id=OVERVIEW,
        inputs=inputs,
        asof=asked.get("asof"),
        pack_id=asked.get("pack") or None,
        correlation_id=request.correlation_id,
    )
    context = {
        "portfolio": portfolio,
        "form": form,
        "panels": panels(OVERVIEW, done.run),
        "run": done.run,
        "unconnected": unconnected(done.run.result, done.context.pricing_pack_id),
        "provenance": provenance(done.context),
        "asof_date": done.context.asof_date,
        "ledger_is_empty": not done.context.ledger_seq,
        "can_write": _can_write(request, portfolio),
    }
    status = 200 if form.is_valid() else 422
    return render(request, "portfolios/overview/page.html", context, status=status)


@login_required
@require_safe
def transactions(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """The ledger, newest first, filtered and paged."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    form = TransactionsForm(request.GET)
    wanted = form.wanted() if form.is_valid() else TransactionFilter()
    page = form.cleaned_data.get("page") or 1
    context = {
        "portfolio": portfolio,
        "form": form,
        "page_obj": transactions_page(portfolio.pk, wanted, page=page),
        "provenance": _provenance(request, portfolio),
        "can_write": _can_write(request, portfolio),
    }
    template = "_rows" if request.htmx else "page"
    status = 200 if form.is_valid() else 422
    return render(request, f"portfolios/transactions/{template}.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """Choose a file, see the fate of every row, then import exactly that file or leave it."""
    portfolio = resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    if "upload_id" in request.POST:
        return _confirm(request, portfolio)
    context: dict[str, Any] = {
        "portfolio": portfolio,
        "form": ImportForm(),
        "provenance": _provenance(request, portfolio),
        "can_write": True,
    }
    status = 200
    if request.method == "POST":
        form = ImportForm(request.POST, request.FILES)
        status = 422
        if form.is_valid():
            context |= _preview(request, portfolio, form.cleaned_data["file"])
            status = _status(context["preview"])
        context["form"] = form
    return render(request, "portfolios/import/page.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def security(request: AuthenticatedRequest, security_id: UUID) -> HttpResponse:
    """What a listing is and where its prices come from; a manager uploads closes here."""
    require(request.user, Permission.READ_PORTFOLIOS)
    portfolio = _came_from(request)
    context: dict[str, Any] = {
        "portfolio": portfolio,
        "can_write": portfolio is not None and _can_write(request, portfolio),
        "form": ClosesForm(),
        "can_connect": has(request.user, Permission.MANAGE_PORTFOLIOS),
    }
    status = 200
    if request.method == "POST":
        form = ClosesForm(request.POST, request.FILES)
        context["form"], status = form, 422
        if form.is_valid():
            try:
                _connect(request, security_id, form.cleaned_data["file"])
            except ClosesRefused as error:
                context["refused"], status = error, error.http_status
            else:
                return redirect(request.get_full_path())
    context["shown"] = listing_page(security_id)
    return render(request, "portfolios/security/page.html", context, status=status)


def _connect(request: AuthenticatedRequest, security_id: UUID, file: UploadedFile) -> None:
    """Store the file's closes and say what happened. One byte too many is refused as too large."""
    most = Limits().max_bytes or 0
    report = connect_and_reprice(
        security_by_id(security_id),
        file.read(most + 1),
        file.name or "closes.csv",
        by=request.user,
    )
    messages.success(request, report.sentence)


def _came_from(request: AuthenticatedRequest) -> Portfolio | None:
    """The portfolio whose page led here, when its reader may see it."""
    try:
        asked = UUID(request.GET.get("portfolio", ""))
    except ValueError:
        return None
    return visible_portfolios(request.user).filter(pk=asked).first()


def _preview(
    request: AuthenticatedRequest, portfolio: Portfolio, file: UploadedFile
) -> dict[str, Any]:
    """The preview, and the waiting file when there is something to import in it."""
    name = file.name or "upload.csv"
    content = file.read(MAX_BYTES + 1)  # one byte more shows that there is more
    preview = preview_import(
        portfolio_id=portfolio.pk, content=content, filename=name, by=request.user
    )
    if preview.errors or not preview.new_count:
        return {"preview": preview}
    upload = keep_upload(portfolio_id=portfolio.pk, content=content, filename=name, by=request.user)
    return {"preview": preview, "upload": upload}


def _status(preview: ImportReport) -> int:
    if preview.is_too_large:
        return 413
    return 422 if preview.errors else 200


def _confirm(request: AuthenticatedRequest, portfolio: Portfolio) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        raise UploadGone("This is not a file that was previewed.")
    report = import_upload(
        portfolio_id=portfolio.pk, upload_id=form.cleaned_data["upload_id"], by=request.user
    )
    messages.success(request, report.sentence)
    return redirect("portfolios:transactions", portfolio.pk)


def _provenance(request: AuthenticatedRequest, portfolio: Portfolio) -> Provenance | None:
    """None before the first pack: a ledger can be read and filled without any price."""
    try:
        ctx = build_context(
            user=request.user,
            portfolio_id=portfolio.pk,
            correlation_id=request.correlation_id,
        )
    except PackNotFound:
        return None
    return provenance(ctx)


def _can_write(request: AuthenticatedRequest, portfolio: Portfolio) -> bool:
    role = membership_role(request.user, portfolio.pk)
    return has_on(request.user, role, Permission.WRITE_TRADES)
