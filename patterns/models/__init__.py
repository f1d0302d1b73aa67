"""What is kept of every run, every step's result under its own hash, and how agents fare."""

from patterns.models.breaker import BreakerState
from patterns.models.run import PatternRun
from patterns.models.step import StepResult

__all__ = ["BreakerState", "PatternRun", "StepResult"]
