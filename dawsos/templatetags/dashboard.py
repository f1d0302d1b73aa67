"""Small questions of the pages that span portfolios."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Any, Literal

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from patterns.results import FractionFigure
from portfolios.models import Portfolio

register = template.Library()


@register.filter
def of(found: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping has for a key, "" where it has nothing."""
    return found.get(key, "")


@register.simple_tag
def ask_together(**line: Any) -> str:
    """Where a sum or a count of the dashboard is explained: by figure, label, measure, currency and
    asof."""
    return _asking("dashboard-why", [], line)


@register.simple_tag
def ask_health(portfolio: Portfolio | Literal[""] | None, **line: Any) -> str:
    """Where a count of data health is explained, of one portfolio or of all."""
    if portfolio:
        return _asking("portfolio-data-health-why", [portfolio.pk], line)
    return _asking("data-health-why", [], line)


def _asking(name: str, args: list[Any], line: Mapping[str, Any]) -> str:
    said = {key: value for key, value in line.items() if value not in (None, "")}
    return f"{reverse(name, args=args)}?{urlencode(said)}"


@register.simple_tag
def count(counted: int | Sized, address: str) -> SafeString:
    """How many, as a number that can be asked why."""
    number = counted if isinstance(counted, int) else len(counted)
    return format_html('<a class="figure__why" href="{}" data-why>{}</a>', address, number)


@register.filter
def fraction(weight: float) -> FractionFigure:
    """A weight as the figure that every number is."""
    return FractionFigure(value=weight)
