"""One answered question, as it was answered."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q


class PatternRunQuerySet(models.QuerySet["PatternRun"]):
    def complete(self) -> Self:
        return self.filter(state=PatternRun.State.COMPLETE)

    def of_hash(self, run_hash: str) -> Self:
        return self.filter(run_hash=run_hash)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")


class PatternRun(models.Model):
    """A run with its result, its trace and the ingredients that determined it.

    A null portfolio means a public run. The foreign key and the row-level policy on
    `portfolio_id` are created by the app that owns portfolios.
    """

    class State(models.TextChoices):
        COMPLETE = "complete", "Complete"
        PARTIAL = "partial", "Partial"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pattern_id = models.CharField(max_length=64)
    pattern_version = models.CharField(max_length=32)
    inputs = models.JSONField()
    portfolio_id = models.UUIDField(null=True)
    user_id = models.BigIntegerField(null=True)
    pack_id = models.CharField(max_length=64, null=True)
    pack_hash = models.CharField(max_length=64, null=True)
    history_hash = models.CharField(max_length=64, null=True)
    market_head = models.BigIntegerField(null=True)
    ledger_commit_hash = models.CharField(max_length=64, null=True)
    settings_hash = models.CharField(max_length=64, null=True)
    asof_date = models.DateField(null=True)
    run_hash = models.CharField(max_length=64)
    result_text = models.TextField()  # canonical JSON, to the byte
    result_hash = models.CharField(max_length=64)
    trace = models.JSONField()
    errors = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State)
    engine_version = models.CharField(max_length=16)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PatternRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run_hash"],
                condition=Q(state="complete"),
                name="patterns_one_complete_run_per_hash",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["complete", "partial", "failed"]),
                name="patterns_run_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="complete") | Q(errors=[]),
                name="patterns_complete_run_has_no_errors",
            ),
        ]
        indexes = [
            models.Index(fields=["portfolio_id", "-created_at"], name="patterns_run_by_portfolio"),
        ]

    def __str__(self) -> str:
        return f"{self.pattern_id} {self.run_hash[:12]}"
