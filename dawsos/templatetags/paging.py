"""Links between pages of a list that keep the filters of the address."""

from __future__ import annotations

from django import template

from accounts.writing import current

register = template.Library()

GAP = "…"


@register.filter
def counted(number: int, noun: str = "") -> str:
    """So many of them: 1 row, 2 rows, 1 entry."""
    word = noun or "entries"
    if number == 1:
        word = f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")
    return f"{current().number(f'{number:,}')} {word}"


@register.simple_tag
def page_numbers(number: int, pages: int) -> list[int | str]:
    """The page numbers around this one: 1 … 4 5 6 … 20."""
    near = {1, number - 1, number, number + 1, pages}
    shown: list[int | str] = []
    last = 0
    for page in sorted(page for page in near if 1 <= page <= pages):
        if page - last == 2:
            shown.append(page - 1)  # a gap of one page is shorter written out
        elif page - last > 2:
            shown.append(GAP)
        shown.append(page)
        last = page
    return shown


@register.simple_tag(takes_context=True)
def page_link(context: template.Context, number: int) -> str:
    """The present address with another page number."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def stretch_link(context: template.Context, **place: object) -> str:
    """The present address at another place of a list that is not counted: before=… or after=…"""
    query = context["request"].GET.copy()
    for name in ("before", "after", "page"):
        query.pop(name, None)
    for name, value in place.items():
        query[name] = str(value)
    return f"?{query.urlencode()}"
