"""A run of a page that may be asked for in another currency, and the switch that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from accounts.http import AuthenticatedRequest
from patterns.context import Context
from patterns.exceptions import InputsInvalid
from portfolios.models import Portfolio
from portfolios.selectors.reporting import reporting_currencies
from portfolios.services.runs import Execution, execute


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

    A currency that the pack has no rate to is a mistake of the form, and the answer is in the
    base currency then: the page says so and shows what there is.
    """
    asked = form.cleaned_data if form.is_valid() else {}
    currency = asked.get("currency") or ""
    told = {} if currency in {"", portfolio.base_currency} else {"currency": currency}
    try:
        return _executed(request, portfolio, pattern_id, asked, {**inputs, **told})
    except InputsInvalid as error:
        if not told or [one["field"] for one in error.details["errors"]] != ["currency"]:
            raise
        (mistake,) = error.details["errors"]
        form.add_error("currency", f"{mistake['message']} {mistake['remedy']}")
        return _executed(request, portfolio, pattern_id, asked, inputs)


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
) -> Execution:
    return execute(
        user=request.user,
        pattern_id=pattern_id,
        inputs={"portfolio_id": str(portfolio.pk), **inputs},
        asof=asked.get("asof"),
        pack_id=asked.get("pack") or None,
        correlation_id=request.correlation_id,
    )
