"""Small lines and bars that need no script: a history at a glance, a share of a whole.

{% spark line.months label="Value of Savings" %}
{% share 0.25 %}
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

WIDTH, HEIGHT, EDGE = 120, 32, 3
Point = tuple[date, Decimal | None]


def path_of(points: Sequence[Point]) -> str:
    """The line as an SVG path, oldest to the left, lowest at the foot. A missing value interrupts
    it; a value between two gaps is a dot."""
    known = [float(value) for _, value in points if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    step = (WIDTH - 2 * EDGE) / max(1, len(points) - 1)
    found: list[str] = []
    drawing = False
    for at, (_, value) in enumerate(points):
        if value is None:
            drawing = False
            continue
        share = (float(value) - low) / (high - low) if high > low else 0.5
        place = f"{EDGE + at * step:.1f} {HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE):.1f}"
        found.append(f"L{place}" if drawing else f"M{place}L{place}")
        drawing = True
    return "".join(found)


@register.simple_tag
def spark(points: Sequence[Point], label: str = "") -> SafeString:
    """Nothing for fewer than two values: a point has no course."""
    if sum(value is not None for _, value in points) < 2:
        return mark_safe("")
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"'
        ' aria-label="{}" focusable="false">'
        '<path d="{}"></path></svg>',
        WIDTH,
        HEIGHT,
        label,
        path_of(points),
    )


@register.simple_tag
def share(weight: float) -> SafeString:
    """A bar from nothing to the whole; a debt's share has none, the figure beside it says it."""
    width = max(0.0, min(1.0, weight)) * 100
    return format_html(
        '<svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"'
        ' focusable="false"><rect width="{}" height="6"></rect></svg>',
        f"{width:.2f}",
    )
