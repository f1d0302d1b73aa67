"""Daily values that this process has read, for whoever asks about the same history next.

What follows from a ledger head, the settings and a market head never changes, once it is all
there. Whoever asks has looked first, under the own identity, whether what is stored follows from
them (`history.history_rows`): a stranger sees no such history and never comes here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import date
from operator import attrgetter, itemgetter
from typing import Final, NamedTuple
from uuid import UUID

from market.selectors import live_packs
from portfolios.selectors.bounded import Bounded
from portfolios.selectors.stored_days import HistoryDay

MOST_DAYS: Final = 40_000  # of all histories together: about 800 bytes each
_day = attrgetter("asof_date")


class Stand(NamedTuple):
    """What a history follows from."""

    portfolio_id: UUID
    ledger_commit_hash: str
    settings_hash: str
    policy: str
    market_head: int


SHELF: Final[Bounded[Stand, tuple[HistoryDay, ...]]] = Bounded(MOST_DAYS, len)


def days_upto(
    stand: Stand, asof: date, read: Callable[[date], Sequence[HistoryDay]]
) -> Sequence[HistoryDay]:
    """The values up to a day. `read` gives those up to any day; they are kept if each of them is
    of the pack that is live at the head, and none of its days is missing from the first on."""
    known = SHELF.get(stand)
    if known is None:
        found = tuple(read(date.max))
        known = SHELF.put(stand, found) if _is_whole(stand, found) else found
    return known[: bisect_right(known, asof, key=_day)]


def continue_days(old: Stand, new: Stand, changed: Sequence[HistoryDay]) -> None:
    """Keep a history that is another one up to its first changed day, and from there on this."""
    known = SHELF.get(old)
    if known is not None and changed:
        days = (*known[: bisect_left(known, changed[0].asof_date, key=_day)], *changed)
        if _is_whole(new, days):
            SHELF.pop(old)
            SHELF.put(new, days)


def _is_whole(stand: Stand, days: Sequence[HistoryDay]) -> bool:
    lineage = live_packs(stand.policy, date.max, stand.market_head)
    first = bisect_left(lineage, days[0].asof_date, key=lambda pack: pack[0]) if days else 0
    live = [*map(itemgetter(0, 1), lineage[first:])]
    return bool(days) and [*map(attrgetter("asof_date", "pack_id"), days)] == live
