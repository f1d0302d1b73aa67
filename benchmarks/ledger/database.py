"""A database for one measurement, on the embedded server with its durability on; then dropped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from accounts.identity import as_service
from accounts.models import Membership, User
from benchmarks.ledger.trades import SECURITIES, currency_of, symbol_of
from market.models import Security
from portfolios.models import Portfolio


@contextmanager
def fresh_database() -> Iterator[None]:
    """Migrated and empty. The demo's own database is not touched."""
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def portfolio_of_accounts() -> tuple[Portfolio, User]:
    """A portfolio in USD whose accounts have lots of their own, and the securities it trades."""
    with as_service("benchmark"):
        owner = User.objects.create_user(
            email="bench@example.org", password="a long one for a benchmark", role="MANAGER"
        )
        portfolio = Portfolio.objects.create(
            name="Benchmark", base_currency="USD", owner=owner, lot_scope="account"
        )
        Membership.objects.create(user=owner, portfolio_id=portfolio.pk, role="owner")
        Security.objects.bulk_create(
            Security(
                symbol=symbol_of(number),
                name=f"Security {number}",
                exchange="XNYS",
                currency=currency_of(number),
                dividend_currency=currency_of(number),
            )
            for number in range(SECURITIES)
        )
    return portfolio, owner
