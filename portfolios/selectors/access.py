"""Which portfolios a user may open. A foreign one is answered like one that does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from accounts.identity import as_user, seen_by
from accounts.models import Membership, User
from accounts.permissions import Permission, has, has_on, require, require_on
from accounts.services import record
from portfolios.exceptions import PortfolioNotFound
from portfolios.models import Portfolio, Transaction

# What every page and every entry asks first: the ORM needs longer to write it down than PostgreSQL
# to answer.
OPENED = """
    SELECT portfolio.*, opened.user_id AS opened_to, opened.role AS opened_as
    FROM portfolios_portfolio portfolio
    JOIN accounts_membership opened
        ON opened.portfolio_id = portfolio.id AND opened.user_id = %s
    WHERE portfolio.id = %s
"""
# Right and lock in one; what the lock guards is asked for after it, as this statement sees the
# ledger from before it waited.
LOCKED = f"{OPENED} FOR UPDATE OF portfolio"
NAMES = """
    SELECT portfolio.id, portfolio.name, portfolio.base_currency
    FROM portfolios_portfolio portfolio
    JOIN accounts_membership membership ON membership.portfolio_id = portfolio.id
    WHERE membership.user_id = %s
    ORDER BY portfolio.name, portfolio.id LIMIT %s
"""


def visible_portfolios(user: User) -> QuerySet[Portfolio]:
    """All portfolios opened to a user, by name."""
    opened = Membership.objects.of(user).values("portfolio_id")
    return Portfolio.objects.filter(pk__in=opened)


def portfolio_names(user: User, most: int | None = None) -> list[tuple[UUID, str, str]]:
    """Id, name and base currency of the portfolios opened to a user, by name: all, or so many."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES, [user.pk, most])
        return cursor.fetchall()


def membership_role(user: User, portfolio_id: UUID) -> str | None:
    """owner, editor or viewer; None for a stranger."""
    with seen_by(user.pk):
        membership = Membership.objects.of(user).filter(portfolio_id=portfolio_id).first()
    return None if membership is None else membership.role


def role_on(user: User, portfolio: Portfolio) -> str | None:
    """`membership_role`, without asking again where `resolve_portfolio` has found it."""
    if portfolio.opened_to == user.pk:
        return portfolio.opened_as
    return membership_role(user, portfolio.pk)


def resolve_portfolio(
    user: User, portfolio_id: UUID | str, permission: Permission = Permission.READ_PORTFOLIOS
) -> Portfolio:
    """The portfolio, if role and membership both allow `permission` on it.

    Raises PortfolioNotFound, the same for foreign, unknown and malformed ids, and writes every
    such attempt to the audit trail; PermissionDenied for one that is visible.
    """
    with seen_by(user.pk):
        portfolio = _permitted(user, portfolio_id, permission)
    if portfolio is None:
        raise _not_found(user, portfolio_id)
    return portfolio


@contextmanager
def opened(user: User, portfolio_id: UUID, permission: Permission) -> Iterator[Portfolio]:
    """`resolve_portfolio`, and as the user what is done with it, in one transaction, which holds
    the portfolio's lock. It raises the same, and an attempt is in the audit trail although nothing
    else is written."""
    with as_user(user.pk):
        portfolio = _locked(user, portfolio_id, permission)
        if portfolio is not None:
            yield portfolio
            return
    raise _not_found(user, portfolio_id)


def _locked(user: User, portfolio_id: UUID, permission: Permission) -> Portfolio | None:
    """`_permitted`, with the row locked. Whoever may not write is told why without a lock."""
    if has(user, permission):
        found = next(iter(Portfolio.objects.raw(LOCKED, [user.pk, portfolio_id])), None)
        if found is not None and has_on(user, found.opened_as, permission):
            return found
    seen = _permitted(user, portfolio_id, permission)
    return None if seen is None else Portfolio.objects.select_for_update().get(pk=seen.pk)


def _permitted(user: User, portfolio_id: UUID | str, permission: Permission) -> Portfolio | None:
    """The portfolio, None if the user does not see it. Raises PermissionDenied."""
    portfolio, role = _visible(user, _as_uuid(portfolio_id))
    if portfolio is None:
        return None
    if permission is Permission.READ_PORTFOLIOS:
        require(user, permission)
    else:
        require_on(user, role, permission)
    return portfolio


def _not_found(user: User, portfolio_id: UUID | str) -> PortfolioNotFound:
    """What to raise, after the attempt was written to the audit trail."""
    with as_user(user.pk):
        record(
            action="portfolio_not_found",
            by=user,
            resource_type="portfolio",
            resource_id=ascii(str(portfolio_id))[1:-1][:64],  # storable, whatever was sent
        )
    return PortfolioNotFound()


def _visible(user: User, portfolio_id: UUID | None) -> tuple[Portfolio | None, str | None]:
    """The portfolio and what its membership calls the user; nothing of a foreign one."""
    if portfolio_id is None:
        return None, None
    found = next(iter(Portfolio.objects.raw(OPENED, [user.pk, portfolio_id])), None)
    return (None, None) if found is None else (found, found.opened_as)


def portfolio_ids_priced_by(policy: str) -> list[UUID]:
    """All portfolios whose figures stand on a policy's packs, in a fixed order."""
    found = Portfolio.objects.filter(pricing_policy=policy).order_by("pk")
    return list(found.values_list("pk", flat=True))


def portfolio_ids_holding(security_id: UUID, policy: str) -> list[UUID]:
    """All portfolios of a policy whose ledger names the security, in the same order."""
    found = Portfolio.objects.filter(pricing_policy=policy).order_by("pk")
    named = Transaction.objects.filter(security=security_id, portfolio=OuterRef("pk"))
    return list(found.filter(Exists(named)).values_list("pk", flat=True))


def _as_uuid(text: UUID | str) -> UUID | None:
    try:
        return text if isinstance(text, UUID) else UUID(text)
    except ValueError:
        return None
