"""A run that takes long, seen from outside: at which step it is, and that nobody waits for it.

The page that waits has a ticket, which it made up. At each step the run takes a lock of its own
transaction under ticket and step number; whoever knows the ticket sees it in `pg_locks` at once,
before anything is committed, and a run that has ended or died is not seen any more. Cancelling
writes a row; the run looks for it between its steps, and where a long calculation asks. A statement
that the run is waiting for is interrupted in the database.
"""

from functools import partial
from time import monotonic
from typing import Final
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.db.models.functions import Now

from patterns.exceptions import RunCancelled
from patterns.models import RunCancellation

_TICKETS: Final = UUID("5f0c9a54-3e0e-5b77-8a57-29f1f1a3c1de")
_ENTER: Final = "SELECT pg_advisory_xact_lock_shared(%s, %s)"  # shared: nobody ever waits
_WHERE: Final = """
    SELECT max(objid::bigint) FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid::bigint = %s
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# Only what has run for a while: so no short statement of a run is hit, nor that of whoever has the
# connection next. A backend that waits for its client ignores being interrupted.
_INTERRUPT: Final = """
    SELECT pg_cancel_backend(activity.pid) FROM pg_stat_activity activity
    WHERE activity.state = 'active' AND activity.query_start < clock_timestamp() - %s::interval
        AND activity.pid IN (
            SELECT pid FROM pg_locks
            WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid::bigint = %s
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        )
"""
A_WHILE: Final = "100 ms"
TRIES: Final = 5
PATIENCE: Final = 1.0  # seconds before anybody could have seen the run and cancelled it
PAUSE: Final = 0.25  # between two looks


def ticket_of(user_id: int, ticket: UUID) -> UUID:
    """What a user's ticket is called in the database: nobody else can come upon it."""
    return uuid5(_TICKETS, f"{user_id}:{ticket}")


class Onlooker:
    """The run's side. `ticket` as `ticket_of` gives it."""

    def __init__(self, ticket: UUID) -> None:
        self.ticket = ticket
        self._look_at = monotonic() + PATIENCE

    def entering(self, position: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_ENTER, [_signed(_class_of(self.ticket)), position])
        self.look()

    def look(self) -> None:
        """Raises RunCancelled. Free in the first second, then a small query now and then."""
        if monotonic() < self._look_at:
            return
        self._look_at = monotonic() + PAUSE
        self.look_now()

    def look_now(self) -> None:
        """Raises RunCancelled, however short ago it was looked for the last time."""
        if RunCancellation.objects.filter(pk=self.ticket).exists():
            raise RunCancelled("This run was cancelled.", details={"reason": "cancelled"})


def step_reached(ticket: UUID) -> int | None:
    """The number of the step at which a run is; None when no such run is going on."""
    with connection.cursor() as cursor:
        cursor.execute(_WHERE, [_class_of(ticket)])
        found = cursor.fetchone()[0]
    return None if found is None else int(found)


def cancel_run(ticket: UUID) -> None:
    """From now on nobody waits for the run of this ticket, going on or still to come. With the
    commit the statement that it waits for is interrupted."""
    RunCancellation.objects.bulk_create(
        [RunCancellation(ticket=ticket, asked_at=Now())], ignore_conflicts=True
    )
    transaction.on_commit(partial(_interrupt, ticket))


def _interrupt(ticket: UUID) -> None:
    """Some times within half a second: a statement that was too young is not for long. Outside of
    any identity, since only the login itself may interrupt its sessions."""
    for _ in range(TRIES):
        with connection.cursor() as cursor:
            cursor.execute(_INTERRUPT, [A_WHILE, _class_of(ticket)])
            if cursor.fetchone() is not None or step_reached(ticket) is None:
                return
            cursor.execute("SELECT pg_sleep_for(%s::interval)", [A_WHILE])


def _class_of(ticket: UUID) -> int:
    return ticket.int >> 96


def _signed(unsigned: int) -> int:
    return unsigned - 2**32 if unsigned >= 2**31 else unsigned
