"""Which observation stands for a day, and how old it may be.

Two clocks meet here. An observation belongs to the day it was observed on, and it is known from
the instant it became available. A pack of day D built with what was known at K sees neither a
later day nor a later instant; among several values known for the same day the first source of the
policy's order counts, and of that one the newest word.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class Observed:
    """One value of one series. `value` is a close or a rate; the licence travels with it.

    `rank` is the place of its source in the policy's order, 0 the first.
    """

    observed_on: date
    available_at: datetime
    value: Decimal
    currency: str
    source: str
    fixing: str
    licence_class: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Carried:
    """The observation that stands for a day: exact on its own day, stale when carried."""

    observation: Observed
    state: Literal["exact", "stale"]


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing stands for the day. `last_observed_on` is given when a value is only too old."""

    reason: Literal["no_observation", "too_old"]
    last_observed_on: date | None


class Series:
    """The observations of one listing or pair, in order of day, source and becoming known."""

    def __init__(self, observations: Sequence[Observed]) -> None:
        self._observations = sorted(
            observations, key=lambda o: (o.observed_on, -o.rank, o.available_at)
        )
        self._days = [observation.observed_on for observation in self._observations]

    def newest(self, asof: date, known_at: datetime) -> Observed | None:
        """The latest day not after `asof` with a value available by `known_at`: of the first
        source that has one, its newest word."""
        position = bisect_right(self._days, asof)
        while position > 0:
            position -= 1
            if self._observations[position].available_at <= known_at:
                return self._observations[position]
        return None


def carry(
    series: Series, *, asof: date, known_at: datetime, sessions: Sequence[date], limit: int
) -> Carried | Missing:
    """Take the day's own observation, or carry the last one over at most `limit` sessions.

    `sessions` are the exchange's sessions in ascending order, reaching back more than `limit`
    sessions before `asof`; age is the number of sessions after the observation's day up to
    and including `asof`. Never looks ahead, never invents. Source: methods, section 2.
    """
    observation = series.newest(asof, known_at)
    if observation is None:
        return Missing("no_observation", None)
    if observation.observed_on == asof:
        return Carried(observation, "exact")
    if age_in_sessions(observation.observed_on, asof, sessions) > limit:
        return Missing("too_old", observation.observed_on)
    return Carried(observation, "stale")


def age_in_sessions(observed_on: date, asof: date, sessions: Sequence[date]) -> int:
    """Sessions after `observed_on` up to and including `asof`; 0 on the same day."""
    return bisect_right(sessions, asof) - bisect_right(sessions, observed_on)
