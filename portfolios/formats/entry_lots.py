"""Lots inside an entry: which lot a disposal means, and lots that arrive with their history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from market.formats.csv_records import Limits
from market.formats.faults import Fault
from market.formats.fields import Place, read_date, read_number
from portfolios.formats.json_text import read_json

SAID = {
    "lot_picks": ("unit_cost", "currency", "acquisition_date", "label", "quantity"),
    "carried_lots": (
        "quantity",
        "acquisition_date",
        "cost_basis",
        "fx_rate",
        "holding_start",
        "label",
    ),
}
REQUIRED = {"lot_picks": (), "carried_lots": ("quantity", "acquisition_date")}
DATES = ("acquisition_date", "holding_start")
TEXTS = ("label", "currency")
REMEDY = "Write a list of objects, as in docs/import-json.md."


def read_lots(column: str, said: Any, place: Place) -> list[dict[str, str]] | Fault:
    """The list of a column; a text is JSON, as in a CSV file. The first mistake is answered."""
    if isinstance(said, str):
        said = read_json(said.encode("utf-8", "replace"), Limits())
    if isinstance(said, Fault):
        return place.fault("lots_invalid", said.message, REMEDY)
    if not isinstance(said, list) or not said:
        return place.fault("lots_invalid", f"{column} is not a list of lots.", REMEDY)
    lots: list[dict[str, str]] = []
    for lot in said:
        read = _read_lot(column, lot, place)
        if isinstance(read, Fault):
            return read
        lots.append(read)
    return lots


def _read_lot(column: str, lot: Any, place: Place) -> dict[str, str] | Fault:
    if not isinstance(lot, Mapping):
        return place.fault("lots_invalid", f"{column} holds something that is no lot.", REMEDY)
    unknown = [name for name in lot if name not in SAID[column]]
    missing = [name for name in REQUIRED[column] if not lot.get(name)]
    if unknown or missing:
        said = f"A lot has no {missing[0]}." if missing else f"A lot has no field {unknown[0]!r}."
        return place.fault("lots_invalid", said, REMEDY)
    read: dict[str, str] = {}
    for name, value in lot.items():
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            return place.fault("lots_invalid", f"{name} of a lot is not a text.", REMEDY)
        checked = _checked(name, value, Place(place.row, f"{column}.{name}"))
        if isinstance(checked, Fault):
            return checked
        read[name] = str(value)
    return read


def _checked(name: str, value: str, place: Place) -> object:
    if name in DATES:
        return read_date(value, place, latest=date.max)
    if name in TEXTS:
        return value
    return read_number(value, place, places=12, zero=name in ("cost_basis", "unit_cost"))
