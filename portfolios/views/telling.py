"""A run of a page that may be asked for in another currency, and the switch that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms

from accounts.http import AuthenticatedRequest
from patterns.context import Context
from patterns.exceptions import InputsInvalid
from portfolios.models import Portfolio
from portfolios.selectors.reporting import reporting_currencies
from portfolios.services.runs import Execution, execute, look_at
from portfolios.views.waiting import navigates, not_computed


@dataclass(frozen=True, slots=True)
class Telling:
    """The currency that figures are told in, the portfolio's own, and what else there is."""

    currency: str
    base: str
    choices: tuple[str, ...]

    @property
    def is_restated(self) -> bool:
        return self.currency != self.base


def tell(
    request: AuthenticatedRequest,
    portfolio: Portfolio,
    pattern_id: str,
    form: forms.Form,
    inputs: Mapping[str, Any],
) -> Execution:
    """The pattern as of the form's day and pack and in its currency.

    Where a browser opens the page and nobody has computed it, it is waited for (`waiting`).
    A currency that the pack has no rate to is a mistake of the form, and the answer is in the
    base currency then: the page says so and shows what there is.
    """
    ticket = request.ticket
    asked = form.cleaned_data if form.is_valid() else {}
    currency = asked.get("currency") or ""
    told = {} if currency in {"", portfolio.base_currency} else {"currency": currency}
    try:
        if ticket is None and form.is_valid() and navigates(request):
            question = _question(request, portfolio, pattern_id, asked, {**inputs, **told})
            ctx, run = look_at(**question)
            if run is None:
                switch = telling(portfolio, ctx)
                raise not_computed(request, portfolio, pattern_id, form, ctx, telling=switch)
            return Execution(run, ctx)
        return _executed(request, portfolio, pattern_id, asked, {**inputs, **told}, ticket)
    except InputsInvalid as error:
        if not told or [one["field"] for one in error.details["errors"]] != ["currency"]:
            raise
        (mistake,) = error.details["errors"]
        form.add_error("currency", f"{mistake['message']} {mistake['remedy']}")
        return _executed(request, portfolio, pattern_id, asked, inputs, ticket)


def telling(portfolio: Portfolio, ctx: Context) -> Telling:
    """What the switch of a page offers."""
    base = portfolio.base_currency
    return Telling(ctx.base_currency or base, base, reporting_currencies(ctx, base))


def _executed(
    request: AuthenticatedRequest,
    portfolio: Portfolio,
    pattern_id: str,
    asked: Mapping[str, Any],
    inputs: Mapping[str, Any],
    ticket: UUID | None,
) -> Execution:
    question = _question(request, portfolio, pattern_id, asked, inputs)
    return execute(**question, ticket=ticket)


def _question(
    request: AuthenticatedRequest,
    portfolio: Portfolio,
    pattern_id: str,
    asked: Mapping[str, Any],
    inputs: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "user": request.user,
        "pattern_id": pattern_id,
        "inputs": {"portfolio_id": str(portfolio.pk), **inputs},
        "asof": asked.get("asof"),
        "pack_id": asked.get("pack") or None,
        "correlation_id": request.correlation_id,
    }
