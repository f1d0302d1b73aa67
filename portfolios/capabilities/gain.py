"""Where the gain of a period came from, and what the same money would have become elsewhere."""

from __future__ import annotations

from datetime import date
from typing import Final

from pydantic import TypeAdapter

from patterns.context import Context
from patterns.registry import capability
from patterns.results import FractionFigure, Money, MoneyFigure, State
from portfolios.calc.benchmark_fed import BenchmarkFed, feed
from portfolios.calc.money import decimal_from_float, round_money
from portfolios.calc.period_money import PeriodMoney, money_weighted
from portfolios.calc.thinning import shown_days
from portfolios.capabilities.dressing import Dresser
from portfolios.capabilities.inputs import Answer, Compared, OverNamedPeriod
from portfolios.selectors.gain import parts_of
from portfolios.selectors.periods import Beside, Chosen, beside, chosen

UNCOVERED = "The benchmark does not cover the period."
LABELS = {
    "price": "Prices",
    "income": "Income, gross",
    "fees": "Fees",
    "taxes": "Taxes",
    "fx": "Exchange rates",
}


class GainRow(Answer):
    """One signed part of the gain."""

    label: str
    amount: MoneyFigure


class GainParts(Answer):
    """price + income + fees + taxes + fx = gain, to the cent; charges are negative."""

    price: MoneyFigure
    income: MoneyFigure
    fees: MoneyFigure
    taxes: MoneyFigure
    fx: MoneyFigure
    gain: MoneyFigure
    rows: tuple[GainRow, ...]
    sources: tuple[str, ...]


class FedPoint(Answer):
    """One close: the portfolio's value, and the benchmark's had it been fed alike."""

    asof_date: date
    total_value: Money | None
    fed_value: Money | None
    currency: str
    state: State
    reason: str | None


class FedBenchmark(Answer):
    """The same flows in both. `mwr` is over the period, `mwr_annual` a year; differences are the
    portfolio's less the benchmark's."""

    total_value: MoneyFigure
    fed_value: MoneyFigure
    value_difference: MoneyFigure
    gain: MoneyFigure
    fed_gain: MoneyFigure
    mwr: FractionFigure
    fed_mwr: FractionFigure
    mwr_annual: FractionFigure
    fed_mwr_annual: FractionFigure
    points: tuple[FedPoint, ...]
    state: State
    reason: str | None
    benchmark_name: str
    sources: tuple[str, ...]


@capability("performance.gain_parts", version="2", agent="analyst")
def gain_parts(ctx: Context, args: OverNamedPeriod) -> GainParts:
    """The gain of a period, cut into prices, gross income, fees, taxes and exchange rates."""
    period = chosen(ctx, args.portfolio_id, args.period, args.start)
    currency, money = ctx.base_currency or "", period.money
    dresser = Dresser.of(period).of_money(period)
    found = None if money is None else parts_of(ctx, args.portfolio_id, money)
    reason = period.why_none or ("UNVALUED" if money is None else "BROKEN_CHAIN")
    parts = {
        name: dresser.money(getattr(found, name) if found else None, currency, reason)
        for name in LABELS
    }
    return GainParts(
        **parts,
        gain=dresser.money(money.gain if money else None, currency, reason),
        rows=tuple(GainRow(label=LABELS[name], amount=part) for name, part in parts.items()),
        sources=period.path.sources,
    )


_POINTS: Final = TypeAdapter(tuple[FedPoint, ...])  # all rows at once: see `wealth`


@capability("performance.fed_benchmark", version="3", agent="analyst")
def fed_benchmark(ctx: Context, args: Compared) -> FedBenchmark:
    """What the portfolio's own deposits and withdrawals would be worth in the benchmark."""
    period = chosen(ctx, args.portfolio_id, args.period, args.start)
    other = beside(ctx, args.portfolio_id, args.benchmark_id, hedged=args.hedged)
    currency, money = ctx.base_currency or "", period.money
    dresser, n = Dresser.of(period).of_money(period), len(period.returns)
    unknown = period.why_none or "UNVALUED"
    fed, reason = _fed(period, other, money)
    own = money_weighted(money) if money is not None else None
    lacking = other.track.missing if other.reason else ()
    theirs = Dresser.of(period, ("UNFED", reason, lacking)).of_money(period)
    value = None if fed is None or fed.value is None else _cents(fed.value, currency)
    gained = None if value is None or money is None else value - money.opening - money.net_flows
    rate = None if fed is None or fed.value is None else fed.rate
    return FedBenchmark(
        total_value=dresser.money(money.closing if money else None, currency, unknown),
        fed_value=theirs.money(value, currency, "UNFED"),
        value_difference=theirs.money(
            None if value is None or money is None else money.closing - value, currency, "UNFED"
        ),
        gain=dresser.money(money.gain if money else None, currency, unknown),
        fed_gain=theirs.money(gained, currency, "UNFED"),
        mwr=dresser.rate(own, n, unknown, annual=False),
        mwr_annual=dresser.rate(own, n, unknown, annual=True),
        fed_mwr=theirs.rate(rate, n, "UNFED", annual=False),
        fed_mwr_annual=theirs.rate(rate, n, "UNFED", annual=True),
        points=_points(period, fed, currency, reason),
        state="withheld" if period.why_none else "exact",
        reason=reason if period.why_none else None,
        benchmark_name=other.track.name,
        sources=period.path.sources,
    )


def _fed(
    period: Chosen, other: Beside, money: PeriodMoney | None
) -> tuple[BenchmarkFed | None, str]:
    """The benchmark with the period's flows, or why there is none."""
    if money is None:
        return None, Dresser.of(period).said(period.why_none or "UNVALUED")[0]
    same_days = other.over(period.returns) if len(period.returns) else other.daily
    found = None if other.reason or same_days is None else feed(same_days, money)
    if found is None:
        return None, other.reason or other.why_gap(period.returns) or UNCOVERED
    return found, Dresser.of(period).said(found.reason)[0] if found.reason else ""


def _points(
    period: Chosen, fed: BenchmarkFed | None, currency: str, reason: str
) -> tuple[FedPoint, ...]:
    """Both values at the shown closes; of a period that cannot be asked for, none."""
    if period.why_none is not None:
        return ()
    days = period.returns.days[1:]
    shown = shown_days(days).tolist()
    values = {day.asof_date: day.total_value for day in period.path.money}
    fed_values = None if fed is None or fed.value is None else fed.values
    return _POINTS.validate_python(
        [
            {
                "asof_date": (day := date.fromordinal(int(days[place]))),
                "total_value": values.get(day),
                "fed_value": None
                if fed_values is None
                else _cents(float(fed_values[place]), currency),
                "currency": currency,
                "state": "exact",
                "reason": reason or None,
            }
            for place in shown
        ]
    )


def _cents(value: float, currency: str) -> Money:
    return round_money(decimal_from_float(value), currency)
