"""What a form offers where a pattern asks for a portfolio, a security or a benchmark."""

from __future__ import annotations

from uuid import UUID

from accounts.identity import seen_by
from accounts.models import User
from market.models import Security
from market.selectors.benchmarks import benchmark_definitions
from portfolios.models import Transaction
from portfolios.selectors.access import portfolio_names

Choices = list[tuple[str, str]]


def portfolio_choices(user: User) -> Choices:
    """The portfolios that the user may see, by name."""
    return [(str(pk), name) for pk, name, _ in portfolio_names(user)]


def security_choices(user: User, portfolio_id: UUID) -> Choices:
    """The securities that the portfolio's ledger names, by symbol; none of a foreign one."""
    with seen_by(user.pk):
        named = Transaction.objects.filter(portfolio=portfolio_id, security__isnull=False)
        found = Security.objects.filter(pk__in=named.values("security_id")).order_by("symbol")
        return [(str(one.pk), f"{one.symbol}, {one.name}") for one in found]


def benchmark_choices() -> Choices:
    return [(str(one.id), one.name) for one in benchmark_definitions()]
