"""Which portfolio a command means, and on whose behalf it acts."""

from __future__ import annotations

from uuid import UUID

from django.core.management.base import CommandError

from accounts.identity import as_service
from accounts.models import User
from portfolios.models import Portfolio


def portfolio_named(text: str) -> Portfolio:
    """A portfolio by id or by name. A name that several have must be given as an id."""
    with as_service("command line: choose a portfolio"):
        found = list(_candidates(text))
    if len(found) > 1:
        ids = ", ".join(str(portfolio.pk) for portfolio in found)
        raise CommandError(f"Several portfolios are called {text!r}. Give one of the ids: {ids}.")
    if not found:
        raise CommandError(f"There is no portfolio {text!r}.")
    return found[0]


def chosen_portfolios(text: str | None) -> list[Portfolio]:
    """The one that is named, else all, in a fixed order."""
    if text is not None:
        return [portfolio_named(text)]
    with as_service("command line: all portfolios"):
        return list(Portfolio.objects.select_related("owner").order_by("name", "pk"))


def acting_user(email: str | None, portfolio: Portfolio) -> User:
    """Whoever is named, else the portfolio's owner: every entry has an actor."""
    return portfolio.owner if email is None else active_user(email)


def active_user(email: str) -> User:
    with as_service("command line: choose a user"):
        user = User.objects.by_email(email).active().first()
    if user is None:
        raise CommandError(f"There is no active user {email!r}.")
    return user


def _candidates(text: str) -> list[Portfolio]:
    portfolios = Portfolio.objects.select_related("owner").order_by("pk")
    try:
        by_id = list(portfolios.filter(pk=UUID(text)))
    except ValueError:
        by_id = []
    return by_id or list(portfolios.filter(name=text))
