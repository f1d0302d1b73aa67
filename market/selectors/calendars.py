"""On which days an exchange was open."""

import warnings
from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import lru_cache

from market.exceptions import DateRangeInvalid

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2039, 12, 31)


def sessions(exchange: str, start: date, end: date) -> tuple[date, ...]:
    """The sessions of an exchange (MIC) from `start` to `end`, both included, ascending."""
    days = _calendar(exchange)
    if start > end:
        raise DateRangeInvalid(
            f"{start} is after {end}.", details={"reason": "date_invalid", "field": "start"}
        )
    if start < FIRST_DAY or end > LAST_DAY:
        raise DateRangeInvalid(
            f"Calendars are known from {FIRST_DAY} to {LAST_DAY}; {start} to {end} was asked for.",
            details={"reason": "date_invalid", "first": str(FIRST_DAY), "last": str(LAST_DAY)},
        )
    return days[bisect_left(days, start) : bisect_right(days, end)]


def is_session(exchange: str, day: date) -> bool:
    return bool(sessions(exchange, day, day))


def closed_weekdays(exchange: str, start: date, end: date) -> tuple[date, ...]:
    """Mondays to Fridays on which the exchange did not open."""
    opened = set(sessions(exchange, start, end))
    span = (start + timedelta(days=offset) for offset in range((end - start).days + 1))
    return tuple(day for day in span if day.weekday() < 5 and day not in opened)


def is_known(exchange: str) -> bool:
    """Whether anybody knows on which days the exchange is open."""
    import exchange_calendars  # noqa: PLC0415 - see below

    return exchange in exchange_calendars.get_calendar_names(include_aliases=True)


@lru_cache(maxsize=64)
def _calendar(exchange: str) -> tuple[date, ...]:
    # Imported here: pandas costs half a second, and most requests never ask for a calendar.
    import exchange_calendars  # noqa: PLC0415

    if exchange not in exchange_calendars.get_calendar_names(include_aliases=True):
        raise DateRangeInvalid(
            f"No trading calendar is known for the exchange {exchange}.",
            details={"reason": "exchange_unknown", "exchange": exchange},
            suggestion="Use the exchange's market identifier code, as in XNYS or XTSE.",
        )
    with warnings.catch_warnings():
        # The package still uses what pandas 4 will take away; its lock keeps pandas 3.
        warnings.simplefilter("ignore", DeprecationWarning)
        calendar = exchange_calendars.get_calendar(exchange, start=FIRST_DAY, end=LAST_DAY)
    return tuple(session.date() for session in calendar.sessions)
