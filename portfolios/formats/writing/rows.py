"""The fields of an entry as every file writes them: by the columns of docs/import-csv.md.

An empty field is left out, and so is what follows from the others: fees and taxes of 0, and the
effect on cash of everything but movements whose value it states.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from patterns.canonical import decimal_text
from portfolios.formats.entry_rules import COLUMNS, RULES

Fields: TypeAlias = Mapping[str, Any]
"""Texts, Decimals, dates, numbers and lists of lots, by column."""

STATES_NET = frozenset({"CASH_TRANSFER", "TRANSFER_IN", "TRANSFER_OUT", "DELIVERY_IN"}) | {
    "DELIVERY_OUT"
}


def written(fields: Fields) -> dict[str, Any]:
    """The fields of an entry that say something and that its type takes, in the order of columns.

    Numbers and dates are texts; lists of lots stay lists.
    """
    kind = fields["type"]
    takes = RULES[kind].takes
    return {
        name: _text(fields[name])
        for name in COLUMNS
        if name in takes and _says_something(name, fields.get(name), kind)
    }


def _says_something(name: str, value: object, kind: str) -> bool:
    if value is None or value in ("", []):
        return False
    if name in ("fees", "taxes"):
        return value != 0
    return name != "net_amount" or (kind in STATES_NET and value != 0)


def _text(value: object) -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, list) else str(value)
