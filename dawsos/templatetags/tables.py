"""The rows of a panel's table, written by one call.

A year of days behind a chart is a thousand cells. A template that looks up each one's parts and
asks a tag for its look takes longer than computing what they say.

{% table_rows panel.rows %}
{% table_rows panel.total %}          the row of totals, where a cell without text stays empty
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from dawsos.templatetags.figures import Why, escape, figure
from patterns.panels import Cell, Row
from patterns.runs import RunResult

register = template.Library()

Asked = Why | Literal[""]


@register.filter
@lru_cache(maxsize=512)  # a page has dozens of headings, and to reverse each is slow
def rule_address(definition: str) -> str:
    """The page of a rule: `returns.3`."""
    return reverse("methods:rule", args=[definition])


@register.simple_tag(takes_context=True)
def table_rows(context: Context, rows: Iterable[Row] | Row) -> SafeString:
    """Rows as `<tr>`; the first cell of each is its head. Figures link to why in the page's run."""
    run: RunResult | Literal[""] = context.get("run") or ""
    asked: Asked = Why.of(run) if run else ""
    if isinstance(rows, Row):
        return SafeString(_row(rows, asked, total=True))
    return SafeString("\n".join([_row(row, asked) for row in rows]))


def _row(row: Row, asked: Asked, *, total: bool = False) -> str:
    head, *others = [
        "" if total and not cell.text else figure(cell, compact=True, why=asked)
        for cell in row.cells
    ]
    if row.definition:
        head = _defined(row)
    elif row.link:
        head = f'<a href="{escape(row.link)}">{figure(row.cells[0], compact=True)}</a>'
    cells = zip(row.cells[1:], others, strict=True)
    return f'<tr><th scope="row">{head}</th>{"".join([_cell(*each) for each in cells])}</tr>'


def _cell(cell: Cell, shown: str) -> str:
    return f'<td class="is-numeric">{shown}</td>' if cell.numeric else f"<td>{shown}</td>"


def _defined(row: Row) -> str:
    """The head of a row that a rule defines, which it links to."""
    address = escape(rule_address(row.definition))
    return f'<a class="defined" href="{address}">{figure(row.cells[0], compact=True)}</a>'
