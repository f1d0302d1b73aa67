"""Returns over time and beside a benchmark (methods §3.1–3.6)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from dawsos.methods.registry import Answer, Inputs, golden
from portfolios.calc.dietz import modified_dietz
from portfolios.calc.linking import contributions, link
from portfolios.calc.money import decimal_from_float
from portfolios.calc.money_weighted import xirr
from portfolios.calc.periods import Period, period_return
from portfolios.calc.relative import arithmetic_excess, geometric_excess
from portfolios.calc.returns import (
    ReturnSeries,
    annualise,
    chain,
    daily_returns,
    rolling,
    wealth_index,
)

BASE_DAY = date(2000, 1, 1)


@golden("returns.twr")
def time_weighted(inputs: Inputs) -> Answer:
    """Golden days carry no dates: they are taken as consecutive ones."""
    values = [decimal_from_float(value) for value in inputs["nav"]]
    inflows, outflows = _flows(inputs["flows"])
    daily = daily_returns(values, inflows, outflows)
    known = [one for one in daily if one is not None]
    total = chain(known) if len(known) == len(daily) else None
    answer: Answer = {"daily": daily, "cumulative": total}
    if total is not None:
        yearly = annualise(total, BASE_DAY, BASE_DAY + timedelta(days=len(daily)))
        answer |= {
            "unit_price_end": float(wealth_index(known)[-1]) * 100.0,
            "annualised": yearly.value,
            "annualised_reason": yearly.reason,
        }
    return answer


@golden("returns.annualise")
def annualised(inputs: Inputs) -> Answer:
    results = [
        annualise(row["R"], date.fromisoformat(row["start"]), date.fromisoformat(row["end"]))
        for row in inputs["cases"]
    ]
    return {"results": [{"annualised": one.value, "reason": one.reason} for one in results]}


@golden("returns.periods")
def periods(inputs: Inputs) -> Answer:
    days = tuple(map(date.fromisoformat, inputs["dates"]))
    series = ReturnSeries(days[0] - timedelta(days=1), days, tuple(inputs["daily"]))
    asked = (Period.MTD, Period.QTD, Period.YTD, Period.SINCE_INCEPTION)
    answer: Answer = {one.value: period_return(series, one, days[-1]).value for one in asked}
    windows = rolling(inputs["daily"], inputs["rolling_n"])
    return answer | {"rolling_last": float(windows[-1]) if len(windows) else None}


@golden("returns.modified_dietz")
def dietz(inputs: Inputs) -> Answer:
    flows = [
        (date.fromisoformat(row["date"]), decimal_from_float(row["amount"]))
        for row in inputs["flows"]
    ]
    got = modified_dietz(
        date.fromisoformat(inputs["start"]),
        date.fromisoformat(inputs["end"]),
        (decimal_from_float(inputs["v0"]), decimal_from_float(inputs["v1"])),
        flows,
    )
    return {
        "gain": float(got.gain),
        "average_capital": float(got.average_capital),
        "ret": got.ret,
    }


@golden("returns.xirr")
def money_weighted(inputs: Inputs) -> Answer:
    flows = [(date.fromisoformat(row["date"]), row["amount"]) for row in inputs["cashflows"]]
    got = xirr(flows)
    return {
        "rate": got.rate,
        "reason": got.reason,
        "roots": list(got.roots),
        "period_return": got.period_return,
        "annualised_display": _displayed(got.rate, got.period_return, [day for day, _ in flows]),
    }


@golden("returns.contribution")
def contribution(inputs: Inputs) -> Answer:
    inflows, _ = _flows(inputs["flows"])
    values = [decimal_from_float(value) for value in inputs["nav"][:-1]]
    capital = [float(value + flow) for value, flow in zip(values, inflows, strict=True)]
    daily = contributions(inputs["pnl"], capital)
    returns = [sum(parts) for parts in zip(*daily.values(), strict=True)]
    carino, frongello = link(daily, returns), link(daily, returns, "frongello")
    return {
        "daily_return": returns,
        "total": carino.total,
        "carino": dict(carino.values),
        "frongello": dict(frongello.values),
    }


@golden("returns.relative")
def relative(inputs: Inputs) -> Answer:
    both = inputs["portfolio"], inputs["benchmark"]
    return {"arithmetic": arithmetic_excess(*both), "geometric": geometric_excess(*both)}


def _displayed(
    rate: float | None, period_return: float | None, days: Sequence[date]
) -> float | None:
    """A yearly rate is shown from a year on, by the rule of `annualise`."""
    if rate is None or period_return is None:
        return None
    return None if annualise(period_return, min(days), max(days)).value is None else rate


def _flows(days: Sequence[Sequence[float]]) -> tuple[list[Decimal], list[Decimal]]:
    """Golden flows are signed and listed by day; the functions take two positive sums."""
    amounts = [[decimal_from_float(flow) for flow in today] for today in days]
    zero = Decimal(0)
    return (
        [sum((flow for flow in today if flow > 0), zero) for today in amounts],
        [-sum((flow for flow in today if flow < 0), zero) for today in amounts],
    )
