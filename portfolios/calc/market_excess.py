"""The excess over a benchmark by market and currency: a ledger's days through `karnosky_singer`.

A market is everything in a currency, its cash included. Conversions at another rate than the
day's, and flows between currencies within a day, add to the portfolio what no simple return of a
market or a currency has. That remainder is shown as `trading`, not hidden in an effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from portfolios.calc.brinson import NOTHING_HELD
from portfolios.calc.day_lines import DayLines
from portfolios.calc.excess import IndexDays, Whole, by_group, quotient, refuse_gaps, whole_of
from portfolios.calc.karnosky_singer import MarketEffects, Markets, karnosky_singer
from portfolios.calc.returns import Floats


@dataclass(frozen=True, slots=True)
class MarketExcess:
    """A market, named by its currency: mean weights of both sides, the five linked effects, and
    the currency effect by what carries it."""

    currency: str
    weight: float
    index_weight: float
    allocation: float
    selection: float
    interaction: float
    currency_effect: float
    cross: float
    by_assets: float
    by_forwards: float

    @property
    def total(self) -> float:
        return (
            self.allocation + self.selection + self.interaction + self.currency_effect + self.cross
        )


@dataclass(frozen=True, slots=True)
class MarketAttribution:
    """Markets and the trading remainder; their totals sum to whole.excess."""

    whole: Whole
    markets: tuple[MarketExcess, ...]
    trading: float


@dataclass(frozen=True, slots=True)
class MarketDays:
    """The same by day: facts and effects have shape (days, names), the others one element a day."""

    names: tuple[str, ...]
    facts: Markets
    effects: MarketEffects
    trading: Floats
    factors: Floats
    whole: Whole


def market_days(lines: DayLines, index: IndexDays, cash: Mapping[str, Floats]) -> MarketDays:
    """Karnosky–Singer, day by day, with a market for each currency.

    cash: local cash returns of each day by currency, of every currency that either side holds.
    Raises ValueError where one is lacking, or where `lines` or `index` lack a day's return.
    """
    refuse_gaps(lines, index)
    names = currencies_of(lines, index)
    if not set(names) <= set(cash):
        raise ValueError("every currency needs its cash rate")
    facts = _markets(lines, index, names, np.column_stack([cash[name] for name in names]))
    found = karnosky_singer(facts)
    trading = lines.returns - found.portfolio
    parts = (found.allocation, found.selection, found.interaction, found.currency, found.cross)
    whole, factors = whole_of(lines.returns, index.total, [*parts, trading[:, None]])
    return MarketDays(names, facts, found, trading, factors, whole)


def attribute_markets(
    lines: DayLines, index: IndexDays, cash: Mapping[str, Floats]
) -> MarketAttribution:
    """The same over the period, linked. Raises as `market_days` does."""
    days = market_days(lines, index, cash)
    return MarketAttribution(
        whole=days.whole,
        markets=tuple(
            _market(name, at, days.facts, days.effects, days.factors)
            for at, name in enumerate(days.names)
        ),
        trading=float(days.factors @ days.trading),
    )


def currencies_of(lines: DayLines, index: IndexDays) -> tuple[str, ...]:
    """Every currency that either side holds on some day, the base currency first."""
    own = [
        code
        for at, (code, _) in enumerate(lines.lines)
        if lines.opening[:, at].any() or lines.worth[:, at].any()
    ]
    held = [code for at, code in enumerate(index.currencies) if index.weights[:, at].any()]
    return tuple(dict.fromkeys([lines.base_currency, *sorted({*own, *held})]))


def _market(
    name: str, at: int, facts: Markets, found: MarketEffects, factors: Floats
) -> MarketExcess:
    def linked(effects: Floats) -> float:
        return float(factors @ effects[:, at])

    return MarketExcess(
        currency=name,
        weight=float(np.mean(facts.w[:, at])),
        index_weight=float(np.mean(facts.index_w[:, at])),
        allocation=linked(found.allocation),
        selection=linked(found.selection),
        interaction=linked(found.interaction),
        currency_effect=linked(found.currency),
        cross=linked(found.cross),
        by_assets=linked(found.by_assets),
        by_forwards=linked(found.by_forwards),
    )


def _markets(lines: DayLines, index: IndexDays, names: Sequence[str], cash: Floats) -> Markets:
    groups = [code for code, _ in lines.lines]
    invested = by_group(lines.invested, groups, names)
    w = invested / lines.capital[:, None]
    index_w = by_group(index.weights, index.currencies, names)
    index_local = np.where(index.weights > 0, index.local, 0.0)
    earned = by_group(index.weights * index_local, index.currencies, names)
    index_r = np.nan_to_num(quotient(earned, index_w))
    local = by_group(lines.local, groups, names) / lines.capital[:, None]
    held = np.abs(w) > NOTHING_HELD
    r = np.where(held, local / np.where(held, w, 1.0), index_r)
    fx = np.column_stack([_fx(lines, index, name) for name in names])
    index_h = np.zeros_like(index_w)
    if index.hedged:
        index_h[:, 1:] = -index_w[:, 1:] / (1.0 + cash[:, 1:])
        index_h[:, 0] = -index_h[:, 1:].sum(axis=1)
    return Markets(
        w=w, h=np.zeros_like(w), r=r, index_w=index_w, index_h=index_h, index_r=index_r,
        cash=cash, fx=fx,
    )  # fmt: skip


def _fx(lines: DayLines, index: IndexDays, currency: str) -> Floats:
    """A currency's daily return in base, from the days' rates, else from a member's."""
    if currency == lines.base_currency:
        return np.zeros(len(lines.dates))
    found = np.full(len(lines.dates), np.nan)
    for at, (code, _) in enumerate(lines.lines):
        if code == currency:
            before = np.where(lines.rate_before[:, at] > 0, lines.rate_before[:, at], np.nan)
            found = np.where(np.isnan(found), lines.rate_after[:, at] / before - 1.0, found)
    for at, code in enumerate(index.currencies):
        if code == currency:
            found = np.where(np.isnan(found), index.fx[:, at], found)
    moves: Floats = np.nan_to_num(found)
    return moves
