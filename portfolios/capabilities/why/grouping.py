"""Sums and chains of many days, by month and year, so that a year of them can be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from patterns.explanation import Explanation, Formula

MOST_DAYS = 31
MOST_MONTHS = 36
Names = Callable[[date], str]


@dataclass(frozen=True, kw_only=True)
class Daily:
    """What each day of a period adds to a sum or a chain.

    values: one a day, all known. day: the node of the day at a place, whose value is that of the
    place. What is named is said of every group: `return in 2013-02`.
    """

    name: str
    dates: Sequence[date]
    values: npt.NDArray[Any]  # floats, or Decimals whose sums are exact
    day: Callable[[int], Explanation]
    kind: Literal["sum", "chain"] = "sum"
    unit: str = "fraction"
    currency: str = ""
    rule: str = ""

    @property
    def formula(self) -> Formula:
        """How the whole, and every group, follows from what is in it."""
        if self.kind == "chain":
            return Formula("chain", "every day's return, compounded")
        return Formula("sum", "the sum of every day")

    def parts(self) -> list[Explanation]:
        """The days when they are few, else the months, else the years."""
        return self._parts(0, len(self.dates))

    def node(self, label: str) -> Explanation:
        """The whole period as a node of its own."""
        return self._group(label, 0, len(self.dates))

    def upto(self, last: int, label: str) -> Explanation:
        """The first `last` days as a node of its own."""
        return self._group(label, 0, last)

    def _parts(self, first: int, last: int) -> list[Explanation]:
        if last - first <= MOST_DAYS:
            return [self.day(at) for at in range(first, last)]
        months = self._runs(_month, first, last)
        if len(months) == 1:
            return [self.day(at) for at in range(first, last)]
        runs = months if len(months) <= MOST_MONTHS else self._runs(_year, first, last)
        return [self._group(f"{self.name} in {name}", *ends) for name, *ends in runs]

    def _runs(self, named: Names, first: int, last: int) -> list[tuple[str, int, int]]:
        found = []
        for name, places in groupby(range(first, last), key=lambda at: named(self.dates[at])):
            held = [*places]
            found.append((name, held[0], held[-1] + 1))
        return found

    def _group(self, label: str, first: int, last: int) -> Explanation:
        values = self.values[first:last]
        total = np.prod(1.0 + values) - 1.0 if self.kind == "chain" else values.sum()
        return Explanation(
            label=label,
            value=total if isinstance(total, Decimal) else float(total),
            unit=self.unit,
            currency=self.currency,
            formula=self.formula,
            parts=partial(self._parts, first, last),
            rule=self.rule,
        )


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _year(day: date) -> str:
    return f"{day:%Y}"
