"""Who did what, from where: written once, never changed."""

import uuid
from typing import ClassVar

from django.db import models

from accounts.models.user import User


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def by_actor(self, user: User) -> "AuditEventQuerySet":
        return self.filter(actor=user)

    def newest_first(self) -> "AuditEventQuerySet":
        return self.order_by("-at", "-id")


class AuditEvent(models.Model):
    """One line of the audit trail; privileges leave the application INSERT and SELECT only.

    The key is made here, not by the database: an INSERT that returns its key must be allowed to
    read the row, and a failed login writes a row that nobody on the web may read.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # PROTECT: who acted is never forgotten. People are deactivated, not deleted.
    actor = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="audit_events",
    )
    action = models.CharField(max_length=64)
    resource_type = models.CharField(max_length=64, blank=True, default="")
    resource_id = models.CharField(max_length=255, blank=True, default="")
    portfolio_id = models.UUIDField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    correlation_id = models.CharField(max_length=64, blank=True, default="")
    ip = models.GenericIPAddressField(null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        db_table = "accounts_auditevent"
        indexes: ClassVar = [
            models.Index(fields=["actor", "-at"], name="accounts_audit_actor"),
            models.Index(fields=["portfolio_id", "-at"], name="accounts_audit_portfolio"),
            models.Index(fields=["-at"], name="accounts_audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action}"
