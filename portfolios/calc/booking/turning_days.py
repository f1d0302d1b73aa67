"""The days on which a book becomes another one; on every day between two of them it is the same."""

from collections.abc import Iterable
from datetime import date

from portfolios.calc.entries import BookingSettings, Entry


def turning_days(entries: Iterable[Entry], settings: BookingSettings) -> tuple[date, ...]:
    """Every day that an entry or a change of method names, ascending.

    A book up to a day is that up to the last of these on or before it, unless its cost stands at
    the rate of the day (`CostFx.CURRENT`): an entry moves something, a dividend becomes owed or
    is paid, and a method begins on a day that is written down, and on no other. Up to no day, it
    is that up to the last one, unless a method changes.
    """
    named = {
        day
        for entry in entries
        for day in (
            entry.transaction_date,
            entry.settlement_date,
            entry.ex_date,
            entry.pay_date,
        )
        if day is not None
    }
    return tuple(sorted(named | {change.effective_from for change in settings.method_changes}))
