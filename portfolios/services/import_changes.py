"""What an import changes in positions, cash and lots, and where it leaves cash below zero."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from patterns.canonical import decimal_text
from portfolios.calc.lots import Book
from portfolios.services.import_plan import Plan

ZERO = Decimal(0)


def changes(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """Positions, cash and lots that would be other than they are, before and after."""
    if plan.before is None or plan.after is None:
        return {"positions": [], "cash": [], "lots": []}
    symbols = plan.symbols
    return {
        "positions": _changed(_held(plan.before, symbols), _held(plan.after, symbols), "symbol"),
        "cash": _changed(_money(plan.before), _money(plan.after), "currency"),
        "lots": _changed(_lots(plan.before, symbols), _lots(plan.after, symbols), "lot"),
    }


def overdrafts(plan: Plan) -> list[dict[str, Any]]:
    """Entries of the file after which the cash of a currency is below zero. They are booked."""
    if plan.after is None or plan.before is None:
        return []
    known = {posting.seq for posting in plan.before.journal}
    cash: dict[str, Decimal] = {}
    found = []
    for posting in plan.after.journal:
        cash[posting.currency] = cash.get(posting.currency, ZERO) + posting.cash
        if posting.cash < 0 and cash[posting.currency] < 0 and posting.seq not in known:
            found.append(
                {
                    "kind": "overdraft",
                    "date": posting.on.isoformat(),
                    "currency": posting.currency,
                    "balance": decimal_text(cash[posting.currency]),
                }
            )
    return found


def _changed(
    before: Mapping[str, Decimal], after: Mapping[str, Decimal], label: str
) -> list[dict[str, Any]]:
    names = sorted(before.keys() | after.keys())
    return [
        {label: name, "before": before.get(name, ZERO), "after": after.get(name, ZERO)}
        for name in names
        if before.get(name, ZERO) != after.get(name, ZERO)
    ]


def _held(book: Book, symbols: Mapping[UUID, str]) -> dict[str, Decimal]:
    held: dict[str, Decimal] = {}
    for position in book.positions:
        name = symbols[UUID(str(position.security))]
        held[name] = held.get(name, ZERO) + position.quantity
    return held


def _money(book: Book) -> dict[str, Decimal]:
    money: dict[str, Decimal] = {}
    for (_, currency), amount in book.cash.items():
        money[currency] = money.get(currency, ZERO) + amount
    return money


def _lots(book: Book, symbols: Mapping[UUID, str]) -> dict[str, Decimal]:
    return {
        f"{symbols[UUID(str(lot.security))]} {lot.acquisition_date} #{lot.label}": lot.quantity_open
        for lot in book.lots
    }
