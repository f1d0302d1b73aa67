"""Answers that were given to requests with an idempotency key."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.user import User


class IdempotencyKey(models.Model):
    """One request that was answered, and its answer, for whoever sends it again.

    Written in the transaction of the effect, so there is never one without the other.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="idempotency_keys")
    key = models.CharField(max_length=255)
    request = models.CharField(max_length=300, help_text="Method and path, for people.")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of all that was sent.")
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=100, blank=True, default="")
    answer = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        db_table = "accounts_idempotencykey"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="accounts_idempotencykey_once"),
            models.CheckConstraint(
                condition=Q(status__gte=200, status__lt=500),
                name="accounts_idempotencykey_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.request} {self.status}"
