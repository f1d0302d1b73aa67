"""How two daily series move together: covariance, variance and deviation, each of its days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from patterns.explanation import Explanation, Formula, Number
from portfolios.calc.position_risk import covariance_of, deviation_of
from portfolios.calc.returns import Floats

Nodes = Callable[[], list[Explanation]]


@dataclass(frozen=True)
class Series:
    """Daily values, and the node of each of them. `name` as in: deviation of NAME."""

    name: str
    values: Floats
    nodes: Nodes

    def deviation(self, rule: str) -> Explanation:
        formula = Formula("statistic", "standard deviation of every day", compute=_deviation)
        return _node(f"deviation of {self.name}", deviation_of(self.values), formula, self, rule)

    def variance(self, rule: str) -> Explanation:
        formula = Formula("statistic", "variance of every day", compute=_variance)
        value = deviation_of(self.values) ** 2
        return _node(f"variance of {self.name}", value, formula, self, rule)

    def covariance(self, other: Series, rule: str) -> Explanation:
        """With another series of the same days; its parts are a day's two values in turn."""

        def parts() -> list[Explanation]:
            pairs = zip(self.nodes(), other.nodes(), strict=True)
            return [node for pair in pairs for node in pair]

        return Explanation(
            label=f"covariance of {self.name} and {other.name}",
            value=covariance_of(self.values, other.values),
            unit="rate",
            formula=Formula("statistic", "covariance, two values a day", compute=_covariance),
            parts=parts,
            rule=rule,
        )


def _node(label: str, value: float, formula: Formula, of: Series, rule: str) -> Explanation:
    return Explanation(
        label=label, value=value, unit="rate", formula=formula, parts=of.nodes, rule=rule
    )


def array(values: Sequence[Number]) -> Floats:
    return np.array([float(value) for value in values], dtype=np.float64)


def _deviation(values: Sequence[Number]) -> float:
    return deviation_of(array(values))


def _variance(values: Sequence[Number]) -> float:
    return deviation_of(array(values)) ** 2


def _covariance(values: Sequence[Number]) -> float:
    pairs = array(values)
    return covariance_of(pairs[::2], pairs[1::2])
