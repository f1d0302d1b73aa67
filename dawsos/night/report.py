"""What a night came to, for programs and pages."""

from __future__ import annotations

from typing import Any

from accounts.identity import as_service
from dawsos.models import NightlyRun, StageFailure, StageRun
from dawsos.night import chunks
from dawsos.night.clock import seconds


def chunks_done(stage: StageRun) -> tuple[int, int]:
    """How many of a stage's chunks have ended, and how many there are."""
    with as_service("night"):
        counted = chunks.counted(stage)
    return counted.finished, counted.total


def summary(run: NightlyRun) -> dict[str, Any]:
    """The night as data: what a program that started it wants to know."""
    with as_service("night"):
        stages = list(run.stages.all())
        failures = list(StageFailure.objects.filter(stage_run__run=run).select_related("stage_run"))
    return {
        "asof_date": run.asof_date.isoformat(),
        "policy": run.policy,
        "state": run.state,
        "pack_id": run.pack_id,
        "stages": [
            {
                "stage": stage.stage,
                "state": stage.state,
                "attempts": stage.attempts,
                "seconds": round(seconds(stage), 3),
                "counts": stage.counts,
                "message": stage.message,
            }
            for stage in stages
        ],
        "failures": [
            {
                "stage": failure.stage_run.stage,
                "portfolio_id": str(failure.portfolio_id),
                "code": failure.code,
                "message": failure.message,
            }
            for failure in failures
        ],
    }
