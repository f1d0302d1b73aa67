"""Asking a page's panels for one of their figures, and for what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django import template

from dawsos.templatetags.reasons import sentence
from patterns.panels import Cell, Panel, Withheld, flat

register = template.Library()


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of a panel that are withheld for one reason."""

    labels: tuple[str, ...]
    reason: str
    missing: tuple[str, ...]  # what the reason itself does not name


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the page something is wrong, and how much of it."""

    title: str
    anchor: str
    count: int


@dataclass(frozen=True, slots=True)
class Health:
    """What a reader should know before trusting the page."""

    total: Cell | None  # the total, when it is not exact
    withheld: tuple[Place, ...]
    failed: tuple[Place, ...]

    @property
    def good(self) -> bool:
        return not (self.total or self.withheld or self.failed)


@register.filter
def metric(panels: Iterable[Panel], field: str) -> Cell | None:
    """The first tile whose path ends in `field`, so that a page's head repeats it, not computes."""
    for panel in flat(panels):
        for tile in panel.metrics:
            if tile.cell.path.rpartition(".")[2] == field:
                return tile.cell
    return None


@register.filter
def by_reason(items: Iterable[Withheld]) -> list[Group]:
    """Each reason once, with everything that is withheld for it, in the order of the panel."""
    labels: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for item in items:
        labels.setdefault((item.reason, item.missing), []).append(item.label)
    return [
        Group(tuple(names), sentence(reason), tuple(m for m in missing if m not in reason))
        for (reason, missing), names in labels.items()
    ]


@register.filter
def health(panels: Iterable[Panel]) -> Health:
    """The state of the total, and each panel that withholds figures or has failed."""
    shown = list(flat(panels))
    total = metric(shown, "total_value")
    return Health(
        total=None if total is None or total.state == "exact" else total,
        withheld=tuple(
            Place(panel.title, f"panel-{panel.id}-withheld", len(panel.withheld))
            for panel in shown
            if panel.withheld
        ),
        failed=tuple(
            Place(panel.title, f"panel-{panel.id}", 1) for panel in shown if panel.state == "failed"
        ),
    )


@register.filter
def rows_step(categories: Sequence[str]) -> int:
    """The class of height that fits so many rows: 3, 6, 9, 12, 16, 24 or 40."""
    return next((step for step in (3, 6, 9, 12, 16, 24) if len(categories) <= step), 40)


@register.filter
def is_empty(panels: Iterable[Panel]) -> bool:
    """Whether no table of the page has a row: nothing is booked on that day."""
    tables = [panel for panel in flat(panels) if panel.type == "table"]
    return bool(tables) and all(panel.state == "empty" for panel in tables)
