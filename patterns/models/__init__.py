"""What is kept of runs, of steps and of agents, and the patterns of the house."""

from patterns.models.breaker import BreakerState
from patterns.models.cancellation import RunCancellation
from patterns.models.installed import InstalledPattern
from patterns.models.run import PatternRun
from patterns.models.step import StepResult
from patterns.models.uploaded import UploadedPattern

__all__ = [
    "BreakerState",
    "InstalledPattern",
    "PatternRun",
    "RunCancellation",
    "StepResult",
    "UploadedPattern",
]
