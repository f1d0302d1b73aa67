"""How long a stage took, by the database's clock."""

from __future__ import annotations

import datetime as dt

from dawsos.models import StageRun


def seconds(stage: StageRun) -> float:
    """Seconds from claim to end; 0 for a stage that has not ended."""
    if stage.started_at is None or stage.ended_at is None:
        return 0.0
    return (stage.ended_at - stage.started_at).total_seconds()


def span(length: dt.timedelta) -> str:
    """`2 h 5 min`, `9 min 58 s`, `0.4 s`."""
    whole = length.total_seconds()
    minutes, rest = divmod(round(whole), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{whole:.1f} s"
