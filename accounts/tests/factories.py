"""One factory per model."""

from typing import Any
from uuid import UUID

from django.apps import apps
from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.models import AuditEvent, Membership, User

PASSWORD = "correct horse battery staple"


class UserFactory(DjangoModelFactory[User]):
    """Logs in with PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = Sequence(lambda n: f"person{n}@example.org")
    display_name = "A person"
    role = "USER"

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return User.objects.create_user(*args, **({"password": PASSWORD} | kwargs))


def make_portfolio(owner: User, name: str = "A portfolio") -> UUID:
    """A row for memberships to point at. From the registry: imports may not point upwards."""
    portfolio = apps.get_model("portfolios", "Portfolio")
    created: UUID = portfolio._default_manager.create(
        name=name, base_currency="USD", owner=owner
    ).pk
    return created


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = SubFactory(UserFactory)
    portfolio_id = LazyAttribute(lambda made: make_portfolio(made.user))
    role = "owner"


class AuditEventFactory(DjangoModelFactory[AuditEvent]):
    class Meta:
        model = AuditEvent

    actor = SubFactory(UserFactory)
    action = "login_success"
