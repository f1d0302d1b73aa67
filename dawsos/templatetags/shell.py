"""Small parts of the page frame: icons, shortened hashes, the link to a chart's data."""

from __future__ import annotations

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@cache
def _sprite() -> str:
    return static("img/icons.svg")


@register.simple_tag
@cache  # few symbols, dozens of times on each page
def icon(name: str, size: str = "") -> SafeString:
    """One symbol of the sprite, hidden from screen readers: the words beside it say it."""
    modifier = f" icon--{size}" if size else ""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        modifier,
        _sprite(),
        name,
    )


@register.filter
def short_hash(value: str | None, length: int = 10) -> str:
    """The first characters of a hash, enough to recognise it; the page copies the whole."""
    return (value or "")[:length]
