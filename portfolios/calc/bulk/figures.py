"""The figures of many portfolios at a close, from tables of their last returns (methods §3, §4).

The same definitions and sample rules as `calc.periods` and `calc.metric_card`, over all rows at
once. A figure that does not exist is NaN, and a code says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from portfolios.calc.bulk.errorfree import Floats, Mask
from portfolios.calc.bulk.series import Paths
from portfolios.calc.bulk.steps import Integers
from portfolios.calc.returns import add_months
from portfolios.calc.risk import DUST, MINIMUM_OBSERVATIONS, TRADING_DAYS

REASONS = (
    "",
    "NO_RETURNS",
    "BROKEN_CHAIN",
    "INSUFFICIENT_HISTORY",
    "FUNDED_IN_PERIOD",
    "WINDOW_NOT_FULL",
    "INSUFFICIENT",
    "NO_DISPERSION",
    "NO_RISK_FREE",
    "NO_BENCHMARK",
    "BENCHMARK_GAP",
    "TOTAL_LOSS",
    "NO_SHORTFALL",
)
(
    OK,
    NO_RETURNS,
    BROKEN_CHAIN,
    INSUFFICIENT_HISTORY,
    FUNDED_IN_PERIOD,
    WINDOW_NOT_FULL,
    INSUFFICIENT,
    NO_DISPERSION,
    NO_RISK_FREE,
    NO_BENCHMARK,
    BENCHMARK_GAP,
    TOTAL_LOSS,
    NO_SHORTFALL,
) = range(len(REASONS))
WINDOWS = {"volatility_30d": 30, "volatility_60d": 60, "volatility_90d": 90, "volatility_1y": 252}


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One figure of every portfolio: NaN and a code where there is none."""

    values: Floats
    reasons: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Recent:
    """The last returns of portfolios: days are ordinals, returns portfolios × days, NaN where
    there is none. paths: how they stand after each day. earlier: wealth at closes that lie before
    the first day, by the ordinal of the anchor, with the close it is of; NaN where unknown.
    regrown: of whose wealth at such a close is nothing or unknown, what 1 became from there to the
    day before the first; NaN for everybody else."""

    days: Integers
    returns: Floats
    paths: Paths
    earlier: dict[int, tuple[Floats, Integers]]
    regrown: dict[int, Floats] = field(default_factory=dict)


def period_figures(recent: Recent, asof: date) -> Iterator[tuple[str, Figure]]:
    """Time-weighted returns of the periods of a strip, by the names of their columns."""
    funded = recent.paths.funded
    empty = funded == 0
    last = np.full(len(funded), recent.days[-2] if len(recent.days) > 1 else 0)
    yield "return_1d", _since(recent, np.maximum(last, np.minimum(funded, last)), empty)
    quarter = asof.month - (asof.month - 1) % 3
    starts = {
        "return_mtd": asof.replace(day=1),
        "return_qtd": date(asof.year, quarter, 1),
        "return_ytd": date(asof.year, 1, 1),
    }
    for name, start in starts.items():
        anchor = (start - timedelta(days=1)).toordinal()
        found = _since(recent, np.full(len(funded), anchor), empty)
        late = (funded > anchor) & (found.reasons == OK)
        found.reasons[late] = FUNDED_IN_PERIOD
        yield name, found
    for name, months in (("return_1y", 12), ("return_3y", 36), ("return_5y", 60)):
        anchor = add_months(asof, -months).toordinal()
        young = (funded > anchor) | empty
        found = _since(recent, np.full(len(funded), anchor), empty)
        if months > 12:
            _reaches(recent, anchor)
            base = np.maximum(funded, _base(recent, anchor))
            found = _yearly(found, base, recent, asof)
        found.values[young] = np.nan
        found.reasons[young & ~empty] = INSUFFICIENT_HISTORY
        yield name, found
    whole = _wealth_figure(recent.paths.wealth[:, -1] - 1.0, empty)
    yield "return_since_inception", _yearly(whole, funded, recent, asof)


def _reaches(recent: Recent, anchor: int) -> None:
    """A part of a history must come with the wealth at each anchor before it."""
    if recent.earlier and anchor not in recent.earlier and anchor < recent.days[0]:
        day = date.fromordinal(anchor)
        raise LookupError(f"Nothing is known of {day}, before these returns begin.")


