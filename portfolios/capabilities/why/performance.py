"""Why returns and risk are what they are: chains and statistics of days that can be opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import Explanation, Formula, Number
from patterns.results import Figure
from portfolios.calc.drawdown import current_drawdown, max_drawdown
from portfolios.calc.money_weighted import xirr
from portfolios.calc.periods import Period, last_returns, period_return
from portfolios.calc.returns import Floats, ReturnSeries, between, since_funding
from portfolios.calc.risk import risk_free_returns, sharpe, sortino, volatility
from portfolios.capabilities.inputs import OverLookback
from portfolios.capabilities.performance import Performance, compute_twr
from portfolios.capabilities.why.chains import chained, compounded
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.facts import calendar_source, day_source, of_figure, series_source
from portfolios.capabilities.why.money import values_and_flows
from portfolios.capabilities.why.pairs import array
from portfolios.selectors.periods import chosen
from portfolios.selectors.risk_free import SERIES, yields_known_at

RISK_FREE_RULE = "risk.5"
CHAIN = Formula("chain", "every day's return, compounded")
PERIODS = {
    "twr_1d": Period.DAY,
    "twr_mtd": Period.MTD,
    "twr_qtd": Period.QTD,
    "twr_ytd": Period.YTD,
    "twr_1y": Period.YEAR,
    "twr_inception": Period.SINCE_INCEPTION,
    "twr_3y_ann": Period.THREE_YEARS,
    "twr_5y_ann": Period.FIVE_YEARS,
    "twr_inception_ann": Period.SINCE_INCEPTION,
}


@explains("metrics.compute_twr")
def why_performance(ctx: Context, args: OverLookback, path: Path) -> Explanation | None:
    """Returns open into days, days into values and flows; risk into the returns it is made of."""
    if len(path) != 1 or path[0] not in Performance.model_fields:
        return None
    (name,) = path
    found = compute_twr(ctx, args)
    figure = getattr(found, name)
    if not isinstance(figure, Figure):
        return None
    days = Days(ctx, args.portfolio_id)
    if name in PERIODS:
        return _period(days, name, figure)
    made = MEASURES.get(name)
    return made(days, args, figure) if made else None


def _period(days: Days, name: str, figure: Figure) -> Explanation:
    whole = since_funding(days.path.series)
    found = period_return(days.path.series, PERIODS[name], days.path.asof_date)
    series = between(whole, found.start, found.end)
    annual = name.endswith("_ann")
    label = f"return from {found.start} to {found.end}"
    if not annual:
        return of_figure(figure, label, CHAIN, compounded(days, series), rule="returns.3")
    return of_figure(
        figure,
        f"{label}, a year",
        Formula("annualised", "(1 + return)^(365 / days) − 1"),
        lambda: [
            Explanation(
                label=label,
                value=found.value,
                unit="fraction",
                formula=CHAIN,
                parts=compounded(days, series),
                rule="returns.3",
            ),
            _count(found.start, found.end),
        ],
        rule="returns.5",
    )


def _count(start: date, end: date) -> Explanation:
    return Explanation(
        label=f"days from {start} to {end}",
        value=(end - start).days,
        unit="count",
        source=calendar_source(f"{start} to {end}"),
    )


def _lookback(days: Days, args: OverLookback, figure: Figure) -> Explanation:
    window = _window(days, args)
    label = f"return over the last {len(window)} valuation days"
    return of_figure(figure, label, CHAIN, compounded(days, window), rule="returns.3")


def _window(days: Days, args: OverLookback) -> ReturnSeries:
    return last_returns(days.path.series, args.lookback_days, days.path.asof_date)


def _gain(days: Days, _args: OverLookback, figure: Figure) -> Explanation:
    last = days.path.rows[-1].asof_date if days.path.rows else days.path.asof_date
    if not days.path.rows:
        return of_figure(figure, "gain of the day", Formula("rounded", "rounded"))
    return of_figure(
        figure,
        f"gain of {last}",
        Formula("rounded", "the gain, rounded"),
        lambda: [days.gain(last)],
        rule="returns.8",
    )


def _statistic(
    text: str, rule: str, compute: Callable[[Floats], float | None]
) -> Callable[[Days, OverLookback, Figure], Explanation]:
    """A measure of the daily returns of the look-back window."""

    def made(days: Days, args: OverLookback, figure: Figure) -> Explanation:
        window = _window(days, args)
        return of_figure(
            figure,
            text,
            Formula("statistic", text, compute=lambda values: compute(array(values))),
            chained(days, window),
            rule=rule,
        )

    return made


def _ratio(
    text: str, rule: str, compute: Callable[[Floats], float | None]
) -> Callable[[Days, OverLookback, Figure], Explanation]:
    """A measure of the returns above the risk-free rate."""

    def made(days: Days, args: OverLookback, figure: Figure) -> Explanation:
        window = _window(days, args)
        return of_figure(
            figure,
            text,
            Formula("statistic", text, compute=lambda values: compute(array(values))),
            lambda: _excess(days, window),
            rule=rule,
        )

    return made


def _excess(days: Days, window: ReturnSeries) -> list[Explanation]:
    """Each day's return less what cash earned on it."""
    if not len(window):
        return []
    return above_risk_free(
        window.base_date,
        window.dates,
        lambda place: days.daily_return(window.dates[place]),
        range(len(window)),
    )


