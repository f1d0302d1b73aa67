"""The benchmark fed with one's own cash flows: a public market equivalent.

What was there at the start, and every amount that came or went since, is put into the benchmark
on the same day and at the same moment of it as into the portfolio: inflows earn the benchmark's
return of their day, outflows leave after it.

    Aₜ = (Aₜ₋₁ + Iₜ)·(1 + bₜ) − Oₜ        A_0 = V_0

The value at the end stands beside the portfolio's, and its internal rate beside the portfolio's
money-weighted return: the difference is what choosing this portfolio was worth, timing of the
flows included in both. Source: Long and Nickels (1996), "A private investment benchmark".
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.period_money import MoneyWeighted, PeriodMoney, money_weighted
from portfolios.calc.returns import Floats


@dataclass(frozen=True, slots=True, eq=False)
class BenchmarkFed:
    """values: one a day of the benchmark, after its flows, in base currency.

    reason: EXHAUSTED when more was taken out than the benchmark would have had; then the path
    ends below zero and neither value nor rate means anything.
    """

    values: Floats
    value: float | None
    gain: float | None
    rate: MoneyWeighted
    reason: str | None = None


def feed(benchmark: DailyReturns, money: PeriodMoney) -> BenchmarkFed | None:
    """Put a period's money into an unbroken benchmark of the same days.

    None when the benchmark does not cover the period or a day of it has no return. Raises
    ValueError for a flow on a day that is none of the benchmark's.
    """
    returns = benchmark.after(money.start).upto(money.end)
    if not len(returns) or returns.start > money.start or not returns.is_unbroken:
        return None
    wealth = returns.wealth
    units = np.full(len(returns), float(money.opening))
    for day, amount in money.flows:
        place = int(np.searchsorted(returns.days[1:], day.toordinal()))
        if place == len(returns) or returns.days[place + 1] != day.toordinal():
            raise ValueError(f"{day} is not a day of the benchmark")
        bought_at = wealth[place] if amount > Decimal(0) else wealth[place + 1]
        units[place:] += float(amount) / bought_at
    values: Floats = units * wealth[1:]
    if float(values.min()) < 0.0:
        none = MoneyWeighted(None, None, "EXHAUSTED", ())
        return BenchmarkFed(values, None, None, none, "EXHAUSTED")
    value = float(values[-1])
    gain = value - float(money.opening) - float(money.net_flows)
    return BenchmarkFed(values, value, gain, money_weighted(money, value))