def _since(recent: Recent, anchors: Integers, empty: Mask) -> Figure:
    """The return since the last close on or before each anchor, or since funding."""
    wealth = recent.paths.wealth
    values = np.empty(len(anchors))
    for anchor in np.unique(anchors).tolist():
        rows = anchors == anchor
        place = int(np.searchsorted(recent.days, anchor, "right")) - 1
        if place >= 0:
            growth = 1.0 + recent.returns[rows, place + 1 :]
            waiting = recent.days[place + 1 :] <= recent.paths.funded[rows, None]
            np.copyto(growth, 1.0, where=waiting)
            values[rows] = np.prod(growth, axis=1) - 1.0
        elif anchor in recent.earlier:
            with np.errstate(all="ignore"):
                values[rows] = wealth[rows, -1] / recent.earlier[anchor][0][rows] - 1.0
            _begin_again(values, recent, anchor)
        else:
            values[rows] = wealth[rows, -1] - 1.0
    return _wealth_figure(values, empty)


def _begin_again(values: Floats, recent: Recent, anchor: int) -> None:
    """Who had lost everything by an anchor earns on new money, and a gap before it is forgotten."""
    regrown = recent.regrown.get(anchor)
    if regrown is None:
        return
    rows = np.flatnonzero(~(recent.earlier[anchor][0] > 0.0))
    values[rows] = regrown[rows] * np.prod(1.0 + recent.returns[rows], axis=1) - 1.0


def _wealth_figure(values: Floats, empty: Mask) -> Figure:
    values = np.where(empty, np.nan, values)
    reasons = np.where(np.isnan(values), BROKEN_CHAIN, OK)
    reasons[empty] = NO_RETURNS
    return Figure(values, reasons)


def _yearly(found: Figure, start: Integers, recent: Recent, asof: date) -> Figure:
    """(1 + R)^(365/days) − 1 where there is a year between the closes; else as it is. start: the
    close that each return is based on; of one that began from nothing, the day before."""
    end = int(recent.days[-1])
    starts, which = np.unique(start, return_inverse=True)
    # A year is over on the same day of the next one (methods §3.4).
    over = [one > 0 and add_months(date.fromordinal(one), 12) <= asof for one in starts.tolist()]
    whole_year = np.array(over, dtype=bool)[which]
    lost = whole_year & (found.values <= -1.0)
    span = np.maximum(end - start, 1)
    with np.errstate(invalid="ignore"):
        yearly = (1.0 + found.values) ** (365.0 / span) - 1.0
    values = np.where(whole_year, yearly, found.values)
    values[lost] = np.nan
    reasons = found.reasons.copy()
    reasons[lost] = TOTAL_LOSS
    return Figure(values, reasons)


def _base(recent: Recent, anchor: int) -> int:
    """The last close on or before an anchor."""
    if anchor in recent.earlier:
        return int(recent.earlier[anchor][1].max(initial=0))
    place = int(np.searchsorted(recent.days, anchor, "right")) - 1
    return int(recent.days[place]) if place >= 0 else anchor


def risk_figures(
    recent: Recent, risk_free: Floats | None, benchmark: Floats | None
) -> Iterator[tuple[str, Figure]]:
    """Volatilities, ratios, drawdowns, beta and alpha. risk_free: of the same days; benchmark:
    portfolios × days, NaN where it has no return; None where there is none."""
    returns, count = recent.returns, recent.paths.observations[:, -1]
    broken = np.isnan(recent.paths.wealth[:, -1])
    for name, days in WINDOWS.items():
        yield name, _volatility(returns, count, days)
    sample = returns[:, -TRADING_DAYS:]
    counted = np.minimum(count, sample.shape[1])
    inside = np.arange(sample.shape[1]) >= sample.shape[1] - counted[:, None]
    reasons = _sampled(counted, inside & np.isnan(sample))
    free = None if risk_free is None else risk_free[-sample.shape[1] :]
    yield from _ratios(sample, inside, counted, reasons, free)
    yield from _regression(sample, inside, counted, reasons, free, benchmark)
    for name, path in (
        ("max_drawdown", recent.paths.fall[:, -1]),
        ("current_drawdown", 1.0 - recent.paths.wealth[:, -1] / recent.paths.peak[:, -1]),
    ):
        why = np.where(broken, BROKEN_CHAIN, np.where(count == 0, NO_RETURNS, OK))
        yield name, Figure(np.where(why == OK, path, np.nan), why)


def _sampled(counted: Integers, gaps: Mask) -> Integers:
    reasons = np.where(counted < MINIMUM_OBSERVATIONS, INSUFFICIENT, OK)
    reasons[gaps.any(axis=1)] = BROKEN_CHAIN
    reasons[counted == 0] = NO_RETURNS
    return reasons


