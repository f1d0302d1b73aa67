"""Five failures in fifteen minutes close the door for thirty.

An attempt is counted *before* the password is looked at, in one upsert: of many that arrive at
once exactly five are let through, because the sixth finds the counter taken. A success forgets
the count.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.identity import as_service
from accounts.models import LoginThrottle

LIMIT: Final = 5
WINDOW: Final = timedelta(minutes=15)
LOCKOUT: Final = timedelta(minutes=30)

# A row starts anew when its lock has run out, or, unlocked, when its window has.
_COUNT = """
INSERT INTO accounts_loginthrottle AS t (email, address, attempts, window_started_at)
VALUES (lower(%(email)s), %(address)s, 1, %(now)s)
ON CONFLICT (email, address) DO UPDATE SET (attempts, window_started_at, locked_until) = (
    SELECT
        CASE WHEN anew THEN 1 ELSE least(t.attempts + 1, %(limit)s + 1) END,
        CASE WHEN anew THEN %(now)s ELSE t.window_started_at END,
        CASE WHEN anew THEN NULL
             WHEN t.attempts + 1 = %(limit)s THEN %(locked_until)s
             ELSE t.locked_until END
    FROM (SELECT CASE WHEN t.locked_until IS NULL THEN t.window_started_at <= %(window_end)s
                      ELSE t.locked_until <= %(now)s END AS anew) s
)
RETURNING attempts
"""


def admit(*, email: str, address: str | None, now: datetime | None = None) -> bool:
    """Count one attempt; False when the limit was reached before it."""
    moment = now or timezone.now()
    with as_service("count a login attempt"), connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "email": email[:254],
                "address": address or "",
                "now": moment,
                "limit": LIMIT,
                "window_end": moment - WINDOW,
                "locked_until": moment + LOCKOUT,
            },
        )
        (attempts,) = cursor.fetchone()
    return bool(attempts <= LIMIT)


def forget(*, email: str, address: str | None, now: datetime | None = None) -> None:
    """After a success: this count, and every row that no longer counts, since guesses at
    addresses nobody has would pile up. Rows that another login holds are left to the next."""
    stale = Q(window_started_at__lt=(now or timezone.now()) - WINDOW - LOCKOUT)
    own = Q(email=Lower(Value(email[:254])), address=address or "")
    with as_service("forget login attempts"):
        rows = LoginThrottle.objects.select_for_update(skip_locked=True).filter(own | stale)
        LoginThrottle.objects.filter(pk__in=[row.pk for row in rows]).delete()
