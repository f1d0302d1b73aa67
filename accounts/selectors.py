"""Questions about users, memberships and the audit trail. The policies answer for the identity:
a user learns of themselves, the service of everyone."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from accounts.identity import as_service
from accounts.models import ApiToken, AuditEvent, Membership, User
from accounts.models.user import UserQuerySet


@dataclass(frozen=True)
class Seen:
    """One line of somebody's own history."""

    at: datetime
    action: str
    ip: str | None

    @property
    def words(self) -> str:
        return self.action.replace("_", " ").capitalize()


def membership_role(user: User, portfolio_id: UUID) -> str | None:
    """owner, editor, viewer, or None where the portfolio is closed to the user."""
    roles = Membership.objects.of(user).filter(portfolio_id=portfolio_id)
    return roles.values_list("role", flat=True).first()


def membership_roles(user: User) -> dict[UUID, str]:
    """Every portfolio open to the user, and how far."""
    return dict(Membership.objects.of(user).values_list("portfolio_id", "role"))


class _Authors(UserQuerySet):
    """Read by the service: a user's row is their own, and a join to it would hide what others
    wrote."""

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            with as_service("who wrote what a reader may see"):
                super()._fetch_all()


def authors() -> UserQuerySet:
    """Users by name alone, to be prefetched: whoever may read an entry may read who wrote it."""
    return _Authors(User).only("email", "display_name")


def user_by_email(email: str) -> User | None:
    return User.objects.by_email(email).first()


def recent_activity(user: User, limit: int = 10) -> list[Seen]:
    """What the user did lately, newest first."""
    events = AuditEvent.objects.by_actor(user).newest_first()[:limit]
    return [Seen(event.at, event.action, event.ip) for event in events]


def api_tokens(user: User) -> list[ApiToken]:
    """The user's tokens, those that count first, then the newest first."""
    rows = ApiToken.objects.of(user).order_by("-created_at")
    return sorted(rows, key=lambda token: token.state != "standing")


@dataclass(frozen=True)
class AuditFilter:
    """Which events to show; days are UTC, `before` is the last event that was shown."""

    action: str = ""
    actor: str = ""
    portfolio_id: UUID | None = None
    resource_id: str = ""
    start: date | None = None
    end: date | None = None
    before: UUID | None = None


def audit_stretch(wanted: AuditFilter, limit: int = 100) -> tuple[list[AuditEvent], UUID | None]:
    """Events of everybody, the newest first, and where the next stretch begins. Asked as the
    service: whoever calls it has asked for the right and has left a trace."""
    with as_service("the audit trail for an administrator"):
        rows = AuditEvent.objects.select_related("actor").filter(_wanted(wanted))
        last = wanted.before and AuditEvent.objects.filter(pk=wanted.before).first()
        if last:
            rows = rows.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
        found = list(rows.newest_first()[: limit + 1])
    more = len(found) > limit
    return found[:limit], found[limit - 1].pk if more else None


def _wanted(wanted: AuditFilter) -> Q:
    asked = {
        "action": wanted.action,
        "actor__email__iexact": wanted.actor,
        "portfolio_id": wanted.portfolio_id,
        "resource_id": wanted.resource_id,
        "at__date__gte": wanted.start,
        "at__date__lte": wanted.end,
    }
    return Q(**{name: value for name, value in asked.items() if value})
