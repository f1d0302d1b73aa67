"""Questions about users, memberships and the audit trail. The policies answer for the identity:
a user learns of themselves, the service of everyone."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import ApiToken, AuditEvent, Membership, User


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
