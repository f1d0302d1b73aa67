"""A page whose run nobody has computed yet: its frame at once, and its panels when they are there.

A browser that opens such a page gets the places of the panels, which ask for the same address
with a ticket. By the ticket the run is looked at and cancelled. What is stored is in the first
answer, and programs, which do not navigate, never wait twice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from accounts.http import AuthenticatedRequest
from patterns import library
from patterns.context import Context
from patterns.exceptions import RunCancelled
from patterns.layout import waiting
from portfolios.models import Portfolio
from portfolios.selectors.provenance import provenance
from portfolios.views.shell import can_write

TICKET = "ticket"
View = Callable[..., HttpResponse]


class NotComputedYet(Exception):
    """Carries what the page of a run shows before there is a run."""

    def __init__(self, **context: Any) -> None:
        super().__init__()
        self.context = context


def shows_waiting(view: View) -> View:
    """A view whose run may be waited for, and cancelled."""

    @wraps(view)
    def shown(request: AuthenticatedRequest, **named: Any) -> HttpResponse:
        try:
            return view(request, **named)
        except NotComputedYet as waits:
            return render(request, "portfolios/waiting/page.html", waits.context)
        except RunCancelled as cancelled:
            context = {"cancelled": cancelled.suggestion, "again": _address(request)}
            return render(request, "portfolios/waiting/cancelled.html", context)

    return shown


def navigates(request: AuthenticatedRequest) -> bool:
    """Whether a browser opens a page, which can show how far a run is."""
    return request.headers.get("Sec-Fetch-Mode") == "navigate" and not request.htmx


def wants_part(request: AuthenticatedRequest) -> bool:
    """Whether HTMX asks for what a choice changes; with a ticket it asks for the page."""
    return bool(request.htmx) and request.headers.get("HX-Target") != "content"


def not_computed(
    request: AuthenticatedRequest,
    portfolio: Portfolio,
    pattern_id: str,
    form: forms.Form,
    ctx: Context,
    **more: Any,
) -> NotComputedYet:
    """The frame of a page: its name, its day and pack, and the places of its panels."""
    ticket, spec = uuid4(), library.get_pattern(pattern_id)
    address = request.GET.copy()
    address[TICKET] = str(ticket)
    return NotComputedYet(
        portfolio=portfolio,
        pattern=spec,
        form=form,
        ticket=ticket,
        address=f"{request.path}?{address.urlencode()}",
        panels=waiting(spec.panels),
        provenance=provenance(ctx),
        asof_date=ctx.asof_date,
        can_write=can_write(request, portfolio),
        **more,
    )


def _address(request: AuthenticatedRequest) -> str:
    asked = request.GET.urlencode()
    return f"{request.path}?{asked}" if asked else request.path
