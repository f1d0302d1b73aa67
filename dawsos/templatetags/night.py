"""How pages write the state and the clock of a night."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dawsos.templatetags.shell import icon

register = template.Library()

LOOKS = {
    "done": ("Done", "fresh", "check"),
    "running": ("Running", "warming", "stale"),
    "pending": ("Waiting", "skipped", ""),
    "failed": ("Failed", "failed", "alert"),
    "lost": ("Worker lost", "stale", "alert"),
    "handed_over": ("Handed over", "warming", "forward"),
}


@register.simple_tag
def night_state(state: str) -> SafeString:
    """The state of a night, a stage or an attempt: a word and a symbol, never colour alone."""
    word, look, symbol = LOOKS[state]
    return format_html(
        '<span class="state state--{}">{}{}</span>', look, icon(symbol) if symbol else "", word
    )


@register.filter
def market_time(at: dt.datetime | None) -> str:
    """An instant in the zone that it carries: `2013-03-01 00:07:12 EST`."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S %Z}"
