"""Two runs of one pattern side by side: two days, two packs, two portfolios.

Figures are matched by what a reader sees: a tile by its label, a table's row by its first cell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from patterns.formats import display, number
from patterns.grid import label_of
from patterns.panels import Cell, Panel, flat

_NAMES: Final = ("label", "heading", "headline")  # what an entry is told apart by


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """One figure in both runs; None where one of them does not have it. `difference` is the
    second less the first, "" where that means nothing."""

    label: str
    first: Cell | None
    second: Cell | None
    difference: str
    sign: str

    @property
    def is_same(self) -> bool:
        one, two = self.first, self.second
        if one is None or two is None:
            return False
        return (one.raw, one.state, one.currency) == (two.raw, two.state, two.currency)


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedPanel:
    """What of a panel differs, and how many figures are the same in both runs."""

    title: str
    figures: tuple[Compared, ...]
    same: int


def compare(first: Sequence[Panel], second: Sequence[Panel]) -> list[ComparedPanel]:
    """Every panel that both runs can show, with the figures that differ. Charts of more than a
    hundred rows are series of days: two of them are compared by their ends alone."""
    others = {panel.id: panel for panel in flat(second)}
    shared = [panel for panel in flat(first) if panel.id in others and not panel.tabs]
    return [_panels(panel, others[panel.id]) for panel in shared]


def leaves(data: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every single value of a result with its path, in order."""
    if isinstance(data, dict):
        for key in sorted(data):
            yield from leaves(data[key], f"{path}.{key}" if path else key)
    elif isinstance(data, list):
        for position, item in enumerate(data):
            yield from leaves(item, f"{path}.{position}")
    else:
        yield path, data


def differing(first: object, second: object) -> list[tuple[str, object, object]]:
    """The paths at which two results differ, with both values; None where there is none."""
    one, two = dict(leaves(first)), dict(leaves(second))
    return [
        (path, one.get(path), two.get(path))
        for path in sorted(one.keys() | two.keys())
        if one.get(path) != two.get(path)
    ]


def _panels(first: Panel, second: Panel) -> ComparedPanel:
    one, two = dict(_figures(first)), dict(_figures(second))
    pairs = [_pair(label, one.get(label), two.get(label)) for label in dict.fromkeys([*one, *two])]
    changed = tuple(pair for pair in pairs if not pair.is_same)
    return ComparedPanel(title=first.title, figures=changed, same=len(pairs) - len(changed))


def _figures(panel: Panel) -> Iterator[tuple[str, Cell]]:
    for metric in panel.metrics:
        yield metric.label, metric.cell
    seen: dict[str, int] = {}
    for name, figures in _lines(panel):
        seen[name] = seen.get(name, 0) + 1
        which = f" ({seen[name]})" if seen[name] > 1 else ""
        for label, cell in figures:
            if cell.numeric:
                yield f"{name}{which}{' · ' if label else ''}{label}", cell


def _lines(panel: Panel) -> Iterator[tuple[str, list[tuple[str, Cell]]]]:
    """Each line of a panel by its name: rows of a table, items of lists, events and cards."""
    rows = panel.rows if len(panel.rows) <= 100 else (panel.rows[0], panel.rows[-1])
    for row in rows:
        labels = [column.label for column in panel.columns[1:]]
        yield row.cells[0].text, list(zip(labels, row.cells[1:], strict=True))
    for half in panel.lists:
        for item in half.items:
            yield f"{half.title} · {item.label.text}", [("", item.value)]
    for entry in panel.entries:
        name = next((entry.parts[each].text for each in _NAMES if each in entry.parts), "")
        parts = [(label_of(part), cell) for part, cell in entry.parts.items()]
        yield name, [*parts, *((fact.label, fact.cell) for fact in entry.facts)]


def _pair(label: str, first: Cell | None, second: Cell | None) -> Compared:
    moved = _moved(first, second)
    if moved is None or second is None:
        return Compared(label=label, first=first, second=second, difference="", sign="")
    said = display(str(moved), second.format, second.currency)
    if not any(digit in said for digit in "123456789"):
        moved = Decimal(0)  # what shows no difference has no sign
    return Compared(
        label=label,
        first=first,
        second=second,
        difference=f"{said.removesuffix(' %')} points" if said.endswith(" %") else said,
        sign="negative" if moved < 0 else "positive" if moved > 0 else "zero",
    )


def _moved(first: Cell | None, second: Cell | None) -> Decimal | None:
    """The second value less the first, where both are known and of one kind."""
    if first is None or second is None or not (first.raw and second.raw):
        return None
    if (first.unit, first.currency) != (second.unit, second.currency):
        return None
    return number(second.raw) - number(first.raw)
