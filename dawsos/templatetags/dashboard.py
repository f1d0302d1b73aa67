"""Small questions of the pages that span portfolios."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from patterns.results import FractionFigure

register = template.Library()


@register.filter
def of(found: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping has for a key, "" where it has nothing."""
    return found.get(key, "")


@register.filter
def fraction(weight: float) -> FractionFigure:
    """A weight as the figure that every number is."""
    return FractionFigure(value=weight)
