"""What is done to users."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone

from accounts.exceptions import AccountInvalid
from accounts.identity import as_service
from accounts.models import ApiToken, RefreshFamily, User
from accounts.models.user import Role
from accounts.services.audit import record


def create_user(
    *,
    email: str,
    password: str | None,
    by: User | None,
    role: str = Role.USER,
    display_name: str = "",
) -> User:
    """`password=None` makes a user who cannot log in yet; `by=None` is the system itself.

    Raises AccountInvalid for an email that is malformed or taken, an unknown role, a weak
    password.
    """
    with as_service("create a user"):
        _refuse_mistakes(User(email=email.strip(), display_name=display_name, role=role), password)
        user = User.objects.create_user(email, password, role=role, display_name=display_name)
        record(
            action="user_registered",
            by=by,
            resource_type="user",
            resource_id=user.pk,
            details={"role": role},
        )
    return user


def change_password(*, user: User, new_password: str, by: User) -> None:
    """Every session and every token of the user, API tokens included, ends with the old one."""
    user.set_password(new_password)
    with as_service("change a password"):
        User.objects.filter(pk=user.pk).update(password=user.password)
        end_tokens(user=user)
        end_api_tokens(user=user)
        record(action="password_changed", by=by, resource_type="user", resource_id=user.pk)


def deactivate(*, user: User, by: User | None) -> None:
    """Refuses the next request of every session and every token."""
    with as_service("deactivate a user"):
        User.objects.filter(pk=user.pk).update(is_active=False)
        end_tokens(user=user)
        end_api_tokens(user=user)
        record(action="user_deactivated", by=by, resource_type="user", resource_id=user.pk)
    user.is_active = False


def end_tokens(*, user: User) -> None:
    """One number moves on, and no token issued before it is honoured any more."""
    with as_service("end tokens"):
        User.objects.filter(pk=user.pk).update(token_version=F("token_version") + 1)
        RefreshFamily.objects.filter(user=user).delete()
        user.refresh_from_db(fields=["token_version"])


def end_api_tokens(*, user: User) -> None:
    """A logout leaves them alone: they are programs' and not a person's at a screen."""
    with as_service("end API tokens"):
        ApiToken.objects.of(user).standing().update(revoked_at=timezone.now())


def set_profile(*, user: User, display_name: str, locale: str) -> None:
    """What users say of themselves: their name, and how pages write numbers and dates to them; a
    locale of "" is as the browser says."""
    user.display_name, user.locale = display_name.strip(), locale
    user.save(update_fields=["display_name", "locale"])


def _refuse_mistakes(user: User, password: str | None) -> None:
    """All mistakes together, by field."""
    mistakes: dict[str, Any] = {}
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        mistakes |= error.message_dict
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            mistakes["password"] = error.messages
    if mistakes:
        raise AccountInvalid(
            "The account cannot be created.",
            details={
                "reason": "account_invalid",
                "errors": [
                    {"column": field, "message": message}
                    for field, messages in mistakes.items()
                    for message in messages
                ],
            },
        )
