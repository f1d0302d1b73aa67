"""Which entries count, and in which order they are booked."""

from collections.abc import Iterable, Sequence
from datetime import date

from portfolios.calc.entries import Entry, EntryType, Problem

# What happens to a security happens before it is traded that day.
BEFORE_TRADES = frozenset(
    {
        EntryType.SPLIT,
        EntryType.REVERSE_SPLIT,
        EntryType.STOCK_DIVIDEND,
        EntryType.SPINOFF,
        EntryType.MERGER,
        EntryType.RETURN_OF_CAPITAL,
        EntryType.SYMBOL_CHANGE,
    }
)


def effective(entries: Iterable[Entry]) -> tuple[Sequence[Entry], list[Problem]]:
    """The entries that stand, in booking order, and what is wrong with the numbering.

    A reversal cancels the entry it names and then vanishes, as if neither had been written; a
    reversal that is itself reversed never happened, so its target stands again. Order is by
    transaction date, corporate actions before the day's other entries, then sequence number: a
    back-dated entry books where it would have stood from the start.
    """
    ledger = entries if isinstance(entries, Sequence) else list(entries)
    if _stands_in_order(ledger):
        return ledger, []
    unique, problems = _unique(ledger)
    cancelled: set[int] = set()
    reversals = [entry for entry in unique.values() if entry.reverses is not None]
    for entry in sorted(reversals, key=lambda entry: entry.seq, reverse=True):
        if entry.reverses is None or entry.seq in cancelled:
            continue
        problem = _bad_reversal(entry, unique, cancelled)
        if problem is None:
            cancelled.add(entry.reverses)
        else:
            problems.append(problem)
    standing = [
        entry for entry in unique.values() if entry.reverses is None and entry.seq not in cancelled
    ]
    return sorted(standing, key=booking_key), problems


def booking_key(entry: Entry) -> tuple[date, bool, int]:
    """Sorts entries into booking order: date, corporate actions first, number."""
    return entry.transaction_date, entry.entry_type not in BEFORE_TRADES, entry.seq


def _stands_in_order(ledger: Sequence[Entry]) -> bool:
    """Whether nothing has to be sorted, cancelled or left out: most ledgers, most of the time."""
    day, seq = date.min, -1
    for entry in ledger:
        on = entry.transaction_date
        if on < day or entry.seq <= seq or entry.reverses is not None:
            return False
        if entry.entry_type in BEFORE_TRADES:
            return False
        day, seq = on, entry.seq
    return True


def _unique(entries: Iterable[Entry]) -> tuple[dict[int, Entry], list[Problem]]:
    unique: dict[int, Entry] = {}
    problems = []
    for entry in entries:
        if entry.seq in unique:
            problems.append(
                Problem(
                    "duplicate_seq",
                    entry.seq,
                    "seq",
                    f"Two entries carry the number {entry.seq}; the second is left out.",
                    "Give every entry a number of its own.",
                )
            )
        else:
            unique[entry.seq] = entry
    return unique, problems


def _bad_reversal(
    entry: Entry, unique: dict[int, Entry], cancelled: Sequence[int] | set[int]
) -> Problem | None:
    target = entry.reverses
    if target is None or target not in unique or target >= entry.seq:
        return Problem(
            "unknown_entry",
            entry.seq,
            "reverses",
            f"Entry {entry.seq} reverses {target}, which is no earlier entry.",
            "Name an earlier entry of the same ledger.",
        )
    if target in cancelled:
        return Problem(
            "already_reversed",
            entry.seq,
            "reverses",
            f"Entry {target} is already reversed.",
            "Reverse an entry only once.",
        )
    return None
