"""Pure booking beside Beancount's load, in one run, alternately, at growing sizes."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Sequence
from decimal import Decimal

from benchmarks.ledger import beancount
from benchmarks.ledger.spellings import as_entries
from benchmarks.ledger.trades import trades
from portfolios.calc.booking import book
from portfolios.calc.entries import BookingSettings, Entry, LotScope

SIZES = (1_000, 10_000, 100_000)
ROUNDS = {1_000: 5, 10_000: 3, 100_000: 2}
BOOKINGS = 3  # a load of Beancount's: each is a tenth of it or less
SETTINGS = BookingSettings(base_currency="USD", lot_scope=LotScope.ACCOUNT)


def measure() -> list[dict[str, object]]:
    """A row a size: both sides' entries per second, their ratio, and how the cost grows."""
    rows: list[dict[str, object]] = []
    before: tuple[int, float] | None = None
    for size in SIZES:
        theirs, ours = _alternate(size, ROUNDS[size])
        rows.append(
            {
                "case": "pure booking",
                "entries": size,
                "seconds": round(ours, 4),
                "per_s": round(size / ours),
                "beancount_s": round(theirs, 3),
                "times_faster": round(theirs / ours, 1),
                "exponent": exponent(before, (size, ours)),
            }
        )
        before = size, ours
    return rows


def exponent(before: tuple[int, float] | None, now: tuple[int, float]) -> float | None:
    """Of the cost in the size, over the last step: 1 is linear."""
    if before is None:
        return None
    return round(math.log(now[1] / before[1]) / math.log(now[0] / before[0]), 3)


def _alternate(size: int, rounds: int) -> tuple[float, float]:
    made = list(trades(size))
    entries = as_entries(made)
    theirs: list[float] = []
    ours: list[float] = []
    for _ in range(rounds):
        theirs += beancount.load(made).seconds
        ours += [_booked_in(entries) for _ in range(BOOKINGS)]
    return statistics.median(theirs), statistics.median(ours)


def _booked_in(entries: Sequence[Entry]) -> float:
    """Seconds of one booking; the book of the one before is gone by then."""
    gc.collect()
    start = time.perf_counter()
    booked = book(entries, SETTINGS, _no_rate)
    seconds = time.perf_counter() - start
    if booked.problems:
        raise RuntimeError(f"the ledger was not booked whole: {booked.problems[0]}")
    return seconds


def _no_rate(_currency: str, _day: object) -> Decimal | None:
    """Every rate is recorded; whoever asks the table has not read it."""
    raise RuntimeError("no rate is to be looked up")
