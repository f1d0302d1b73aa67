"""Writing one entry, correcting one, undoing one: always looked at first, then written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission
from market.selectors.securities import listings_like
from portfolios.exceptions import EntriesRefused, PreviewOutdated
from portfolios.formats.draft import Draft
from portfolios.forms.entry import AmendForm, EntryForm, ReasonForm
from portfolios.forms.entry_initial import initial_of
from portfolios.forms.entry_types import TYPES
from portfolios.models import Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.entry_page import entry_page, find_entry
from portfolios.selectors.provenance import provenance_now
from portfolios.services import Appended, amend_entry, append_entries, reverse_entry
from portfolios.services.rehearsal import preview_token, rehearse, write_previewed

Write = Callable[[Draft], Appended]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_entry(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """A form that adapts to the type, a preview of what the entry does, then the entry."""
    portfolio = resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    kind = _kind(request, "BUY")
    form = EntryForm(portfolio, kind, request.POST or None, initial=_typed(request))

    def write(draft: Draft) -> Appended:
        return append_entries(portfolio_id=portfolio.pk, entries=[draft], by=request.user)

    return _serve(request, portfolio, form, write, {"title": "Add an entry"})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: AuthenticatedRequest, portfolio_id: UUID, seq: int) -> HttpResponse:
    """The same form, filled with an entry that is to be replaced."""
    portfolio = resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    target = find_entry(portfolio.pk, seq)
    if not entry_page(portfolio.pk, seq).stands:
        return redirect("portfolios:entry", portfolio.pk, seq)
    initial = _typed(request) or initial_of(target)
    kind = _kind(request, target.entry_type)
    form = AmendForm(portfolio, kind, request.POST or None, initial=initial)

    def write(draft: Draft) -> Appended:
        reason = form.cleaned_data["reason"]
        return amend_entry(
            portfolio_id=portfolio.pk, seq=seq, draft=draft, by=request.user, reason=reason
        )

    return _serve(
        request, portfolio, form, write, {"title": f"Correct entry {seq}", "target": target}
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: AuthenticatedRequest, portfolio_id: UUID, seq: int) -> HttpResponse:
    """What a reversal would change, and the reversal, with its reason."""
    portfolio = resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    shown = entry_page(portfolio.pk, seq)
    if not shown.stands:
        return redirect("portfolios:entry", portfolio.pk, seq)

    def write(reason: str) -> Appended:
        return reverse_entry(portfolio_id=portfolio.pk, seq=seq, by=request.user, reason=reason)

    form = ReasonForm(request.POST or None)
    context: dict[str, Any] = {"portfolio": portfolio, "shown": shown, "form": form}
    try:
        if form.is_valid():
            done = write(form.cleaned_data["reason"])
            messages.success(request, f"Entry {seq} is reversed by entry {done.last_seq}.")
            return redirect("portfolios:entry", portfolio.pk, seq)
        context["effect"] = rehearse(portfolio.pk, lambda: write("preview"), by=request.user)
    except EntriesRefused as refused:
        context["refused"] = refused
    context |= {"provenance": provenance_now(portfolio), "can_write": True}
    status = 422 if form.errors or "refused" in context else 200
    return render(request, "portfolios/entry_undo/page.html", context, status=status)


@login_required
@require_safe
def listings(request: AuthenticatedRequest) -> HttpResponse:
    """Listings like what is typed, as options of a list."""
    typed = next(
        (str(value) for value in request.GET.values() if value), ""
    )  # whichever field asks
    text = typed.replace("\0", "").strip()[:40]
    found = listings_like(text.partition(" ")[0]) if text else []
    return render(request, "portfolios/entry_form/_listings.html", {"listings": found})


def _serve(
    request: AuthenticatedRequest,
    portfolio: Portfolio,
    form: EntryForm,
    write: Write,
    context: dict[str, Any],
) -> HttpResponse:
    """A valid form is previewed; the same form again, on the same ledger, is written."""
    if form.is_valid():
        try:
            done = _written_or_previewed(request, portfolio, form, write, context)
        except EntriesRefused as refused:
            form.take_over(refused.details["errors"])
        else:
            if done is not None:
                messages.success(request, f"Entry {done.last_seq} is written.")
                return redirect("portfolios:entry", portfolio.pk, done.last_seq)
    context |= {"portfolio": portfolio, "form": form, "can_write": True}
    if request.htmx and request.method != "POST":
        return render(request, "portfolios/entry_form/_fields.html", context)
    context["provenance"] = provenance_now(portfolio)
    status = 422 if form.errors else 200
    return render(request, "portfolios/entry_form/page.html", context, status=status)


def _written_or_previewed(
    request: AuthenticatedRequest,
    portfolio: Portfolio,
    form: EntryForm,
    write: Write,
    context: dict[str, Any],
) -> Appended | None:
    draft = form.draft()
    previewed = request.POST.get("previewed", "")
    if "write" in request.POST:
        try:
            return write_previewed(
                portfolio.pk, previewed, draft, lambda: write(draft), by=request.user
            )
        except PreviewOutdated as outdated:
            context["outdated"] = outdated
    context["effect"] = rehearse(portfolio.pk, lambda: write(draft), by=request.user)
    context["token"] = preview_token(portfolio.pk, draft)
    return None


def _kind(request: AuthenticatedRequest, otherwise: str) -> str:
    asked = request.POST if request.method == "POST" else request.GET
    kind = asked.get("entry_type", "")
    return kind if kind in TYPES else otherwise


def _typed(request: AuthenticatedRequest) -> dict[str, Any]:
    """What the address or the form so far says, to be kept when the type changes."""
    asked = request.GET
    return {name: asked.getlist(name) if name == "lots" else asked[name] for name in asked}
