"""The order of entries within a day, which decides what a sale takes: by the time that their rows
state, else as their table lists them.

Files list their newest row first or last, and stack several tables. A list's direction is judged
by its own rows alone: by how many steps from row to row go back in time, and how many forward.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from portfolios.formats.draft import Draft
from portfolios.formats.reading.dates import LONGEST, TIME

CLOCK = re.compile(
    r"[,\sT;]\s*([0-9]{1,2}):?([0-9]{2})(?::?([0-9]{2}(?:\.[0-9]{1,9})?))?\s*([AaPp])?"
)
NOON = 12
Moment = tuple[str, int, int, Decimal]
Moments = Mapping[int, Moment | None]


def moment(day: str, said: str) -> Moment | None:
    """The ISO day with the time at the end of a text such as `2013-02-04, 15:00:00`; None where
    the text has no time, or midnight, as programs write it behind a day alone. Zones are not
    applied: a file writes in one."""
    behind = TIME.search(said.strip()) if len(said) <= LONGEST else None
    found = CLOCK.match(behind[0]) if behind else None
    if found is None:
        return None
    hour, minute, second = int(found[1]), int(found[2]), Decimal(found[3] or 0)
    if found[4]:
        hour = hour % NOON + (NOON if found[4] in "Pp" else 0)
    return (day, hour, minute, second) if hour or minute or second else None


def in_order(
    drafts: Sequence[Draft],
    moments: Moments,
    tables: Mapping[int, str],
    *,
    newest_first: bool = False,
) -> list[Draft]:
    """Entries by day. Those of a day as their tables list them, the oldest first; those that have
    a moment then share their places among themselves by it. Both maps are by row; a row without
    a table is of the one that has no name. `newest_first` is of tables in which nothing tells."""
    by_table: dict[str, list[Draft]] = defaultdict(list)
    for draft in sorted(drafts, key=lambda draft: draft.row or 0):
        by_table[tables.get(draft.row or 0, "")].append(draft)
    listed: list[Draft] = []
    for table in by_table.values():
        way = _direction(table, moments) or (-1 if newest_first else 1)
        listed += sorted(table, key=lambda draft: way * (draft.row or 0))
    by_day: dict[date, list[Draft]] = defaultdict(list)
    for draft in listed:
        by_day[draft.transaction_date].append(draft)
    return [draft for day in sorted(by_day) for draft in _timed(by_day[day], moments)]


def _direction(table: Sequence[Draft], moments: Moments) -> int:
    """-1 where more steps go back in time than forward, 1 for the opposite; where as many do, by
    the first row and the last; 0 where nothing tells."""
    steps = sum(_step(*pair, moments) for pair in pairwise(table))
    steps = steps or _step(table[0], table[-1], moments)
    return (steps > 0) - (steps < 0)


def _step(one: Draft, other: Draft, moments: Moments) -> int:
    """1 for a later entry after an earlier one, -1 for the opposite, 0 where nothing tells."""
    if one.transaction_date != other.transaction_date:
        return 1 if one.transaction_date < other.transaction_date else -1
    first, second = moments.get(one.row or 0), moments.get(other.row or 0)
    if first is None or second is None or first == second:
        return 0
    return 1 if first < second else -1


def _timed(day: Sequence[Draft], moments: Moments) -> list[Draft]:
    """One day's entries; what states no time keeps its place."""
    said = [moments.get(draft.row or 0) for draft in day]
    places = [index for index, at in enumerate(said) if at is not None]
    ordered = list(day)
    by_time = sorted((at, index) for index, at in enumerate(said) if at is not None)
    for place, (_, index) in zip(places, by_time, strict=True):
        ordered[place] = day[index]
    return ordered
