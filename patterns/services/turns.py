"""Of those who compute the same at the same moment, one goes on and the others wait.

The lock belongs to the transaction of the request: it ends with the commit that makes the stored
run visible, or with the rollback after which the next in line computes. Nothing has to be given
back, a worker that dies holds nothing, and no second connection is needed.
"""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.db import OperationalError, connection, transaction

from patterns.exceptions import RunBusy

LOCK_NOT_AVAILABLE: Final = "55P03"
BETWEEN_LOOKS: Final = 1.0  # seconds
DEADLOCK: Final = "40P01"  # two requests that each wait for what the other computes

_TRY: Final = "SELECT pg_try_advisory_xact_lock(%s)"
_WAIT: Final = "SELECT pg_advisory_xact_lock(%s)"
_LIMIT: Final = "SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s::text, true)"


def take_turn(run_hash: str, look: Callable[[], None] | None = None) -> None:
    """Return holding the lock of a run. `look` is called now and then and may raise.

    Raises RunBusy after PATTERN_WAIT_SECONDS.
    """
    key = lock_key(run_hash)
    with connection.cursor() as cursor:
        cursor.execute(_TRY, [key])
        if cursor.fetchone()[0]:
            return
    left = float(settings.PATTERN_WAIT_SECONDS)
    while left > 0:
        share = min(left, BETWEEN_LOOKS) if look else left
        if _waited(key, share):
            return
        left -= share
        if look is not None:
            look()
    raise RunBusy(
        "Somebody else has been computing this answer for too long.",
        details={"reason": "run_busy", "waited_seconds": settings.PATTERN_WAIT_SECONDS},
    )


def lock_key(text_hash: str) -> int:
    """The first 64 bits of a hash, as PostgreSQL numbers its advisory locks."""
    return int.from_bytes(bytes.fromhex(text_hash[:16]), signed=True)


def _waited(key: int, seconds: float) -> bool:
    """Whether the lock came. A savepoint of its own: giving up must not spoil the transaction."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_LIMIT, [f"{max(1, round(seconds * 1000))}ms"])
            before = cursor.fetchone()[0]
            cursor.execute(_WAIT, [key])
            cursor.execute(_LIMIT, [before])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") not in {LOCK_NOT_AVAILABLE, DEADLOCK}:
            raise
        return False
    return True
