"""Wake-up calls. PostgreSQL owns what must happen; a message lost or doubled changes nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.dispatch import receiver

from accounts.identity import as_service
from portfolios.services.history import catch_up_history
from portfolios.signals import history_behind


@shared_task
def value_history(portfolio_id: str) -> int:
    """Bring a long ledger's daily values up to its head; returns the days written."""
    with as_service("daily values of a long ledger"):
        return catch_up_history(UUID(portfolio_id))


@receiver(history_behind)
def wake_worker(portfolio_id: UUID, **_: Any) -> None:
    """After the commit, where there is a worker. Without one the writer would wait for the very
    work that was put off: the night does it then, and readers value in memory until it has."""
    if not settings.CELERY_TASK_ALWAYS_EAGER:
        transaction.on_commit(lambda: value_history.delay(str(portfolio_id)))
