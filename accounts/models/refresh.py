"""One login by token, and the only refresh token of it that still counts."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models.user import User


class RefreshFamilyQuerySet(models.QuerySet["RefreshFamily"]):
    def alive(self) -> "RefreshFamilyQuerySet":
        return self.filter(expires_at__gt=timezone.now())


class RefreshFamily(models.Model):
    """All refresh tokens that descend from one login.

    Rotation replaces `current_jti` in one conditional UPDATE, so of two racing refreshes one
    wins; a token that is not the current one was used before, and its family is deleted. No row,
    no refresh, and no access either.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="refresh_families")
    current_jti = models.CharField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    objects = RefreshFamilyQuerySet.as_manager()

    class Meta:
        db_table = "accounts_refreshfamily"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="accounts_refreshfamily_span",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.id}"
