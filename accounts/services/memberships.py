"""Opening portfolios to users, and closing them again.

Memberships decide what every policy lets through, so the web's role may read but never write
them: these verbs ask who is calling, then act as the service.
"""

from uuid import UUID

from accounts.exceptions import AccountInvalid, PermissionDenied
from accounts.identity import as_service
from accounts.models import Membership, User
from accounts.models.membership import MembershipRole
from accounts.permissions import Permission, require_on
from accounts.selectors import membership_role
from accounts.services.audit import record


def found_membership(*, user: User, portfolio_id: UUID, by: User | None) -> Membership:
    """The owner of a portfolio that is being made. Refused once it has any member."""
    with as_service("open a new portfolio to its owner"):
        if Membership.objects.filter(portfolio_id=portfolio_id).exists():
            raise PermissionDenied(
                "This portfolio already has an owner.", details={"reason": "membership"}
            )
        return _write(user, portfolio_id, MembershipRole.OWNER, by)


def grant_membership(*, user: User, portfolio_id: UUID, role: str, by: User | None) -> Membership:
    """Opens a portfolio, or changes how far it is open. `by` must own it; None is the system."""
    if role not in MembershipRole.values:
        raise AccountInvalid(
            f"There is no membership role {role!r}.",
            suggestion=f"Use one of {', '.join(MembershipRole.values)}.",
            details={"reason": "role_unknown"},
        )
    with as_service("grant a membership"):
        _require_owner(by, portfolio_id)
        keep_an_owner(user, portfolio_id, becoming=role)
        return _write(user, portfolio_id, role, by)


def revoke_membership(*, user: User, portfolio_id: UUID, by: User | None) -> bool:
    """Closes a portfolio to a user, from their next statement on. False if it was not open."""
    with as_service("revoke a membership"):
        _require_owner(by, portfolio_id)
        keep_an_owner(user, portfolio_id, becoming=None)
        deleted, _ = Membership.objects.filter(user=user, portfolio_id=portfolio_id).delete()
        if deleted:
            record(
                action="membership_revoked",
                by=by,
                resource_type="user",
                resource_id=user.pk,
                portfolio_id=portfolio_id,
            )
    return bool(deleted)


def _write(user: User, portfolio_id: UUID, role: str, by: User | None) -> Membership:
    membership, _ = Membership.objects.update_or_create(
        user=user, portfolio_id=portfolio_id, defaults={"role": role}
    )
    record(
        action="membership_granted",
        by=by,
        resource_type="user",
        resource_id=user.pk,
        portfolio_id=portfolio_id,
        details={"role": role},
    )
    return membership


def _require_owner(by: User | None, portfolio_id: UUID) -> None:
    if by is None:
        return
    require_on(by, membership_role(by, portfolio_id), Permission.MANAGE_PORTFOLIOS)


def keep_an_owner(user: User, portfolio_id: UUID, *, becoming: str | None) -> None:
    """The last owner stays one, whoever asks; `becoming` is None for a membership that ends.

    The rows are locked: two owners cannot remove each other. Raises PermissionDenied.
    """
    owners = list(
        Membership.objects.select_for_update()
        .filter(portfolio_id=portfolio_id, role=MembershipRole.OWNER)
        .values_list("user_id", flat=True)
    )
    if becoming != MembershipRole.OWNER and owners == [user.pk]:
        raise PermissionDenied(
            "This is the portfolio's last owner.",
            suggestion="Make somebody else an owner first.",
            details={"reason": "last_owner"},
        )
