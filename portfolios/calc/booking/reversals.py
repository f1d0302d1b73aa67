"""Which entries count, and in which order they are booked."""

from collections.abc import Iterable, Sequence
from datetime import date

from portfolios.calc.entries import Entry, EntryType, Problem


def effective(entries: Iterable[Entry]) -> tuple[list[Entry], list[Problem]]:
    """The entries that stand, in booking order, and what is wrong with the numbering.

    A reversal cancels the entry it names and then vanishes, as if neither had been written; a
    reversal that is itself reversed never happened, so its target stands again. Order is by
    transaction date, splits before the day's other entries, then sequence number: a back-dated
    entry books where it would have stood from the start.
    """
    unique, problems = _unique(entries)
    cancelled: set[int] = set()
    for entry in sorted(unique.values(), key=lambda entry: entry.seq, reverse=True):
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
    """Sorts entries into booking order: date, splits first, number."""
    return entry.transaction_date, entry.entry_type is not EntryType.SPLIT, entry.seq


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
