"""Which fields an entry of a type must have and may have: the rules of our own file formats.

A field that its type does not take would be stored, hashed and never looked at; whoever filled it
in meant something by it, so it is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator

from market.formats.faults import Fault
from portfolios.formats.draft import Draft
from portfolios.formats.entry_rules import COLUMNS, RULES

COLUMN_OF = {
    "transaction_date": "date",
    "entry_type": "type",
    "security": "symbol",
    "security_id": "symbol",
    "to_security": "to_symbol",
    "to_security_id": "to_symbol",
}
FIELD_OF = {"symbol": "security_id", "to_symbol": "to_security_id"}
# What only names a security in a file, what every entry has, and what follows from the rest.
NOT_LOOKED_AT = frozenset(
    "seq date type exchange isin figi security_name to_exchange reverses net_amount".split()
)
LOOKED_AT = tuple(column for column in COLUMNS if column not in NOT_LOOKED_AT)


def presence_faults(draft: Draft) -> Iterator[Fault]:
    """What is missing from an entry, and what it has though its type takes no such thing."""
    foreign, wanted = SHAPES[draft.entry_type]
    if not foreign.isdisjoint(vars(draft)):
        yield from _unexpected(draft)
    for column in wanted:
        if getattr(draft, FIELD_OF.get(column, column)) in (None, ""):
            said = f"{draft.entry_type} needs {column}."
            yield _fault(draft, column, "value_missing", said, f"Fill in {column}.")


def _unexpected(draft: Draft) -> Iterator[Fault]:
    takes = RULES[draft.entry_type].takes
    for column in LOOKED_AT:
        value = getattr(draft, FIELD_OF.get(column, column))
        if column not in takes and value:
            said = f"{draft.entry_type} takes no {column}."
            yield _fault(draft, column, "value_unexpected", said, "Leave the field empty.")


def _fault(draft: Draft, column: str, reason: str, message: str, remedy: str) -> Fault:
    value = getattr(draft, FIELD_OF.get(column, column))
    return Fault(
        reason=reason,
        message=message,
        remedy=remedy,
        row=draft.row or 0,
        column=column,
        value=str(value) if value else None,
    )


def _shape(kind: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The fields that must be empty, and the columns that must not be.

    An amount that is missing may follow from others; `amounts.settle` says so if it does not.
    """
    rule = RULES[kind]
    foreign = (FIELD_OF.get(column, column) for column in LOOKED_AT if column not in rule.takes)
    wanted = (column for column in LOOKED_AT if column in rule.needs and column != "gross_amount")
    return frozenset(foreign), tuple(wanted)


SHAPES = {kind: _shape(kind) for kind in RULES}