def _volatility(returns: Floats, count: Integers, days: int) -> Figure:
    window = returns[:, -days:]
    reasons = np.where(count < days, WINDOW_NOT_FULL, OK)
    reasons[count == 0] = NO_RETURNS
    reasons[(reasons == OK) & np.isnan(window).any(axis=1)] = BROKEN_CHAIN
    if days < MINIMUM_OBSERVATIONS:
        reasons[reasons == OK] = INSUFFICIENT
    full = reasons == OK
    values = np.full(len(returns), np.nan)
    if full.any():
        values[full] = np.std(window[full], axis=1, ddof=1) * np.sqrt(TRADING_DAYS)
    return Figure(values, reasons)


def _moments(sample: Floats, inside: Mask, counted: Integers) -> tuple[Floats, Floats]:
    """Mean and standard deviation (n − 1) of each row's part."""
    n = np.maximum(counted, 2)
    part = np.where(inside, sample, 0.0)
    mean = part.sum(axis=1) / n
    spread = np.where(inside, sample - mean[:, None], 0.0)
    return mean, np.sqrt((spread**2).sum(axis=1) / (n - 1))


def _ratios(
    sample: Floats, inside: Mask, counted: Integers, reasons: Integers, free: Floats | None
) -> Iterator[tuple[str, Figure]]:
    if free is None:
        why = _lacking(reasons, NO_RISK_FREE)
        for name in ("sharpe_ratio", "sortino_ratio"):
            yield name, Figure(np.full(len(sample), np.nan), why)
        return
    excess = sample - free
    mean, deviation = _moments(excess, inside, counted)
    short = np.where(inside, np.minimum(excess, 0.0), 0.0)
    downside = np.sqrt((short**2).sum(axis=1) / np.maximum(counted, 1) * TRADING_DAYS)
    with np.errstate(all="ignore"):
        sharpe = mean / deviation * np.sqrt(TRADING_DAYS)
        sortino = mean * TRADING_DAYS / downside
    yield "sharpe_ratio", _unless(sharpe, deviation, reasons)
    yield "sortino_ratio", _unless(sortino, downside, reasons, NO_SHORTFALL)


def _regression(
    sample: Floats,
    inside: Mask,
    counted: Integers,
    reasons: Integers,
    free: Floats | None,
    benchmark: Floats | None,
) -> Iterator[tuple[str, Figure]]:
    why = _beside(sample, inside, reasons, free, benchmark)
    if benchmark is None or free is None:
        for name in ("beta", "alpha"):
            yield name, Figure(np.full(len(sample), np.nan), why)
        return
    other = benchmark[:, -sample.shape[1] :] - free
    excess = sample - free
    mean, _ = _moments(excess, inside, counted)
    theirs, deviation = _moments(other, inside, counted)
    product = (excess - mean[:, None]) * (other - theirs[:, None])
    covariance = np.where(inside, product, 0.0).sum(axis=1) / np.maximum(counted - 1, 1)
    with np.errstate(all="ignore"):
        beta = covariance / deviation**2
    yield "beta", _unless(beta, deviation, why)
    yield "alpha", _unless((mean - beta * theirs) * TRADING_DAYS, deviation, why)


def _beside(
    sample: Floats,
    inside: Mask,
    reasons: Integers,
    free: Floats | None,
    benchmark: Floats | None,
) -> Integers:
    """Why there is no regression: what is missing counts before how little there is."""
    if benchmark is None:
        return _lacking(reasons, NO_BENCHMARK)
    other = np.isnan(benchmark[:, -sample.shape[1] :])
    why = reasons if free is not None else _lacking(reasons, NO_RISK_FREE)
    why = np.where((inside & other).any(axis=1), _lacking(reasons, BENCHMARK_GAP), why)
    return np.where(other.all(axis=1), _lacking(reasons, NO_BENCHMARK), why)


def _lacking(reasons: Integers, missing: int) -> Integers:
    """What is missing, where there are returns and no gap between them."""
    return np.where((reasons == OK) | (reasons == INSUFFICIENT), missing, reasons)


def _unless(
    values: Floats, dispersion: Floats, reasons: Integers, nothing: int = NO_DISPERSION
) -> Figure:
    with np.errstate(invalid="ignore"):
        flat = (reasons == OK) & ~(dispersion >= DUST)
    why = np.where(flat, nothing, reasons)
    return Figure(np.where(why == OK, values, np.nan), why)
