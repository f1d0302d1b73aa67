"""The night's memory: which chain ran for which day, and how each of its stages ended.

Rows here own what must happen; a queue message is only a wake-up call that may be lost,
late or doubled (see ``docs/night.md``).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class NightlyRun(models.Model):
    """One chain of stages for one day and one pricing policy."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    asof_date = models.DateField()
    policy = models.CharField(max_length=16)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    pack_id = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-asof_date", "policy")
        constraints = (
            models.UniqueConstraint(fields=("asof_date", "policy"), name="night_once_per_day"),
        )

    def __str__(self) -> str:
        return f"{self.asof_date} {self.policy}"


class StageRun(models.Model):
    """One stage of a night: its lease, its fencing number and what it produced."""

    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    run = models.ForeignKey(NightlyRun, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=32)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # The fence rises with every claim: a slow worker whose lease was taken over finds
    # another number here and its late commit is refused.
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    message = models.TextField(blank=True)

    class Meta:
        ordering = ("run", "position")
        constraints = (
            models.UniqueConstraint(fields=("run", "stage"), name="stage_once_per_night"),
            models.UniqueConstraint(fields=("run", "position"), name="stage_place_is_unique"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(ended_at__isnull=False), name="stage_done_has_an_end"
            ),
        )

    def __str__(self) -> str:
        return f"{self.run}: {self.stage}"
