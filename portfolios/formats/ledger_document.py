"""The parts of a ledger document that are entries without saying so: lots and splits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeAlias

from market.formats.faults import Fault
from market.formats.fields import Place, read_number
from portfolios.calc.money import half_even
from portfolios.formats.draft import Draft
from portfolios.formats.entry_row import PLACES, read_entry

LOT = frozenset(
    "symbol exchange isin quantity unit_cost cost_basis currency date account label fx_rate "
    "holding_start".split()
)
ACTION = frozenset("type symbol exchange date new_shares old_shares".split())
Read: TypeAlias = tuple[Draft | None, list[Fault]]
SELECTOR = {"unit_cost", "currency", "date", "label"}


def selector(said: Any) -> Any:
    """The document's `lot_selector` as `lot_picks`; what is no selector passes on to be named."""
    if not isinstance(said, Mapping) or not SELECTOR.issuperset(said):
        return said
    named = {"acquisition_date" if name == "date" else name: said[name] for name in said}
    return [named]


def opening_lots(
    document: Mapping[str, Any], known: Mapping[Any, Mapping[str, Any]], base: str, today: date
) -> Iterator[Read]:
    """Each lot as an opening balance: `unit_cost` per share; without it the cost is unknown."""
    for number, said in enumerate(document.get("opening_lots") or (), start=1):
        wrong = _stray(number, said, LOT, "opening_lots")
        if wrong is not None:
            yield wrong
            continue
        fields = {name: value for name, value in said.items() if value is not None}
        fields["lot_label"] = fields.pop("label", "")
        unit_cost = fields.pop("unit_cost", "")
        fields |= {"type": "OPENING_BALANCE", "exchange": _exchange(said, known)}
        read = read_entry(number, fields, base_currency=base, today=today)
        yield _costed(number, read, unit_cost) if unit_cost else read


def actions(
    document: Mapping[str, Any], known: Mapping[Any, Mapping[str, Any]], base: str, today: date
) -> Iterator[Read]:
    """Splits that a document states beside its entries."""
    for number, said in enumerate(document.get("corporate_actions") or (), start=1):
        wrong = _stray(number, said, ACTION, "corporate_actions")
        if wrong is not None:
            yield wrong
            continue
        fields = {name: value for name, value in said.items() if value is not None}
        fields["exchange"] = _exchange(said, known)
        read = read_entry(number, fields, base_currency=base, today=today)
        yield read if said.get("type") == "SPLIT" else _no_split(number, str(said.get("type")))


def _costed(row: int, read: Read, unit_cost: str) -> Read:
    draft, faults = read
    place = Place(row, "opening_lots.unit_cost")
    unit = read_number(unit_cost, place, places=PLACES, zero=True)
    if isinstance(unit, Fault):
        return draft, [*faults, unit]
    if draft is None or draft.quantity is None:
        return read
    return replace(draft, cost_basis=half_even(draft.quantity * unit, PLACES)), faults


def _exchange(said: Mapping[str, Any], known: Mapping[Any, Mapping[str, Any]]) -> str:
    stated = said.get("exchange") or known.get(said.get("symbol"), {}).get("exchange")
    return stated if isinstance(stated, str) else ""


def _stray(number: int, said: Mapping[str, Any], fields: frozenset[str], part: str) -> Read | None:
    for name, value in said.items():
        place = Place(number, f"{part}.{name[:60]}")
        remedy = "The fields are listed in docs/import-json.md."
        if name not in fields:
            fault = place.fault("column_unknown", f"{name[:40]!r} is no field.", remedy)
            return None, [fault]
        if value is not None and not isinstance(value, str):
            fault = place.fault("value_invalid", f"{name} is not a text.", remedy)
            return None, [fault]
    return None


def _no_split(row: int, kind: str) -> Read:
    fault = Place(row, "corporate_actions.type").fault(
        "type_unknown", f"{kind[:40]!r} is not SPLIT.", "Write other events as entries.", kind
    )
    return None, [fault]
