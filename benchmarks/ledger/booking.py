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
GROWTHS = 9
SETTINGS = BookingSettings(base_currency="USD", lot_scope=LotScope.ACCOUNT)


def measure() -> list[dict[str, object]]:
    """A row a size with both sides' entries per second and their ratio, and one of the growth."""
    rows: list[dict[str, object]] = []
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
            }
        )
    return [*rows, _growth(*SIZES[-2:])]


def _growth(small: int, large: int) -> dict[str, object]:
    """Of the cost in the size, as an exponent (1 is linear), over the last step.

    Each round books the large ledger once and the small one as often as takes the same work, so
    that both run for as long and side by side: whatever else the machine does meanwhile, or how
    fast it happens to be, falls on both. The median of the rounds counts, its quartiles show.
    """
    times = large // small
    few, many = as_entries(trades(small)), as_entries(trades(large))
    found = []
    for _ in range(GROWTHS):
        whole = _booked_in(many)
        parts = sum(_booked_in(few) for _ in range(times))
        found.append(1 + math.log(whole / parts) / math.log(times))
    lower, middle, upper = statistics.quantiles(found, n=4)
    return {
        "case": f"exponent of booking, from {small:,}",
        "entries": large,
        "exponent": round(middle, 3),
        "quartiles": f"{lower:.3f} to {upper:.3f}",
    }


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
