"""Linking daily contributions over time so that they sum to the compound return (methods §3.5).

Daily contributions add up within a day, but returns compound, so their plain sum is not the
period's return. Cariño scales day t by k_t/K with k_t = ln(1+r_t)/r_t and K likewise on the whole
period; since Σ ln(1+r_t) = ln(1+R), the scaled contributions sum to R exactly. A day at or below
−100 % has no logarithm; then Frongello's factor Π_{s<t}(1+r_s) is used, and said so.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import log1p
from typing import Generic, Literal, TypeVar

from portfolios.calc.returns import chain

Linker = Literal["carino", "frongello"]
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Linked(Generic[K]):
    """values by line, summing to total; linker is the method that was used."""

    values: Mapping[K, float]
    total: float
    linker: Linker


def link(
    contributions: Mapping[K, Sequence[float]], returns: Sequence[float], linker: Linker = "carino"
) -> Linked[K]:
    """Link lines of daily contributions; each has one element a day, as the returns have.

    The lines of a day must sum to that day's return. Raises ValueError on unequal lengths.
    """
    factors, linker = link_factors(returns, linker)
    values = {
        key: sum(part * factor for part, factor in zip(line, factors, strict=True))
        for key, line in contributions.items()
    }
    return Linked(values, chain(returns), linker)


def link_factors(returns: Sequence[float], linker: Linker = "carino") -> tuple[list[float], Linker]:
    """What the contributions of each day are multiplied by, and the linker that was used."""
    if linker == "carino" and any(one <= -1.0 for one in returns):
        linker = "frongello"
    return (_carino if linker == "carino" else _frongello)(returns), linker


def contributions(
    profits: Mapping[K, Sequence[float]], capital: Sequence[float]
) -> dict[K, list[float]]:
    """Daily contributions c = PnL/(V_{t−1}+I_t) of each line. capital is that denominator, > 0."""
    return {
        key: [profit / base for profit, base in zip(line, capital, strict=True)]
        for key, line in profits.items()
    }


def carino_factor(one: float, whole: float) -> float:
    """k_t/K of a day's return and the period's; both are above −100 %."""
    return _log_ratio(one) / _log_ratio(whole)


def _carino(returns: Sequence[float]) -> list[float]:
    whole = chain(returns)
    return [carino_factor(one, whole) for one in returns]


def _log_ratio(one: float) -> float:
    """ln(1+r)/r, and its limit 1 at 0."""
    return log1p(one) / one if one else 1.0


def _frongello(returns: Sequence[float]) -> list[float]:
    factors = []
    wealth = 1.0
    for one in returns:
        factors.append(wealth)
        wealth *= 1.0 + one
    return factors
