"""Entries and lots as programs get them: numbers as decimal strings, days as ISO, null unknown."""

from __future__ import annotations

from typing import Any

from patterns.canonical import decimal_text
from portfolios.models import Transaction
from portfolios.selectors.entry_page import COLUMNS
from portfolios.selectors.lots_page import ClosureRow, LotRow

NUMBERS = frozenset({"quantity", "price", "money", "rate"})
MORE = ("currency", "to_currency", "security_currency", "source", "estimated_reason", "entry_hash")


def entry_document(entry: Transaction) -> dict[str, Any]:
    """An entry with every column that says something."""
    said: dict[str, Any] = {"seq": entry.seq, "type": entry.entry_type}
    for name, _, shown_as in COLUMNS:
        value = getattr(entry, name)
        if value not in (None, ""):
            said[name] = decimal_text(value) if shown_as in NUMBERS else str(value)
    said |= {name: getattr(entry, name) for name in MORE if getattr(entry, name)}
    for name in ("security", "to_security"):
        security = getattr(entry, name)
        if security is not None:
            said[name] = {
                "id": str(security.pk),
                "symbol": security.symbol,
                "exchange": security.exchange,
            }
    said["import_run"] = entry.import_run_id
    said["reverses"] = entry.reverses.seq if entry.reverses is not None else None
    said["reversed_by"] = entry.reversal.seq if entry.reversal is not None else None
    return said


def lot_document(row: LotRow) -> dict[str, Any]:
    """A lot with its closures; base-currency figures are null with the `reason`."""
    lot = row.lot
    return {
        "lot": lot.label,
        "label": lot.lot_label,
        "account": lot.account,
        "is_short": lot.is_short,
        "is_open": lot.is_open,
        "opened_by": lot.open_entry.seq,
        "acquisition_date": str(lot.acquisition_date),
        "holding_start": _text(lot.holding_start),
        "closed_date": _text(lot.closed_date),
        "currency": lot.currency,
        "quantity_original": decimal_text(lot.quantity_original),
        "quantity_open": decimal_text(lot.quantity_open),
        "unit_cost": _number(row.unit_cost),
        "cost_basis_local": _number(lot.cost_basis_local),
        "cost_basis": _number(lot.cost_basis),
        "fx_rate": _number(lot.fx_rate),
        "market_value": _number(row.market_value),
        "unrealized_pnl": _number(row.unrealized),
        "reason": row.reason,
        "changed_by": [line.event.seq for line in row.history if line.event is not None],
        "closures": [_closure(line.closure) for line in row.history if line.closure is not None],
    }


def _closure(row: ClosureRow) -> dict[str, Any]:
    closure = row.closure
    names = "quantity proceeds_local cost_local realized_pnl price_pnl fx_pnl cross_pnl".split()
    return {
        "closed_by": closure.close_entry.seq,
        "close_date": str(closure.close_date),
        **{name: _number(getattr(closure, name)) for name in names},
        "deferral": row.deferral,
    }


def _number(value: Any) -> str | None:
    return None if value is None else decimal_text(value)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
