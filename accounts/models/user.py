"""Who may log in, and what the role allows."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.identity import as_service


class Role(models.TextChoices):
    VIEWER = "VIEWER"
    USER = "USER"
    MANAGER = "MANAGER"
    ADMIN = "ADMIN"


class UserQuerySet(models.QuerySet["User"]):
    def by_email(self, email: str) -> "UserQuerySet":
        """The database folds both sides, as its unique index does: Python's rules differ."""
        return self.alias(email_folded=Lower("email")).filter(email_folded=Lower(Value(email)))

    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.by_email(username or "").get()

    def create_user(
        self,
        email: str,
        password: str | None = None,
        *,
        role: str = Role.USER,
        **fields: Any,
    ) -> "User":
        """The row alone; `accounts.services.create_user` also audits."""
        user = self.model(email=self.normalize_email(email).strip(), role=role, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """What `manage.py createsuperuser` calls."""
        with as_service("createsuperuser"):
            return self.create_user(email, password, role=Role.ADMIN, **fields)


class User(AbstractBaseUser):
    """A person.

    Permissions come from `role` alone (`accounts.permissions`), so Django's groups, which would
    answer the same question a second time, are left out. There is no `last_login`: the audit
    trail knows every login, and a column would need a write before an identity exists.
    """

    last_login = None  # see above: removes the inherited column

    # `unique` besides the folded constraint below: Django's own check of USERNAME_FIELD asks.
    email = models.EmailField(max_length=254, unique=True)
    display_name = models.CharField(max_length=120, blank=True, default="")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.USER)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    locale = models.CharField(
        "numbers and dates",
        max_length=16,
        blank=True,
        default="",
        help_text="How numbers and dates are written on pages: a language tag such as de-CH, or "
        "nothing for what the browser says.",
    )
    token_version = models.PositiveIntegerField(
        default=0, help_text="Every token carries the version it was issued under."
    )

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "accounts_user"
        ordering: ClassVar = ["email"]
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_folded"),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="accounts_user_role_known"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.email

    @property
    def is_staff(self) -> bool:
        """Django's admin opens for the ADMIN role only."""
        return self.is_active and self.role == Role.ADMIN

    @property
    def is_superuser(self) -> bool:
        return self.is_staff

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        return self.is_staff

    def has_perms(self, perm_list: Iterable[str], obj: object | None = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff
