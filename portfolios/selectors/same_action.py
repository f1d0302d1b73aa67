"""A corporate action that is told once for each account: one entry serves them all.

Booking applies an action to the lots of every account, and files tell it in each. So the same
action of another account, or under another identifier, is a duplicate; what it states of one
account alone, cash for fractions or a quantity, is not left out in silence but is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias
from uuid import UUID

from market.formats.faults import Fault
from patterns.canonical import decimal_text
from portfolios.calc.booking.groups import EVERY_HOLDER
from portfolios.formats.draft import Draft
from portfolios.models import EntryType, Transaction
from portfolios.models.ledger import TYPE_LABELS

Told: TypeAlias = Draft | Transaction
Event: TypeAlias = tuple[str, UUID | None, date, UUID | None]

ACTIONS = frozenset(kind.value for kind in EVERY_HOLDER)
SPLITS = frozenset({EntryType.SPLIT, EntryType.REVERSE_SPLIT})
TERMS = ("price", "to_price", "cost_fraction", "treatment", "jurisdiction")
OF_ONE_ACCOUNT = ("quantity", "gross_amount", "fees", "taxes")


def event_of(told: Told) -> Event:
    """What must be the same before terms are compared. Two children that are spun off on one day
    are two events; a merger or a new symbol leads to one security."""
    kind = EntryType.SPLIT if told.entry_type in SPLITS else told.entry_type
    child = told.to_security_id if kind == EntryType.SPINOFF else None
    return kind, told.security_id, told.transaction_date, child


def by_event(rows: Iterable[Transaction]) -> Mapping[Event, list[Transaction]]:
    """The corporate actions among standing entries."""
    found: dict[Event, list[Transaction]] = {}
    for row in rows:
        if row.entry_type in ACTIONS:
            found.setdefault(event_of(row), []).append(row)
    return found


def told_already(draft: Draft, others: Sequence[Told]) -> Told | Fault | None:
    """The one of `others`, all of the same event, that tells this action; a mistake where the two
    cannot be told by one entry; None where it is an action of its own."""
    if draft.entry_type == EntryType.RETURN_OF_CAPITAL:
        return _same_payment(draft, others)
    for other in others:
        if _ratio(other) == _ratio(draft) and other.to_security_id == draft.to_security_id:
            differing = [*_contradicting(draft, other), *_of_one_account(draft, other)]
            return _differs(draft, other, differing) if differing else other
    elsewhere = [other for other in others if other.account != draft.account]
    if elsewhere and len(elsewhere) == len(others):
        return _differs(draft, elsewhere[0], ["new_shares", "old_shares", "to_security"])
    return None


def _same_payment(draft: Draft, others: Iterable[Told]) -> Told | None:
    """Only so much a share is paid to everybody; an amount is what one account was paid."""
    if draft.price is None or draft.gross_amount is not None:
        return None
    alike = (o for o in others if o.gross_amount is None and o.price == draft.price)
    return next((o for o in alike if o.currency == draft.currency), None)


def _ratio(told: Told) -> Fraction | None:
    if told.new_shares is None or not told.old_shares:
        return None
    return Fraction(told.new_shares) / Fraction(told.old_shares)


def _contradicting(draft: Draft, other: Told) -> Iterator[str]:
    """Terms that the draft states and the other does not, or states otherwise."""
    for name in TERMS:
        said = getattr(draft, name)
        if said not in (None, "") and said != getattr(other, name):
            yield name


def _of_one_account(draft: Draft, other: Told) -> Iterator[str]:
    """Amounts of the draft that the other does not tell: those of another account, even if they are
    equal, and different ones of its own. What the draft does not state contradicts nothing."""
    for name in OF_ONE_ACCOUNT:
        here, there = getattr(draft, name) or None, getattr(other, name) or None
        if here is not None and (here != there or draft.account != other.account):
            yield name


def _differs(draft: Draft, other: Told, names: Sequence[str]) -> Fault:
    """The two, side by side in what differs."""
    first = f"entry {other.seq}" if isinstance(other, Transaction) else f"row {other.row}"
    label = TYPE_LABELS[draft.entry_type].casefold()
    names = [name for name in names if _said(draft, name) or _said(other, name)]
    here, there = (
        ", ".join(f"{name} {_said(told, name) or 'not stated'}" for name in names)
        for told in (draft, other)
    )
    return Fault(
        reason="action_conflict",
        message=f"This {label} is told by {first} already, which serves every account, but with "
        f"{there}; here {here}.",
        remedy="Leave the row out. Where the other is not right for all accounts together, reverse "
        "it and enter the action once, with what all of them received.",
        row=draft.row,
        column=names[0],
        value=_said(draft, names[0]),
    )


def _said(told: Told, name: str) -> str:
    value: Any = getattr(told, f"{name}_id" if name == "to_security" else name)
    if name == "to_security":
        return "" if value is None else _symbol(told)
    return "" if not value else value if isinstance(value, str) else decimal_text(value)


def _symbol(told: Told) -> str:
    if isinstance(told, Transaction):
        return told.to_security.symbol if told.to_security is not None else ""
    return told.to_symbol or str(told.to_security_id)
