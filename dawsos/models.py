"""The night's memory: which chain ran for which day, and how each of its stages ended.

Rows here own what must happen; a queue message is only a wake-up call that may be lost,
late or doubled (see ``docs/night.md``).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


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
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-asof_date", "policy")
        constraints = (
            models.UniqueConstraint(fields=("asof_date", "policy"), name="night_once_per_day"),
        )

    def __str__(self) -> str:
        return f"{self.asof_date} {self.policy}"


class Leased(models.Model):
    """Work that one worker holds at a time: its lease, its fence and what it came to.

    The fence rises with every claim: a slow worker whose lease was taken over finds another
    number here and its late commit is refused.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    # Of the first attempt, so that the clock on the wall runs through all of them.
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    message = models.TextField(blank=True)

    class Meta:
        abstract = True


class StageRun(Leased):
    """One stage of a night. Once it is split, its chunks are claimed instead of itself."""

    run = models.ForeignKey(NightlyRun, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=32)
    split_at = models.DateTimeField(null=True, blank=True)

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


class StageChunk(Leased):
    """A part of a stage: some of its portfolios, in the order of their ids."""

    stage_run = models.ForeignKey(StageRun, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    portfolio_ids = ArrayField(models.UUIDField())

    class Meta:
        ordering = ("stage_run", "number")
        constraints = (
            models.UniqueConstraint(fields=("stage_run", "number"), name="chunk_once_per_stage"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(ended_at__isnull=False), name="chunk_done_has_an_end"
            ),
        )

    def __str__(self) -> str:
        return f"{self.stage_run} {self.number}"


class StageAttempt(models.Model):
    """One claim of a stage or of a chunk, and how it ended: the night's history on the wall."""

    class Result(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        LOST = "lost"
        HANDED_OVER = "handed_over", "Handed over"

    stage_run = models.ForeignKey(StageRun, on_delete=models.CASCADE, related_name="history")
    chunk = models.ForeignKey(
        StageChunk, null=True, blank=True, on_delete=models.CASCADE, related_name="history"
    )
    fence = models.PositiveIntegerField()
    worker = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=12, choices=Result, default=Result.RUNNING)
    message = models.TextField(blank=True)

    class Meta:
        ordering = ("stage_run", "started_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("stage_run", "chunk", "fence"),
                nulls_distinct=False,
                name="attempt_once_per_fence",
            ),
        )

    def __str__(self) -> str:
        return f"{self.stage_run} #{self.fence}"


class StageFailure(models.Model):
    """A portfolio that a stage could not do, and why; the others were done.

    A plain id, because a portfolio that is gone can fail too.
    """

    stage_run = models.ForeignKey(StageRun, on_delete=models.CASCADE, related_name="failures")
    portfolio_id = models.UUIDField()
    code = models.CharField(max_length=32)
    message = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("stage_run", "portfolio_id")
        constraints = (
            models.UniqueConstraint(
                fields=("stage_run", "portfolio_id"), name="failure_once_per_portfolio"
            ),
        )

    def __str__(self) -> str:
        return f"{self.stage_run}: {self.portfolio_id} {self.code}"
