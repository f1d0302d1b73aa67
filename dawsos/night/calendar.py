"""Which night is due: the last finished session, as long as the sources still speak."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import connection

from market.providers.bundled import last_day
from market.selectors import policy_named, sessions


@dataclass(frozen=True)
class Due:
    asof: dt.date | None
    reason: str


def due_night(policy: str, now: dt.datetime | None = None) -> Due:
    """The session whose night should run at ``now``, by the database's clock unless given; none
    after the source's declared last day.

    Days are those of the market's zone, so an hour that is set forward or back moves no night,
    and a machine whose own clock is wrong starts none that another would not.
    """
    rules = policy_named(policy)
    today = (now or database_clock()).astimezone(ZoneInfo(rules.zone)).date()
    yesterday = today - dt.timedelta(days=1)
    end = last_day()
    if yesterday > end:
        return Due(None, f"The {policy} sources end on {end}; there is nothing to do after it.")
    days = sessions(rules.calendar, yesterday - dt.timedelta(days=10), yesterday)
    return Due(days[-1] if days else None, "No session in the last ten days.")


def database_clock() -> dt.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    said: dt.datetime = now
    return said
