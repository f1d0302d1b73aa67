"""How long a stage took, by the database's clock."""

from __future__ import annotations

from dawsos.models import StageRun


def seconds(stage: StageRun) -> float:
    """Seconds from claim to end; 0 for a stage that has not ended."""
    if stage.started_at is None or stage.ended_at is None:
        return 0.0
    return (stage.ended_at - stage.started_at).total_seconds()
