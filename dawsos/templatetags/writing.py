"""Numbers and days as the reader writes them, in every template without loading anything.

{{ entry.transaction_date|day }}      2013-02-28, 28.02.2013, Feb 28, 2013
{{ run.at|moment }} UTC               28.02.2013 23:05
{{ run.at|moment:"seconds" }} UTC     28.02.2013 23:05:09
{{ panel.asof_date|days }}            a text in which there are days
{{ reason|days_whole }}               the same, where no line ends within a day
{{ node.text|numeral }}               1.234,50 CAD
{{ panel.chart|written }}             what a chart says, for its script

What a program reads, an address or a field's value, is `|date:"Y-m-d"`, the same for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from accounts.writing import ISO_DAY, NEUTRAL, current
from patterns.formats import NUMERIC

register = template.Library()


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """ "" for what is no day, as Django's own filter says it."""
    return current().date(value) if isinstance(value, date) else ""


@register.filter(expects_localtime=True)
def moment(value: datetime | None, detail: str = "") -> str:
    if not isinstance(value, datetime):
        return ""
    return current().moment(value, seconds=detail == "seconds")


@register.filter
def days(text: str | None) -> str:
    return current().days_in(str(text)) if text else ""


@register.filter(is_safe=False)
def days_whole(text: str | None) -> SafeString:
    """`days` for prose, where a line could end within a day."""
    how = current()
    return SafeString(
        ISO_DAY.sub(
            lambda found: f'<span class="nowrap">{how.days_in(found[0])}</span>', escape(text or "")
        )
    )


@register.filter
def numeral(text: str | None) -> str:
    """A number that is a text already, with its unit; a day where it is one."""
    if not text:
        return ""
    how = current()
    found = how.days_in(text)
    return how.number(text) if found == text else found


@register.filter
def written(chart: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A chart's specification with its texts in the reader's writing. `said` are its categories
    as the reader reads them: those themselves stay what the axis of time understands."""
    how = current()
    if chart is None or how is NEUTRAL:
        return chart
    series = [
        {**each, "texts": [how.number(text) for text in each["texts"]]}
        if each.get("format") in NUMERIC and "texts" in each
        else each
        for each in chart.get("series", ())
    ]
    found = {**chart, "series": series}
    if chart.get("category_kind") == "date":
        found["said"] = [how.days_in(text) for text in chart["categories"]]
    return found


@register.simple_tag
def decimal_mark() -> str:
    """For the scripts, which write the numbers at the axes of charts themselves."""
    return current().decimal
