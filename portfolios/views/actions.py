"""The inbox of corporate actions: what is proposed, what was decided, and both ways back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has
from market.exceptions import PackNotFound
from patterns.layout import panels
from portfolios.exceptions import ActionNotProposed, EntriesRefused, PreviewOutdated
from portfolios.forms import AsofForm
from portfolios.forms.actions import TermsForm
from portfolios.forms.entry import ReasonForm
from portfolios.models import Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.actions import Proposal, decided, proposal_of, proposals
from portfolios.selectors.provenance import provenance, provenance_now
from portfolios.services.actions import (
    Terms,
    confirm_action,
    confirm_everywhere,
    dismiss_action,
    reopen_action,
)
from portfolios.services.ledger import Appended
from portfolios.services.rehearsal import preview_token, rehearse, write_previewed
from portfolios.services.runs import execute
from portfolios.views.shell import can_write

INBOX = "portfolios:actions"
AHEAD = "corporate_actions_upcoming"


@login_required
@require_safe
def inbox(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """What lies ahead, as a run of its pattern; proposed actions by ex-date; what was decided."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    form = AsofForm(request.GET)
    context = {
        "portfolio": portfolio,
        "form": form,
        "proposals": proposals(portfolio, today=_today()),
        "decided": decided(portfolio),
        "can_write": can_write(request, portfolio),
        **_ahead(request, portfolio, form),
    }
    status = 200 if form.is_valid() else 422
    return render(request, "portfolios/actions/page.html", context, status=status)


def _ahead(request: AuthenticatedRequest, portfolio: Portfolio, form: AsofForm) -> dict[str, Any]:
    """The panels of the pattern; none before the first pack, when nothing says which day it is."""
    asked = form.cleaned_data if form.is_valid() else {}
    try:
        done = execute(
            user=request.user,
            pattern_id=AHEAD,
            inputs={"portfolio_id": str(portfolio.pk)},
            asof=asked.get("asof"),
            pack_id=asked.get("pack") or None,
            correlation_id=request.correlation_id,
        )
    except PackNotFound:
        if asked.get("asof") or asked.get("pack"):
            raise
        return {"provenance": None}
    return {
        "panels": panels(AHEAD, done.run),
        "run": done.run,
        "asof_date": done.context.asof_date,
        "provenance": provenance(done.context),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action(request: AuthenticatedRequest, portfolio_id: UUID, action_id: UUID) -> HttpResponse:
    """One proposal: its terms, what it would change, and the button that posts it."""
    portfolio = resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    proposal = proposal_of(portfolio, action_id, today=_today())
    if proposal is None:
        raise ActionNotProposed(action_id)
    form = TermsForm(proposal, request.POST or None)
    context: dict[str, Any] = {"portfolio": portfolio, "proposal": proposal, "form": form}
    if proposal.is_due:
        done = _posted_or_previewed(request, portfolio, proposal, form, context)
        if done is not None:
            return done
    context |= {
        "provenance": provenance_now(portfolio),
        "can_write": True,
        "can_manage": has(request.user, Permission.MANAGE_PORTFOLIOS),
        "reason_form": ReasonForm(),
    }
    status = 422 if form.errors or "refused" in context else 200
    return render(request, "portfolios/action/page.html", context, status=status)


@login_required
@require_POST
def dismiss(request: AuthenticatedRequest, portfolio_id: UUID, action_id: UUID) -> HttpResponse:
    """Propose it no more; the reason is kept."""
    portfolio = resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say why it is dismissed.")
        return redirect("portfolios:action", portfolio.pk, action_id)
    dismiss_action(
        portfolio_id=portfolio.pk,
        action_id=action_id,
        by=request.user,
        reason=form.cleaned_data["reason"],
        today=_today(),
    )
    messages.success(request, "Dismissed. It stays in the list below and can be proposed again.")
    return redirect(INBOX, portfolio.pk)


@login_required
@require_POST
def reopen(request: AuthenticatedRequest, portfolio_id: UUID, action_id: UUID) -> HttpResponse:
    """Take a decision back: its entries are reversed, and it is proposed again."""
    portfolio = resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    undone = reopen_action(
        portfolio_id=portfolio.pk,
        action_id=action_id,
        by=request.user,
        reason="Corporate action taken back",
    )
    said = "" if undone is None else f"Reversed by entry {undone.last_seq}. "
    messages.success(request, f"{said}It is proposed again.")
    return redirect(INBOX, portfolio.pk)


def _posted_or_previewed(
    request: AuthenticatedRequest,
    portfolio: Portfolio,
    proposal: Proposal,
    form: TermsForm,
    context: dict[str, Any],
) -> HttpResponse | None:
    """The answer once it is posted; until then the context gains what posting would change."""
    if form.is_bound and not form.is_valid():
        return None
    terms = form.terms() if form.is_bound else _expected(proposal)
    if terms is None:
        return None

    def post() -> Appended:
        return confirm_action(
            portfolio_id=portfolio.pk,
            action_id=proposal.action.pk,
            terms=terms,
            by=request.user,
            today=_today(),
        )

    try:
        if "write" in request.POST:
            done = write_previewed(
                portfolio.pk, request.POST.get("previewed", ""), terms, post, by=request.user
            )
            messages.success(request, f"Posted as {_entries(done)}.")
            return redirect(INBOX, portfolio.pk)
        if "everywhere" in request.POST:
            return _post_everywhere(request, portfolio, proposal, terms)
    except PreviewOutdated as outdated:
        context["outdated"] = outdated
    except EntriesRefused as refused:
        context["refused"] = refused
        return None
    try:
        context["effect"] = rehearse(portfolio.pk, post, by=request.user)
        context["token"] = preview_token(portfolio.pk, terms)
    except EntriesRefused as refused:
        context["refused"] = refused
    return None


def _post_everywhere(
    request: AuthenticatedRequest, portfolio: Portfolio, proposal: Proposal, terms: Terms
) -> HttpResponse:
    done = confirm_everywhere(
        action_id=proposal.action.pk, terms=terms, by=request.user, today=_today()
    )
    for other, written in done.posted:
        messages.success(request, f"{other.name}: posted as {_entries(written)}.")
    for other, why in done.refused:
        messages.error(request, f"{other.name}: {why}")
    return redirect(INBOX, portfolio.pk)


def _expected(proposal: Proposal) -> Terms | None:
    """The terms of a form that nobody has touched; None while it leaves something open."""
    blank = TermsForm(proposal)
    form = TermsForm(proposal, {field.html_name: field.value() or "" for field in blank})
    return form.terms() if form.is_valid() else None


def _entries(done: Appended) -> str:
    if done.first_seq == done.last_seq:
        return f"entry {done.last_seq}"
    return f"entries {done.first_seq} to {done.last_seq}"


def _today() -> date:
    return datetime.now(tz=UTC).date()
