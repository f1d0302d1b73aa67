"""Which night is due: the last finished session, as long as the sources still speak."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from market.providers.bundled import last_day
from market.selectors import sessions


@dataclass(frozen=True)
class Due:
    asof: dt.date | None
    reason: str


def due_night(policy: str, now: dt.datetime | None = None, exchange: str = "XNYS") -> Due:
    """The session whose night should run at ``now``; none after the source's declared last day."""
    now = now or dt.datetime.now(dt.UTC)
    yesterday = now.date() - dt.timedelta(days=1)
    end = last_day()
    if yesterday > end:
        return Due(None, f"The {policy} sources end on {end}; there is nothing to do after it.")
    days = sessions(exchange, yesterday - dt.timedelta(days=10), yesterday)
    return Due(days[-1] if days else None, "No session in the last ten days.")