def above_risk_free(
    base_date: date,
    dates: Sequence[date],
    daily: Callable[[int], Explanation],
    places: Iterable[int],
) -> list[Explanation]:
    """The returns of some of these days, each less what cash earned on it; none where no yield is
    known."""
    free = yields_known_at((base_date, *dates[:-1]))
    if free.yields is None:
        return []
    earned = risk_free_returns(base_date, dates, free.yields)
    return [_less_free(daily(place), dates[place], float(earned[place])) for place in places]


def _less_free(earned: Explanation, day: date, rate: float) -> Explanation:
    unknown = earned.value is None
    return Explanation(
        label=f"{earned.label} above the risk-free",
        value=None if earned.value is None else float(earned.value) - rate,
        unit="fraction",
        state="withheld" if unknown else "exact",
        reason=earned.reason if unknown else "",
        formula=Formula("difference", "return − risk-free"),
        parts=[
            earned,
            Explanation(
                label=f"risk-free of {day}: the bill's yield known the close before",
                value=rate,
                unit="fraction",
                source=series_source(SERIES),
            ),
        ],
        rule=RISK_FREE_RULE,
    )


def _deepest(values: Floats) -> float | None:
    """The depth alone: the days do not matter to it."""
    start = date(2000, 1, 1)
    days = [date.fromordinal(start.toordinal() + n) for n in range(1, len(values) + 1)]
    found = max_drawdown(start, days, values)
    return found.depth if found else None


def _current(days: Days, _args: OverLookback, figure: Figure) -> Explanation:
    whole = since_funding(days.path.series)
    text = "how far the last close lies below the highest since funding"
    return of_figure(
        figure,
        text,
        Formula("statistic", text, compute=lambda values: current_drawdown(array(values))),
        chained(days, whole),
        rule="risk.13",
    )


def _money_weighted(days: Days, args: OverLookback, figure: Figure) -> Explanation:
    """The rate at which the opening value, the flows and the closing value cancel."""
    period = chosen(days.ctx, args.portfolio_id, Period.YEAR)
    money = period.money
    text = "the yearly rate at which these flows, discounted, sum to nothing"
    if money is None:
        return of_figure(figure, text, Formula("statistic", text), rule="returns.6")
    dates = [money.start, *(day for day, _ in money.flows), money.end]

    def rate(values: Sequence[Number]) -> float | None:
        """Values in the investor's sign: what was there and came in is paid, so negative."""
        paid = [-float(value) for value in values[:-1]] + [float(values[-1])]
        return xirr([(day, one) for day, one in zip(dates, paid, strict=True) if one]).rate

    return of_figure(
        figure,
        text,
        Formula("statistic", text, compute=rate),
        lambda: values_and_flows(days, money),
        rule="returns.6",
    )


def _observations(days: Days, args: OverLookback, figure: Figure) -> Explanation:
    """The days of the window that have a return, one each."""
    window = _window(days, args)
    return of_figure(
        figure,
        "daily returns in the look-back",
        Formula("sum", "one each"),
        lambda: [
            Explanation(
                label=f"return of {day}",
                value=1,
                unit="count",
                source=day_source(days.path.rows[days.places[day]].pack_id),
            )
            for day, one in zip(window.dates, window.returns, strict=True)
            if one is not None
        ],
        rule="risk.1",
    )


MEASURES: Mapping[str, Callable[[Days, OverLookback, Figure], Explanation]] = {
    "twr_lookback": _lookback,
    "gain_1d": _gain,
    "volatility": _statistic("sd of daily returns × √252", "risk.2", volatility),
    "sharpe_ratio": _ratio("mean / sd of excess returns × √252", "risk.8", sharpe),
    "sortino_ratio": _ratio("mean of excess returns × 252 / downside", "risk.9", sortino),
    "max_drawdown": _statistic("the deepest fall of the chained returns", "risk.12", _deepest),
    "current_drawdown": _current,
    "mwr_1y": _money_weighted,
    "observations": _observations,
}
