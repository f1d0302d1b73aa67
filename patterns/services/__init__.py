"""What the runner keeps in the database, and how its processes wait for each other."""

from patterns.services.breakers import DatabaseBreakers, reset_breaker
from patterns.services.installing import keep_installed
from patterns.services.onlookers import Onlooker, cancel_run, step_reached, ticket_of
from patterns.services.pruning import forget_cancellations, forget_runs, forget_steps
from patterns.services.storing import DatabaseStore, record_run, record_steps
from patterns.services.uploads import serve_version, upload_pattern, withdraw_pattern

__all__ = [
    "DatabaseBreakers",
    "DatabaseStore",
    "Onlooker",
    "cancel_run",
    "forget_cancellations",
    "forget_runs",
    "forget_steps",
    "keep_installed",
    "record_run",
    "record_steps",
    "reset_breaker",
    "serve_version",
    "step_reached",
    "ticket_of",
    "upload_pattern",
    "withdraw_pattern",
]
