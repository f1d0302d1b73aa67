"""What happens to a security happens once, however many brokers report it.

A split, a stock dividend, a spin-off or a return of so much a share is booked for every holder in
whatever account. Files of two accounts each bring their own row of it; booked twice, a split of 2
for 1 would be one of 4 for 1, and nobody would see it but in the value.
"""

from collections.abc import Hashable
from fractions import Fraction

from portfolios.calc.booking.desk import Desk
from portfolios.calc.entries import Entry, EntryType, Problem

_ONE_EVENT = {
    EntryType.SPLIT: "split",
    EntryType.REVERSE_SPLIT: "split",
    EntryType.STOCK_DIVIDEND: "stock dividend",
    EntryType.SPINOFF: "spin-off",
    EntryType.RETURN_OF_CAPITAL: "return of capital",
}


def repeated(desk: Desk, entry: Entry) -> Problem | None:
    """A corporate action that is booked already: same security, same day, same terms.

    Two of one kind on a day with other terms are two events. So are returns of capital that state
    an amount: that is what one account was paid, and all of them sum.
    """
    first = desk.events.get(_event(entry))
    if first is None:
        return None
    name = _ONE_EVENT[entry.entry_type]
    return Problem(
        "duplicate_action",
        entry.seq,
        "type",
        f"Entry {first} is the same {name} on {entry.transaction_date} already; it serves every "
        "account.",
        f"Leave this one out. What it pays for fractions belongs to entry {first}.",
    )


def remember(desk: Desk, entry: Entry) -> None:
    """Keep in mind that a corporate action is booked."""
    event = _event(entry)
    if event is not None:
        desk.events[event] = entry.seq


def _event(entry: Entry) -> Hashable:
    name = _ONE_EVENT.get(entry.entry_type)
    if name is None:
        return None
    terms: Hashable
    if entry.new_shares is not None and entry.old_shares:
        terms = Fraction(entry.new_shares) / Fraction(entry.old_shares)
    elif entry.price is not None and entry.gross_amount is None:
        terms = entry.price
    else:
        return None
    return name, entry.security, entry.transaction_date, entry.to_security, terms
