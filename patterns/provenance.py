"""What the figures of a value stand on."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

from patterns.canonical import plain
from patterns.results import STATES

SINGLE: Final = frozenset({str, float, int, bool, Decimal, dt.date, dt.datetime, UUID, NoneType})


def provenance(value: BaseModel) -> dict[str, Any]:
    """What the figures of a result stand on: sources, states, first and last as-of date."""
    states = dict.fromkeys(STATES, 0)
    dates: set[Any] = set()
    ahead: list[Any] = [value]
    while ahead:
        each = ahead.pop()
        if isinstance(each, list | tuple):
            kinds = {*map(type, each)} - SINGLE
            kind = next(iter(kinds)) if len(kinds) == 1 else None
            if kind is not None and issubclass(kind, BaseModel):
                rows = [row.__dict__ for row in each if type(row) is kind]
                _note(kind, rows, states, dates)
                ahead += [[row[name] for row in rows] for name in _with_more(kind)]
            elif kinds:
                ahead += [item for item in each if type(item) not in SINGLE]
        elif said := _fields(each):
            state, asof = said.get("state"), said.get("asof_date")
            if state in STATES:
                states[state] += 1
            if type(asof) in SINGLE:
                dates.add(asof)
            ahead += [item for item in said.values() if type(item) not in SINGLE]
    days = sorted({day for day in map(_spelled, dates) if isinstance(day, str)})
    return {
        "sources": _sources(getattr(value, "sources", ())),
        "states": {state: count for state, count in states.items() if count},
        "asof_dates": [days[0], days[-1]] if days else [],
    }


def _spelled(day: Any) -> Any:
    return day.isoformat() if type(day) is dt.date else plain(day)


def _fields(value: Any) -> Mapping[Any, Any]:
    if isinstance(value, BaseModel):
        return value.__dict__
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return value if isinstance(value, Mapping) else {}


def _sources(said: Any) -> list[Any]:
    found = plain(said)
    return found if isinstance(found, list) else [found]


def _note(
    kind: type[BaseModel],
    rows: Sequence[Mapping[str, Any]],
    states: dict[Any, int],
    dates: set[Any],
) -> None:
    """Of many rows of one type the two columns that say something."""
    if "state" in kind.model_fields:
        for state, count in Counter([row["state"] for row in rows]).items():
            if state in STATES:
                states[state] += count
    if "asof_date" in kind.model_fields:
        dates.update([row["asof_date"] for row in rows])


@cache
def _with_more(kind: type[BaseModel]) -> tuple[str, ...]:
    """The fields of a model that are no single values: something may lie beneath them."""
    fields = kind.model_fields.items()
    return tuple(name for name, field in fields if not _is_single(field.annotation))


def _is_single(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin is Literal:
        return True
    if origin is Annotated:
        return _is_single(get_args(annotation)[0])
    if origin in {Union, UnionType, tuple}:
        return all(each is Ellipsis or _is_single(each) for each in get_args(annotation))
    return annotation in SINGLE
