"""Risk of daily returns (methods §4)."""

from datetime import date
from typing import Any

import numpy as np

from dawsos.methods.registry import Answer, Inputs, golden
from portfolios.calc.covariance import ledoit_wolf
from portfolios.calc.drawdown import Drawdown, drawdown_series, max_drawdown
from portfolios.calc.ewma import ewma_variance, ewma_volatility
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
from portfolios.calc.value_at_risk import cornish_fisher, historical_tail, moments, normal_tail


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


@golden("risk.var_cvar")
def value_at_risk(inputs: Inputs) -> Answer:
    """Several confidences are answered by name, a single one at the top."""
    if "confidence" in inputs:
        return _tail(inputs["returns"], inputs["confidence"])
    return {str(c): _tail(inputs["returns"], c) for c in inputs["confidences"]}


@golden("risk.ewma")
def ewma(inputs: Inputs) -> Answer:
    returns, settings = np.array(inputs["returns"]), (inputs["lam"], inputs["seed_n"])
    return {
        "next_day_variance": ewma_variance(returns, *settings),
        "annual_volatility": ewma_volatility(returns, *settings),
    }


@golden("risk.ledoit_wolf")
def covariance(inputs: Inputs) -> Answer:
    found = ledoit_wolf(np.array(inputs["returns"]))
    return {
        "shrinkage": found.shrinkage,
        "covariance_daily": found.daily.tolist(),
        "condition_number": found.condition_number,
    }


def _tail(daily: list[float], confidence: float) -> Answer:
    returns = np.array(daily)
    history, shape = historical_tail(returns, confidence), moments(returns)
    if history is None or shape is None:
        return {}
    bent = cornish_fisher(shape, confidence)
    normal = normal_tail(shape, confidence)
    return {
        "k_tail": history.k,
        "historical_var": history.var,
        "historical_cvar": history.cvar,
        "normal_var": normal[0],
        "normal_cvar": normal[1],
        "cornish_fisher_var": bent.var if bent else None,
        "skew": shape.skew,
        "excess_kurtosis": shape.excess_kurtosis,
        "z_cf": bent.z if bent else None,
        "monotone": bent.monotone if bent else None,
    }


def _fall(fall: Drawdown | None) -> dict[str, Any]:
    names = ("depth", "peak", "trough", "recovery", "days_to_trough", "days_to_recovery")
    return {name: getattr(fall, name, None) for name in names}


def _days(inputs: Inputs) -> tuple[date, list[date]]:
    return date.fromisoformat(inputs["base_date"]), list(map(date.fromisoformat, inputs["dates"]))
