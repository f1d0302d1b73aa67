"""What a reader may look for by name."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.db import connection

from accounts.models import User

MOST = 2_000  # what a list filtered in the browser can carry

HELD = """
    SELECT DISTINCT portfolio.id, portfolio.name, security.id, security.symbol, security.name
    FROM accounts_membership membership
    JOIN portfolios_portfolio portfolio ON portfolio.id = membership.portfolio_id
    JOIN portfolios_lot lot ON lot.portfolio_id = portfolio.id AND lot.is_open
    JOIN market_security security ON security.id = lot.security_id
    WHERE membership.user_id = %s
    ORDER BY security.symbol, portfolio.name, security.id
    LIMIT %s
"""


class HeldListing(NamedTuple):
    portfolio_id: UUID
    portfolio: str
    security_id: UUID
    symbol: str
    name: str


def held_listings(user: User) -> list[HeldListing]:
    """Every holding of the portfolios that are open to a user, by symbol."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [user.pk, MOST])
        return [HeldListing(*row) for row in cursor.fetchall()]
