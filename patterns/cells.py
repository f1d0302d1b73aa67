"""From a canonical value to what a cell displays: its text, its state and the reason for it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from patterns.canonical import decimal_text
from patterns.formats import MINUS, NUMERIC, UNITS, display
from patterns.panels import Cell
from patterns.results import STATES

_NOT_RECORDED: Final = "Not recorded."
_MISSING: Final = object()


def cell_at(
    data: Mapping[str, Any], field: str, format_name: str, *, path: str, currency: str = ""
) -> Cell:
    """The cell of a field, dotted or not, of a row or of a whole result.

    A plain number takes the state, the reason and the currency of the nearest mapping around it;
    a figure carries its own.
    """
    around = list(_walk(data, field.split(".")))
    value = around.pop()
    owner = next((each for each in reversed(around) if isinstance(each, Mapping)), data)
    found = next((each["currency"] for each in reversed(around) if _has_currency(each)), currency)
    place = f"{path}.{field}" if path else field
    if _is_figure(value):
        return _figure_cell(value, format_name, place, found)
    return _plain_cell(None if value is _MISSING else value, owner, format_name, place, found)


def no_cell(cell: Cell) -> Cell:
    """The place of a cell that a grid does not have: nothing is shown, and nothing is missing."""
    return replace(cell, text="", state="exact", reason="", sign="", raw="")


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
    own = str(figure.get("currency") or currency)
    coverage = figure.get("coverage")
    return _cell(
        figure["value"],
        format_name,
        path=path,
        currency=own if _in_currency(format_name) else "",
        state=str(figure["state"]),
        reason=str(figure.get("reason") or ""),
        missing=tuple(map(str, figure.get("missing") or ())),
        coverage="" if coverage is None else display(coverage, "percent"),
        asof_date=str(figure.get("asof_date") or ""),
        method=str(figure.get("method") or ""),
        n=str(figure["n"]) if figure.get("n") is not None else "",
    )


def _plain_cell(
    value: Any, owner: Mapping[str, Any], format_name: str, path: str, currency: str
) -> Cell:
    state = owner.get("state") if owner.get("state") in STATES else "exact"
    reason = str(owner.get("reason") or "")
    if format_name not in NUMERIC:
        state, reason = "exact", ""
    elif value is None:
        state, reason = "withheld", reason or _NOT_RECORDED
    elif state == "withheld":
        state, reason = "exact", ""  # the row withholds something else: this number is here
    return _cell(
        value,
        format_name,
        path=path,
        currency=currency if _in_currency(format_name) else "",
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
        text=text,
        format=format_name,
        numeric=numeric,
        sign=_sign(value, text) if numeric else "",
        state=state,
        reason=reason,
        missing=missing,
        coverage=coverage,
        asof_date=asof_date,
        method=method,
        n=n,
        raw=_raw(value),
        unit=next(iter(UNITS[format_name])) if numeric else "",
        currency=currency,
        path=path,
    )


def _sign(value: Any, text: str) -> Any:
    """The sign of what is displayed: −0.001 % reads 0.00 % and is neither up nor down."""
    if value is None:
        return ""
    if text.startswith(MINUS):
        return "negative"
    return "positive" if any(digit in text for digit in "123456789") else "zero"


def _raw(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _walk(data: Any, names: Sequence[str]) -> Iterator[Any]:
    yield data
    for name in names:
        data = data.get(name, _MISSING) if isinstance(data, Mapping) else _MISSING
        yield data


def _is_figure(value: Any) -> bool:
    return isinstance(value, Mapping) and "unit" in value and value.get("state") in STATES


def _has_currency(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("currency"), str)


def _in_currency(format_name: str) -> bool:
    return format_name in ("money", "price")
