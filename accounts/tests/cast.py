"""The permanent cast, and a portfolio for them to share.

alice        owns it; role MANAGER
bob          may edit it; role USER
bob_viewer   may look at it; role USER, so that the membership is what holds him back
charlie      a stranger; role USER
"""

from uuid import UUID

from accounts.models import Membership, User
from accounts.tests.factories import UserFactory


def make_alice() -> User:
    return UserFactory.create(email="alice@example.org", display_name="Alice", role="MANAGER")


def make_bob() -> User:
    return UserFactory.create(email="bob@example.org", display_name="Bob")


def make_bob_viewer() -> User:
    return UserFactory.create(email="bob.viewer@example.org", display_name="Bob the viewer")


def make_charlie() -> User:
    return UserFactory.create(email="charlie@example.org", display_name="Charlie")


def open_to_cast(portfolio_id: UUID, *, alice: User, bob: User, bob_viewer: User) -> UUID:
    """Memberships as the cast's list says; charlie gets none."""
    for user, role in ((alice, "owner"), (bob, "editor"), (bob_viewer, "viewer")):
        Membership.objects.update_or_create(
            user=user, portfolio_id=portfolio_id, defaults={"role": role}
        )
    return portfolio_id
