"""What is kept of every run, and every step's result under its own hash."""

from patterns.models.run import PatternRun
from patterns.models.step import StepResult

__all__ = ["PatternRun", "StepResult"]
