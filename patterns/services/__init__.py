"""What the runner keeps in the database, and how its processes wait for each other."""

from patterns.services.breakers import DatabaseBreakers, reset_breaker
from patterns.services.storing import DatabaseStore, record_run, record_steps
from patterns.services.uploads import serve_version, upload_pattern, withdraw_pattern

__all__ = [
    "DatabaseBreakers",
    "DatabaseStore",
    "record_run",
    "record_steps",
    "reset_breaker",
    "serve_version",
    "upload_pattern",
    "withdraw_pattern",
]
