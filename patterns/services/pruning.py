"""Forgetting stored answers. Nothing is lost that cannot be computed again, to the byte."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models.functions import Now

from patterns.models import PatternRun, RunCancellation, StepResult

CANCELLED_FOR = timedelta(days=1)


def forget_runs(run_ids: Sequence[UUID]) -> int:
    return PatternRun.objects.filter(pk__in=run_ids).delete()[0]


def forget_steps(keys: Sequence[str]) -> int:
    return StepResult.objects.filter(pk__in=keys).delete()[0]


def forget_cancellations() -> int:
    """Tickets of runs that have long ended."""
    return RunCancellation.objects.filter(asked_at__lt=Now() - CANCELLED_FOR).delete()[0]
