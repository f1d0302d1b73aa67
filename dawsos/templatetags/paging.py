"""Links between pages of a list that keep the filters of the address."""

from __future__ import annotations

from typing import Protocol

from django import template

register = template.Library()

GAP = "…"


class Paged(Protocol):
    """What a list's page must say: where it stands (from 1) and how many there are."""

    @property
    def page(self) -> int: ...

    @property
    def pages(self) -> int: ...


@register.filter
def elided(shown: Paged) -> list[int | str]:
    """The page numbers around this one: 1 … 4 5 6 … 20."""
    near = {1, shown.page - 1, shown.page, shown.page + 1, shown.pages}
    numbers: list[int | str] = []
    last = 0
    for number in sorted(n for n in near if 1 <= n <= shown.pages):
        if number - last == 2:
            numbers.append(number - 1)  # a gap of one page is shorter written out
        elif number - last > 2:
            numbers.append(GAP)
        numbers.append(number)
        last = number
    return numbers


@register.simple_tag(takes_context=True)
def page_link(context: template.Context, number: int) -> str:
    """The present address with another page number."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
