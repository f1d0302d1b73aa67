"""A key that a person gives to a program of theirs."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models.user import User
from accounts.scopes import Scope, Scopes

SCOPES_ONCE = r"^(read|write:trades|manage)( (read|write:trades|manage)){0,2}$"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def of(self, user: User) -> "ApiTokenQuerySet":
        return self.filter(user=user)

    def standing(self) -> "ApiTokenQuerySet":
        """Neither revoked nor expired."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())


class ApiToken(models.Model):
    """Only the digest is kept: 256 random bits need no slow hash, and nobody reads them back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, help_text="Its beginning, to know it by.")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token.")
    scopes = models.CharField(max_length=40, help_text="Words, as in OAuth.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(
        null=True, blank=True, help_text="The day alone, so that one write a day tells it."
    )

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        db_table = "accounts_apitoken"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="accounts_apitoken_span"
            ),
            models.CheckConstraint(
                condition=Q(scopes__regex=SCOPES_ONCE), name="accounts_apitoken_scopes_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.prefix}… {self.name}"

    @property
    def granted(self) -> Scopes:
        return frozenset(Scope(word) for word in self.scopes.split())

    @property
    def state(self) -> str:
        """standing, revoked or expired."""
        if self.revoked_at is not None:
            return "revoked"
        return "standing" if self.expires_at > timezone.now() else "expired"
