"""Risk of daily returns (methods §4)."""

from datetime import date
from typing import Any

import numpy as np

from dawsos.methods.registry import Answer, Inputs, golden
from portfolios.calc.drawdown import Drawdown, drawdown_series, max_drawdown
from portfolios.calc.relative import information_ratio, regress, tracking_error
from portfolios.calc.returns import annualise, chain
from portfolios.calc.risk import (
    calmar,
    downside_deviation,
    measured,
    risk_free_returns,
    sharpe,
    sortino,
    volatility,
)


@golden("risk.max_drawdown")
def drawdown(inputs: Inputs) -> Answer:
    base, days = _days(inputs)
    fall = max_drawdown(base, days, inputs["returns"])
    series = [float(one) for one in drawdown_series(inputs["returns"])]
    return {**_fall(fall), "drawdown_series": series}


@golden("risk.ratios")
def ratios(inputs: Inputs) -> Answer:
    base, days = _days(inputs)
    returns, benchmark = np.array(inputs["portfolio"]), np.array(inputs["benchmark"])
    rf = risk_free_returns(base, days, inputs["rf_annual"])
    excess = returns - rf
    fit = regress(excess, benchmark - rf)
    fall = max_drawdown(base, days, returns)
    total = chain(returns.tolist())
    cagr = annualise(total, base, days[-1]).value
    return {
        "n": measured(volatility, returns).n,
        "volatility": volatility(returns),
        "downside_deviation_rf": downside_deviation(excess),
        "downside_deviation_zero": downside_deviation(returns),
        "sharpe": sharpe(excess),
        "sortino": sortino(excess),
        "tracking_error": tracking_error(returns, benchmark),
        "information_ratio": information_ratio(returns, benchmark),
        "beta": fit.beta if fit else None,
        "alpha_arithmetic": fit.alpha if fit else None,
        "total_return": total,
        "cagr": cagr,
        "calmar": calmar(cagr, fall.depth) if fall else None,
        "max_drawdown": _fall(fall),
    }


def _fall(fall: Drawdown | None) -> dict[str, Any]:
    names = ("depth", "peak", "trough", "recovery", "days_to_trough", "days_to_recovery")
    return {name: getattr(fall, name, None) for name in names}


def _days(inputs: Inputs) -> tuple[date, list[date]]:
    return date.fromisoformat(inputs["base_date"]), list(map(date.fromisoformat, inputs["dates"]))
