"""The numeric columns of the ledger and the checks that keep them finite.

PostgreSQL sorts NaN above every number, so `CHECK (x > 0)` admits NaN. Every numeric
column is therefore bounded on both sides.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

BOUND = Decimal(10) ** 16


def amount_field(**options: Any) -> models.DecimalField[Any, Any]:
    """Money in whole currency units, or a price: ten decimals, seventeen digits before them."""
    return models.DecimalField(max_digits=28, decimal_places=10, **options)


def quantity_field(**options: Any) -> models.DecimalField[Any, Any]:
    """Shares or units; splits keep eight decimals, two are left for brokers who keep more."""
    return models.DecimalField(max_digits=28, decimal_places=10, **options)


def rate_field(**options: Any) -> models.DecimalField[Any, Any]:
    """Base currency per one unit of the row's currency."""
    return models.DecimalField(max_digits=24, decimal_places=12, **options)


def bounded(*names: str, low: Decimal = -BOUND) -> Q:
    """Each named column lies within [low, 10^16] or is null."""
    condition = Q()
    for name in names:
        inside = Q(**{f"{name}__gte": low, f"{name}__lte": BOUND})
        condition &= inside | Q(**{f"{name}__isnull": True})
    return condition


def digest(name: str) -> Q:
    """The named column is a SHA-256 in 64 hexadecimal digits.

    Two simple questions: a pattern that counts to 64 costs PostgreSQL ten times as much, more
    than the rest of an insert.
    """
    return Q(Exact(Length(name), 64)) & ~Q(**{f"{name}__regex": "[^0-9a-f]"})


def positive(name: str) -> Q:
    """The named column is above zero, finite, or null."""
    return Q(**{f"{name}__gt": 0, f"{name}__lte": BOUND}) | Q(**{f"{name}__isnull": True})
