"""From a canonical value to what a cell displays: its text, its state and the reason for it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from patterns.canonical import decimal_text
from patterns.formats import MINUS, NUMERIC, UNITS, display
from patterns.panels import Cell
from patterns.results import STATES

_NOT_RECORDED: Final = "Not recorded."
_MISSING: Final = object()
_IN_CURRENCY: Final = frozenset({"money", "price"})
_UNIT_OF: Final = {name: next(iter(UNITS[name])) for name in NUMERIC}
_SOME: Final = re.compile("[1-9]").search


def cell_at(
    data: Mapping[str, Any], field: str, format_name: str, *, path: str, currency: str = ""
) -> Cell:
    """The cell of a field, dotted or not, of a row or of a whole result.

    A plain number takes the state, the reason and the currency of the nearest mapping around it;
    a figure carries its own.
    """
    place = f"{path}.{field}" if path else field
    if "." in field:
        around = list(_walk(data, field.split(".")))
        value = around.pop()
        owner = next((each for each in reversed(around) if isinstance(each, Mapping)), data)
        found = next(
            (each["currency"] for each in reversed(around) if _has_currency(each)), currency
        )
    else:  # of a row, nearly always
        value, owner, own = data.get(field), data, data.get("currency")
        found = own if isinstance(own, str) else currency
    if _is_figure(value):
        return _figure_cell(value, format_name, place, found)
    return _plain_cell(None if value is _MISSING else value, owner, format_name, place, found)


def no_cell(cell: Cell) -> Cell:
    """The place of a cell that a grid does not have: nothing is shown, and nothing is missing."""
    return cell._replace(text="", state="exact", reason="", sign="", raw="")


def cell_of_sum(
    value: Decimal | None,
    like: Cell,
    *,
    state: str,
    reason: str,
    missing: tuple[str, ...] = (),
) -> Cell:
    """A sum of cells such as this one. It is no figure of the result, so it has no path."""
    return _cell(
        None if value is None else decimal_text(value),
        like.format,
        path="",
        currency=like.currency,
        state=state,
        reason=reason,
        missing=missing,
    )


def _figure_cell(figure: Mapping[str, Any], format_name: str, path: str, currency: str) -> Cell:
    said = figure.get
    coverage, missing, n = said("coverage"), said("missing"), said("n")
    return _cell(
        figure["value"],
        format_name,
        path=path,
        currency=str(said("currency") or currency) if format_name in _IN_CURRENCY else "",
        state=str(figure["state"]),
        reason=str(said("reason") or ""),
        missing=tuple(map(str, missing)) if missing else (),
        coverage="" if coverage is None else display(coverage, "percent"),
        asof_date=str(said("asof_date") or ""),
        method=str(said("method") or ""),
        n="" if n is None else str(n),
    )


def _plain_cell(
    value: Any, owner: Mapping[str, Any], format_name: str, path: str, currency: str
) -> Cell:
    state, reason = "exact", ""
    if format_name in NUMERIC:
        said = owner.get("state")
        state = said if said in STATES else "exact"
        reason = str(owner.get("reason") or "")
        if value is None:
            state, reason = "withheld", reason or _NOT_RECORDED
        elif state == "withheld":
            state, reason = "exact", ""  # the row withholds something else: this number is here
    return _cell(
        value,
        format_name,
        path=path,
        currency=currency if format_name in _IN_CURRENCY else "",
        state=str(state),
        reason=reason,
    )


def _cell(
    value: Any,
    format_name: str,
    *,
    path: str,
    currency: str,
    state: str,
    reason: str,
    missing: tuple[str, ...] = (),
    coverage: str = "",
    asof_date: str = "",
    method: str = "",
    n: str = "",
) -> Cell:
    text = display(value, format_name, currency)
    numeric = format_name in NUMERIC
    return Cell(
        text,
        format_name,
        numeric,
        _sign(value, text) if numeric else "",
        state,
        reason,
        missing,
        coverage,
        asof_date,
        method,
        n,
        _raw(value),
        _UNIT_OF[format_name] if numeric else "",
        currency,
        path,
    )


def _sign(value: Any, text: str) -> Any:
    """The sign of what is displayed: −0.001 % reads 0.00 % and is neither up nor down."""
    if value is None:
        return ""
    if text.startswith(MINUS):
        return "negative"
    return "positive" if _SOME(text) else "zero"


def _raw(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value)


def _walk(data: Any, names: Sequence[str]) -> Iterator[Any]:
    yield data
    for name in names:
        data = data.get(name, _MISSING) if isinstance(data, Mapping) else _MISSING
        yield data


def _is_figure(value: Any) -> bool:
    if value.__class__ is not dict and not isinstance(value, Mapping):
        return False
    return "unit" in value and value.get("state") in STATES


def _has_currency(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("currency"), str)
