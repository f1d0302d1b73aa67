"""What the figures of a value stand on."""

from collections.abc import Iterator
from typing import Any

from patterns.results import STATES


def provenance(value: Any) -> dict[str, Any]:
    """What the figures of a value stand on: sources, states, first and last as-of date."""
    states: dict[str, int] = {}
    dates: list[str] = []
    for each in _mappings(value):
        state = each.get("state")
        if state in STATES:
            states[state] = states.get(state, 0) + 1
        asof = each.get("asof_date")
        if isinstance(asof, str):
            dates.append(asof)
    sources = value.get("sources", []) if isinstance(value, dict) else []
    return {
        "sources": sources if isinstance(sources, list) else [sources],
        "states": states,
        "asof_dates": [min(dates), max(dates)] if dates else [],
    }


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _mappings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _mappings(item)
