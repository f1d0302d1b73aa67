"""The money-weighted return: the yearly rate at which a portfolio's flows come to nothing.

    Σ CF_i · (1 + r)^(−days_i / 365) = 0

Flows carry the investor's sign: what is paid in is negative, what is taken out and the value at
the end are positive. Days run from the first flow. Several rates may solve this, or none; then
none is chosen (methods §3.3).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import expm1, log

import numpy as np

from portfolios.calc.returns import Floats

LOWEST, HIGHEST = -0.999, 999.0  # −99.9 % to +99,900 % a year
POINTS = 4001
YEAR = 365.0
_HALVINGS = 80  # of an interval of ln(1+r): far below what a float can tell apart


@dataclass(frozen=True, slots=True)
class InternalRate:
    """A rate a year and what it is over the span of the flows; None with the reason.

    roots: every rate that solves the equation, ascending. Reasons: NO_SIGN_CHANGE (all flows run
    one way, or there are none), NO_ROOT, MULTIPLE_ROOTS.
    """

    rate: float | None
    reason: str | None
    roots: tuple[float, ...]
    period_return: float | None


def xirr(flows: Iterable[tuple[date, float]], unit_days: float = YEAR) -> InternalRate:
    """The internal rate of dated flows, ACT/365, whatever their order.

    unit_days: of which span it is the rate, a year unless said otherwise.

    ln(1+r) is scanned over 4,001 points from −99.9 % to +99,900 % and each change of sign is
    halved until it is one float. Flows of one day count together. Raises nothing. `period_return`
    is the rate over the span of the flows.
    Source: methods §3.3.
    """
    daily = _by_day(flows)
    amounts = [amount for amount in daily.values() if amount]
    if not amounts or min(amounts) > 0 or max(amounts) < 0:
        return InternalRate(None, "NO_SIGN_CHANGE", (), None)
    days = sorted(daily)
    spans = np.array([(day - days[0]).days / unit_days for day in days])
    paid = np.array([daily[day] for day in days])
    roots = tuple(expm1(root) for root in _roots(spans, paid))
    if len(roots) != 1:
        return InternalRate(None, "MULTIPLE_ROOTS" if roots else "NO_ROOT", roots, None)
    whole = expm1(log(1.0 + roots[0]) * (days[-1] - days[0]).days / unit_days)
    return InternalRate(roots[0], None, roots, whole)


def _by_day(flows: Iterable[tuple[date, float]]) -> Mapping[date, float]:
    daily: dict[date, float] = {}
    for day, amount in flows:
        daily[day] = daily.get(day, 0.0) + amount
    return daily


def _roots(spans: Floats, paid: Floats) -> list[float]:
    """Every ln(1+r) at which the present value changes sign or vanishes, ascending."""
    grid = np.linspace(log(1.0 + LOWEST), log(1.0 + HIGHEST), POINTS)
    worth = _present_values(grid, spans, paid)
    signs = np.sign(worth)
    found = [float(point) for point in grid[signs == 0]]
    crossed = np.flatnonzero(signs[:-1] * signs[1:] < 0)
    found += [_halve(float(grid[at]), float(grid[at + 1]), spans, paid) for at in crossed]
    return sorted(found)


def _present_values(grid: Floats, spans: Floats, paid: Floats) -> Floats:
    """The present value at every point, by Horner's rule from the last day to the first.

    Gaps between days repeat, so their discount factors are kept.
    """
    factors: dict[float, Floats] = {}
    worth = np.full_like(grid, paid[-1])
    for index in range(len(paid) - 2, -1, -1):
        gap = float(spans[index + 1] - spans[index])
        key = round(gap, 9)
        if key not in factors:
            factors[key] = np.exp(-grid * gap)
        worth = worth * factors[key] + paid[index]
    return worth


def _halve(low: float, high: float, spans: Floats, paid: Floats) -> float:
    def worth(point: float) -> float:
        return float(np.dot(paid, np.exp(-point * spans)))

    below = worth(low) < 0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if (worth(middle) < 0) is below:
            low = middle
        else:
            high = middle
    return (low + high) / 2
