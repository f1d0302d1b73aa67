"""A metric card as rows of a table: what a figure is called and where it is defined."""

from __future__ import annotations

from typing import Any, NamedTuple

from patterns.results import FractionFigure, RatioFigure
from portfolios.capabilities.inputs import Answer


class FractionRow(Answer):
    """One metric of both. `definition` is a rule of docs/methods: "risk.2"."""

    label: str
    definition: str
    portfolio: FractionFigure
    benchmark: FractionFigure


class RatioRow(Answer):
    """One metric of both that is a pure number."""

    label: str
    definition: str
    portfolio: RatioFigure
    benchmark: RatioFigure


class _Line(NamedTuple):
    name: str
    label: str
    definition: str


_FRACTIONS = {
    "risk": (
        _Line("volatility", "Volatility", "risk.2"),
        _Line("volatility_30d", "Volatility, last 30 days", "risk.3"),
        _Line("volatility_60d", "Volatility, last 60 days", "risk.3"),
        _Line("volatility_90d", "Volatility, last 90 days", "risk.3"),
        _Line("volatility_1y", "Volatility, last 252 days", "risk.3"),
        _Line("ewma_volatility", "EWMA volatility", "risk.4"),
        _Line("downside_deviation", "Downside deviation", "risk.6"),
        _Line(
            "downside_deviation_zero",
            "Downside deviation, zero target",
            "risk.7",
        ),
        _Line("max_drawdown", "Max drawdown", "risk.12"),
        _Line("current_drawdown", "Current drawdown", "risk.13"),
        _Line("average_drawdown", "Average drawdown", "risk.13"),
        _Line("best_day", "Best day", "risk.15"),
        _Line("worst_day", "Worst day", "risk.15"),
        _Line("best_month", "Best month", "risk.15"),
        _Line("worst_month", "Worst month", "risk.15"),
        _Line("win_rate", "Win rate, days", "risk.16"),
        _Line("positive_months", "Positive months", "risk.16"),
    ),
    "tails": tuple(
        _Line(f"{name}_{confidence}", f"{label}, {confidence} %", definition)
        for confidence in ("95", "99")
        for name, label, definition in (
            ("historical_var", "Value at risk, historical", "risk.18"),
            ("historical_cvar", "CVaR, historical", "risk.19"),
            ("normal_var", "Value at risk, normal", "risk.20"),
            ("normal_cvar", "CVaR, normal", "risk.20"),
            ("cornish_fisher_var", "Value at risk, Cornish–Fisher", "risk.21"),
        )
    ),
}
_RATIOS = (
    _Line("sharpe_ratio", "Sharpe ratio", "risk.8"),
    _Line("sortino_ratio", "Sortino ratio", "risk.9"),
    _Line("calmar_ratio", "Calmar ratio", "risk.10"),
    _Line("skew", "Skew", "risk.17"),
    _Line("excess_kurtosis", "Excess kurtosis", "risk.17"),
)


# What is compared with the benchmark has no column for it, and so no row.
_COMPARED = (
    _Line("total_return", "Return", "returns.3"),
    _Line("annualised_return", "Return a year", "returns.5"),
    _Line("arithmetic_excess", "Excess", "returns.11"),
    _Line("geometric_excess", "Excess, geometric", "returns.11"),
    _Line("tracking_error", "Tracking error", "risk.22"),
    _Line("information_ratio", "Information ratio", "risk.23"),
    _Line("beta", "Beta", "risk.24"),
    _Line("alpha", "Alpha", "risk.24"),
    _Line("correlation", "Correlation", "risk.25"),
    _Line("up_capture", "Up capture", "risk.26"),
    _Line("down_capture", "Down capture", "risk.27"),
)


def lines() -> dict[str, tuple[str, str]]:
    """What every figure of a card is called, and its rule."""
    every = [*_RATIOS, *_COMPARED, *(line for group in _FRACTIONS.values() for line in group)]
    return {line.name: (line.label, line.definition) for line in every}


def definitions() -> frozenset[str]:
    """Every rule that a figure leads to."""
    return frozenset(rule for _, rule in lines().values())


def name_at(group: str, place: int) -> str:
    """Which figure of the card stands in a row of "risk", "tails" or "ratios"."""
    return (_RATIOS if group == "ratios" else _FRACTIONS[group])[place].name


def fraction_rows(group: str, own: Any, theirs: Any) -> tuple[FractionRow, ...]:
    """The rows of "risk" or "tails" from the cards of both."""
    return tuple(
        FractionRow(
            label=line.label,
            definition=line.definition,
            portfolio=getattr(own, line.name),
            benchmark=getattr(theirs, line.name),
        )
        for line in _FRACTIONS[group]
    )


def ratio_rows(own: Any, theirs: Any) -> tuple[RatioRow, ...]:
    """The rows of pure numbers from the cards of both."""
    return tuple(
        RatioRow(
            label=line.label,
            definition=line.definition,
            portfolio=getattr(own, line.name),
            benchmark=getattr(theirs, line.name),
        )
        for line in _RATIOS
    )
