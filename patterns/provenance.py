"""What the figures of a value stand on."""

from typing import Any

from patterns.results import STATES


def provenance(value: Any) -> dict[str, Any]:
    """What the figures of a plain value stand on: sources, states, first and last as-of date."""
    states = dict.fromkeys(STATES, 0)
    dates: set[str] = set()
    ahead: list[Any] = [value] if isinstance(value, dict | list) else []
    while ahead:
        each = ahead.pop()
        if isinstance(each, dict):
            state, asof = each.get("state"), each.get("asof_date")
            if state in STATES:
                states[state] += 1
            if isinstance(asof, str):
                dates.add(asof)
            each = each.values()
        ahead += [item for item in each if isinstance(item, dict | list)]
    sources = value.get("sources", []) if isinstance(value, dict) else []
    return {
        "sources": sources if isinstance(sources, list) else [sources],
        "states": {state: count for state, count in states.items() if count},
        "asof_dates": [min(dates), max(dates)] if dates else [],
    }
