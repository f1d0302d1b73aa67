"""Why the total of a table's column is what it is: the sum of the figures of its rows."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal
from typing import Any, Final

from patterns.exceptions import FigureUnknown
from patterns.explanation import SUM, Explanation
from patterns.formats import number
from patterns.results import State

WORST: Final[tuple[State, ...]] = ("partial", "stale", "estimated")
EVERY: Final = "*"  # in a path: of all rows
_WIDE: Final = Context(prec=200)


def column_path(path: str, field: str) -> str:
    """The path of a column's total; `path` is that of the rows."""
    return f"{path}.{EVERY}.{field}"


def explain_sum(
    rows: Any, path: str, value_at: Callable[[Any, Sequence[str]], Any], one: Callable[[str], Any]
) -> Explanation:
    """The exact sum of what is known in a column, partial where a row is withheld.

    `value_at` finds the stored figure of a row; `one` explains the figure at a path, when it is
    looked at. Raises FigureUnknown where the rows have no such column of figures.
    """
    before, _, field = path.partition(f".{EVERY}.")
    if not isinstance(rows, list) or not rows:
        raise FigureUnknown(f"This run has no rows at {before[:120]!r}.")
    figures = [value_at(row, field.split(".")) for row in rows]
    if not all(isinstance(figure, Mapping) and "unit" in figure for figure in figures):
        raise FigureUnknown(f"This run has no figures at {path[:120]!r}.")
    known = [figure for figure in figures if figure["value"] is not None]
    currencies = {figure.get("currency", "") for figure in known}
    if not known or len(currencies) > 1:
        raise FigureUnknown(f"The figures at {path[:120]!r} have no sum.")
    value = Decimal(0)
    for figure in known:
        value = _WIDE.add(value, number(figure["value"]))
    states = {"partial" if figure["value"] is None else figure["state"] for figure in figures}
    state: State = next((one for one in WORST if one in states), "exact")
    return Explanation(
        label="total of the column",
        value=value,
        unit=known[0]["unit"],
        currency=currencies.pop() or "",
        state=state,
        reason=f"The sum of {len(known)} of {len(figures)} rows." if state == "partial" else "",
        formula=SUM,
        parts=lambda: [one(f"{before}.{place}.{field}") for place in range(len(figures))],
    )
