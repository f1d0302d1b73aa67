"""Asking a page's panels for one of their figures."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from patterns.panels import Cell, Panel

register = template.Library()


@register.filter
def metric(panels: Iterable[Panel], field: str) -> Cell | None:
    """The first tile whose path ends in `field`, so that a page's head repeats it, not computes."""
    for panel in panels:
        for tile in panel.metrics:
            if tile.cell.path.rpartition(".")[2] == field:
                return tile.cell
    return None
