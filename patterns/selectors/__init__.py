"""Questions about answers, agents and the patterns of the house."""

from patterns.selectors.agents import AgentRow, agents, known_breakers
from patterns.selectors.answered import (
    complete_run,
    recent_runs,
    result_of,
    run_by_id,
    step_result,
    step_results,
)
from patterns.selectors.old import Old, old_answers
from patterns.selectors.uploaded import kept_version, sync_library, uploads

__all__ = [
    "AgentRow",
    "Old",
    "agents",
    "complete_run",
    "kept_version",
    "known_breakers",
    "old_answers",
    "recent_runs",
    "result_of",
    "run_by_id",
    "step_result",
    "step_results",
    "sync_library",
    "uploads",
]
