"""The groups of a metric card: measures of one sample under one rule (methods §4).

A measure is withheld below 60 daily returns, the 99 % tail below 252; between 60 and 252 it is
partial. What exists without a sample (a total, a drawdown) is merely stated.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from portfolios.calc.ewma import ewma_volatility
from portfolios.calc.relative import (
    arithmetic_excess,
    capture,
    correlation,
    geometric_excess,
    information_ratio,
    regress,
    tracking_error,
)
from portfolios.calc.returns import Floats
from portfolios.calc.risk import (
    FULL_SAMPLE,
    MINIMUM_OBSERVATIONS,
    Statistic,
    downside_deviation,
    sharpe,
    sortino,
    volatility,
)
from portfolios.calc.value_at_risk import (
    Moments,
    cornish_fisher,
    historical_tail,
    moments,
    normal_tail,
)

TAIL_OBSERVATIONS = 252  # for a confidence of 99 %
CONFIDENCES = {"95": 0.95, "99": 0.99}

SPREAD = (
    "volatility",
    "downside_deviation_zero",
    "ewma_volatility",
    "skew",
    "excess_kurtosis",
)
TAIL = tuple(
    f"{kind}_{confidence}"
    for confidence in CONFIDENCES
    for kind in (
        "historical_var",
        "historical_cvar",
        "normal_var",
        "normal_cvar",
        "cornish_fisher_var",
    )
)
ABOVE_RISK_FREE = ("sharpe_ratio", "sortino_ratio", "downside_deviation")
BESIDE_BENCHMARK = (
    "tracking_error",
    "information_ratio",
    "correlation",
    "up_capture",
    "down_capture",
)
REGRESSED = ("beta", "alpha")
EXCESS = ("arithmetic_excess", "geometric_excess")


@dataclass(frozen=True, slots=True)
class Measures:
    """Values of one group; `reasons` of a None by name, NO_DISPERSION where there is no other."""

    values: Mapping[str, float | None]
    reasons: Mapping[str, str] = field(default_factory=dict)


def stated(value: float | None, n: int, reason: str | None) -> Statistic:
    """A description of what happened, which needs no sample; `reason` is that of a None."""
    if value is None:
        return Statistic(None, n, "withheld", reason)
    return Statistic(value, n, "exact")


def spread(returns: Floats) -> Measures:
    """How far returns lie apart, and the shape of that."""
    shape = moments(returns)
    return Measures(
        {
            "volatility": volatility(returns),
            "downside_deviation_zero": downside_deviation(returns),
            "ewma_volatility": ewma_volatility(returns),
            "skew": shape.skew if shape else None,
            "excess_kurtosis": shape.excess_kurtosis if shape else None,
        }
    )


def sampled(found: Measures, n: int, least: int = MINIMUM_OBSERVATIONS) -> dict[str, Statistic]:
    """The sample-size rule over a group of measures of one sample."""
    if n < least:
        why = "INSUFFICIENT" if least == MINIMUM_OBSERVATIONS else "INSUFFICIENT_TAIL"
        return without(found.values, n, why)
    return {
        name: Statistic(None, n, "withheld", found.reasons.get(name, "NO_DISPERSION"))
        if value is None
        else Statistic(value, n, "exact")
        if n >= FULL_SAMPLE
        else Statistic(value, n, "partial", "SHORT_SAMPLE")
        for name, value in found.values.items()
    }


def without(names: Iterable[str], n: int, reason: str) -> dict[str, Statistic]:
    """All of them withheld for one reason."""
    return {name: Statistic(None, n, "withheld", reason) for name in names}


def tails(returns: Floats) -> dict[str, Statistic]:
    """VaR and CVaR of one day. The bent normal quantile is None for more than one reason."""
    found: dict[str, Statistic] = {}
    n, shape = len(returns), moments(returns)
    for label, confidence in CONFIDENCES.items():
        least = MINIMUM_OBSERVATIONS if label == "95" else TAIL_OBSERVATIONS
        if n < least or shape is None:
            why = "INSUFFICIENT" if label == "95" else "INSUFFICIENT_TAIL"
            found |= without([name for name in TAIL if name.endswith(label)], n, why)
            continue
        found |= sampled(_tail(returns, shape, label, confidence), n, least)
    return found


def _tail(returns: Floats, shape: Moments, label: str, confidence: float) -> Measures:
    history = historical_tail(returns, confidence)
    normal = normal_tail(shape, confidence)
    bent = cornish_fisher(shape, confidence)
    return Measures(
        {
            f"historical_var_{label}": history.var if history else None,
            f"historical_cvar_{label}": history.cvar if history else None,
            f"normal_var_{label}": normal[0],
            f"normal_cvar_{label}": normal[1],
            f"cornish_fisher_var_{label}": bent.var if bent else None,
        },
        {} if bent is None else {f"cornish_fisher_var_{label}": "NOT_MONOTONE"},
    )


def above_risk_free(returns: Floats, risk_free: Floats | None) -> dict[str, Statistic]:
    """Measures of what was earned above the risk-free; NO_RISK_FREE without such a series."""
    if risk_free is None:
        return without(ABOVE_RISK_FREE, len(returns), "NO_RISK_FREE")
    excess = returns - risk_free
    values = {
        "sharpe_ratio": sharpe(excess),
        "sortino_ratio": sortino(excess),
        "downside_deviation": downside_deviation(excess),
    }
    return sampled(Measures(values, {"sortino_ratio": "NO_SHORTFALL"}), len(returns))


def beside_benchmark(
    returns: Floats, benchmark: Floats | None, risk_free: Floats | None
) -> dict[str, Statistic]:
    """Measures beside a benchmark: NO_BENCHMARK without one, BENCHMARK_GAP when a day of it has no
    return."""
    n = len(returns)
    names = (*BESIDE_BENCHMARK, *REGRESSED, *EXCESS)
    if benchmark is None:
        return without(names, n, "NO_BENCHMARK")
    if np.isnan(benchmark).any():
        return without(names, n, "BENCHMARK_GAP")
    values = {
        "tracking_error": tracking_error(returns, benchmark),
        "information_ratio": information_ratio(returns, benchmark),
        "correlation": correlation(returns, benchmark),
        "up_capture": capture(returns, benchmark, up=True),
        "down_capture": capture(returns, benchmark, up=False),
    }
    return {
        **sampled(Measures(values, {"up_capture": "NO_RISE", "down_capture": "NO_FALL"}), n),
        **_regressed(returns, benchmark, risk_free),
        **_excess(_compounded(returns), _compounded(benchmark), n),
    }


def _regressed(
    returns: Floats, benchmark: Floats, risk_free: Floats | None
) -> dict[str, Statistic]:
    if risk_free is None:
        return without(REGRESSED, len(returns), "NO_RISK_FREE")
    fit = regress(returns - risk_free, benchmark - risk_free)
    values = {"beta": fit.beta if fit else None, "alpha": fit.alpha if fit else None}
    return sampled(Measures(values), len(returns))


def _excess(own: float, other: float, n: int) -> dict[str, Statistic]:
    relative = geometric_excess(own, other) if other > -1.0 else None
    return {
        "arithmetic_excess": Statistic(arithmetic_excess(own, other), n, "exact"),
        "geometric_excess": stated(relative, n, "TOTAL_LOSS"),
    }


def _compounded(returns: Floats) -> float:
    return float(np.prod(1.0 + returns) - 1.0)
