"""A metric card as rows of a table: what a figure is called and where it is defined."""

from __future__ import annotations

from typing import Any, NamedTuple

from patterns.results import FractionFigure, RatioFigure
from portfolios.capabilities.inputs import Answer


class FractionRow(Answer):
    """One metric of both. `definition` is a rule of docs/methods: "risk/volatility"."""

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
        _Line("volatility", "Volatility", "risk/volatility"),
        _Line("volatility_30d", "Volatility, last 30 days", "risk/volatility-over-the-last-days"),
        _Line("volatility_60d", "Volatility, last 60 days", "risk/volatility-over-the-last-days"),
        _Line("volatility_90d", "Volatility, last 90 days", "risk/volatility-over-the-last-days"),
        _Line("volatility_1y", "Volatility, last 252 days", "risk/volatility-over-the-last-days"),
        _Line("ewma_volatility", "EWMA volatility", "risk/ewma-volatility"),
        _Line("downside_deviation", "Downside deviation", "risk/downside-deviation"),
        _Line(
            "downside_deviation_zero",
            "Downside deviation, zero target",
            "risk/downside-deviation-zero-target",
        ),
        _Line("max_drawdown", "Max drawdown", "risk/max-drawdown"),
        _Line("current_drawdown", "Current drawdown", "risk/current-drawdown"),
        _Line("average_drawdown", "Average drawdown", "risk/current-drawdown"),
        _Line("best_day", "Best day", "risk/best-and-worst-day"),
        _Line("worst_day", "Worst day", "risk/best-and-worst-day"),
        _Line("best_month", "Best month", "risk/best-and-worst-day"),
        _Line("worst_month", "Worst month", "risk/best-and-worst-day"),
        _Line("win_rate", "Win rate, days", "risk/win-rate"),
        _Line("positive_months", "Positive months", "risk/win-rate"),
    ),
    "tails": tuple(
        _Line(f"{name}_{confidence}", f"{label}, {confidence} %", f"risk/{definition}")
        for confidence in ("95", "99")
        for name, label, definition in (
            ("historical_var", "Value at risk, historical", "value-at-risk-historical"),
            ("historical_cvar", "CVaR, historical", "cvar-historical"),
            ("normal_var", "Value at risk, normal", "value-at-risk-normal"),
            ("normal_cvar", "CVaR, normal", "value-at-risk-normal"),
            ("cornish_fisher_var", "Value at risk, Cornish–Fisher", "value-at-risk-cornish-fisher"),
        )
    ),
}
_RATIOS = (
    _Line("sharpe_ratio", "Sharpe ratio", "risk/sharpe-ratio"),
    _Line("sortino_ratio", "Sortino ratio", "risk/sortino-ratio"),
    _Line("calmar_ratio", "Calmar ratio", "risk/calmar-ratio"),
    _Line("skew", "Skew", "risk/skew"),
    _Line("excess_kurtosis", "Excess kurtosis", "risk/skew"),
)


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
