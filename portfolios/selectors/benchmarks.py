"""What a portfolio is compared with, as one frozen context sees it: daily total returns in base.

Closes and rates are those of the live packs at the context's market head; dividends and splits
are the facts known of each member. What determines the answer beyond packs is in
`benchmark_contents`, which goes into the context's settings hash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, cast
from uuid import UUID

import numpy as np

from market.models import Benchmark, Security
from patterns.context import Context
from portfolios.calc.benchmark import (
    BlendReturns,
    MemberCloses,
    Rebalancing,
    blend,
    sold_forward,
)
from portfolios.calc.returns import Floats, ReturnSeries
from portfolios.selectors.benchmark_closes import member_closes
from portfolios.selectors.cash_rates import cash_yields
from portfolios.selectors.standing import pack_of, portfolio_of, sources_of

NONE_CHOSEN = "No benchmark is chosen for this portfolio."
UNKNOWN = "There is no such benchmark."
NEVER_PRICED = "The benchmark was never priced on two days."


class MemberDay(NamedTuple):
    """One member on one day. `weight` is that of the start of the day; those of a day sum to 1."""

    asof_date: date
    security_id: UUID
    symbol: str
    sector: str
    currency: str
    weight: float
    local_return: float
    fx_return: float
    base_return: float


@dataclass(frozen=True)
class BenchmarkTrack:
    """A benchmark's daily returns up to the as-of day.

    `series` is empty when `reason` says why there is none, and has None on days that are not
    known. `blend` and `securities` hold the members, column by column; `closes` what their
    returns were made of, an element for each of `close_days`. `forwards` is F0/S0 − 1 by day and
    member, of a hedged one.
    """

    benchmark_id: UUID | None
    name: str
    hedged: bool
    series: ReturnSeries
    reason: str = ""
    missing: tuple[str, ...] = ()
    method: str = ""
    sources: tuple[str, ...] = ()
    blend: BlendReturns | None = None
    securities: tuple[Security, ...] = field(default=())
    close_days: tuple[date, ...] = ()
    closes: tuple[MemberCloses, ...] = ()
    forwards: Floats | None = None

    @property
    def members(self) -> tuple[MemberDay, ...]:
        """Each member on each day that has a return, in order of day."""
        return tuple(self._member_days())

    def _member_days(self) -> Iterator[MemberDay]:
        if self.blend is None:
            return
        found = self.blend
        for row, (day, earned) in enumerate(
            zip(found.series.dates, found.series.returns, strict=True)
        ):
            if earned is None:
                continue
            for column, one in enumerate(self.securities):
                weight = float(found.weights[row, column])
                if weight > 0:
                    local, fx = float(found.local[row, column]), float(found.fx[row, column])
                    whole = (1.0 + local) * (1.0 + fx) - 1.0
                    known = (day, one.pk, one.symbol, one.sector, one.currency)
                    yield MemberDay(*known, weight, local, fx, whole)


def benchmark_track(
    ctx: Context, portfolio_id: UUID, *, benchmark_id: UUID | None = None, hedged: bool = False
) -> BenchmarkTrack:
    """The benchmark of a portfolio, or the one that was asked for; see BenchmarkTrack for gaps.

    Raises ValueError for one that the context was not built with, because its content would not
    be in the run's hash: a pattern that compares has an input `benchmark_id`.
    """
    portfolio = portfolio_of(ctx, portfolio_id)
    wanted = benchmark_id or portfolio.benchmark_id
    if wanted != ctx.benchmark_id:
        raise ValueError("the context was built without this benchmark")
    _, day = pack_of(ctx)
    nothing = ReturnSeries(day, (), ())
    if wanted is None:
        return BenchmarkTrack(None, "", hedged, nothing, NONE_CHOSEN)
    benchmark = Benchmark.objects.filter(pk=wanted).first()
    if benchmark is None:
        return BenchmarkTrack(wanted, "", hedged, nothing, UNKNOWN)
    securities, weights = _members(benchmark)
    base = ctx.base_currency or portfolio.base_currency
    head, policy = ctx.market_head or 0, portfolio.pricing_policy
    days, closes, found = _blended(benchmark, securities, weights, (base, day, head, policy))
    said: dict[str, Any] = {
        "close_days": days,
        "closes": closes,
        "benchmark_id": benchmark.pk,
        "name": benchmark.name,
        "hedged": hedged,
        "method": method_of(benchmark, securities, base, hedged=hedged),
        "sources": sources_of(ctx),
        "securities": securities,
    }
    if found is None:
        missing = tuple(sorted(one.symbol for one in securities))
        return BenchmarkTrack(series=nothing, reason=NEVER_PRICED, missing=missing, **said)
    if not hedged:
        return BenchmarkTrack(series=found.series, missing=found.missing, blend=found, **said)
    return _hedged(found, securities, base, nothing, said)


def returns_in(
    benchmark_id: UUID, base_currency: str, policy: str, day: date, market_head: int
) -> ReturnSeries | None:
    """A benchmark's daily total returns up to a day, unhedged, in a currency: for whoever measures
    many portfolios against it. None where it was never priced on two days."""
    benchmark = Benchmark.objects.get(pk=benchmark_id)
    seen = base_currency, day, market_head, policy
    _, _, found = _blended(benchmark, *_members(benchmark), seen)
    return None if found is None else found.series


def _blended(
    benchmark: Benchmark,
    securities: tuple[Security, ...],
    weights: list[float],
    seen: tuple[str, date, int, str],
) -> tuple[tuple[date, ...], tuple[MemberCloses, ...], BlendReturns | None]:
    base, day, head, policy = seen
    days, closes = member_closes(securities, base, day, head, policy)
    shares = None if benchmark.definition.get("weighting") == "equal" else weights
    found = blend(days, closes, shares, _rebalancing(benchmark.definition))
    return tuple(days), tuple(closes), found


def method_of(
    benchmark: Benchmark, securities: Sequence[Security], base_currency: str, *, hedged: bool
) -> str:
    """The definition in words: what it is made of, how it is kept, in which currency."""
    definition = benchmark.definition
    kept = _rebalancing(definition)
    price_only = any(one.security_type == Security.Type.INDEX for one in securities)
    parts = ["price index, no dividends" if price_only else "total return, dividends reinvested"]
    if len(securities) > 1:
        shares = "equal weights" if definition.get("weighting") == "equal" else "fixed weights"
        parts.append(f"{shares}, {'never rebalanced' if kept == 'never' else f'{kept} rebalanced'}")
    hedge = "hedged to" if hedged else "in"
    return f"{', '.join(parts)}, {hedge} {base_currency}"


def _rebalancing(definition: Mapping[str, Any]) -> Rebalancing:
    return cast("Rebalancing", definition.get("rebalancing", "never"))


def _members(benchmark: Benchmark) -> tuple[tuple[Security, ...], list[float]]:
    """Members in order of symbol, and their weights; a single security is all of it."""
    if benchmark.security_id is not None:
        return (Security.objects.get(pk=benchmark.security_id),), [1.0]
    components = benchmark.components.select_related("security").order_by(
        "security__symbol", "security__exchange", "security__price_basis"
    )
    found = list(components)
    return tuple(one.security for one in found), [float(one.weight) for one in found]


def _hedged(
    found: BlendReturns,
    securities: Sequence[Security],
    base: str,
    nothing: ReturnSeries,
    said: Mapping[str, Any],
) -> BenchmarkTrack:
    """Forward rates by covered parity from the cash rates of both currencies."""
    closes = (found.series.base_date, *found.series.dates)
    foreign = sorted({one.currency for one in securities} - {base})
    if not foreign:
        return BenchmarkTrack(series=found.series, missing=found.missing, blend=found, **said)
    yields = {code: cash_yields(code, closes[:-1]) for code in (base, *foreign)}
    lacking = tuple(code for code, known in yields.items() if known.yields is None)
    if lacking:
        reason = " ".join(yields[code].reason for code in lacking)
        return BenchmarkTrack(
            series=nothing,
            reason=f"A hedge needs forward rates. {reason}",
            missing=tuple(f"cash rate of {code}" for code in lacking),
            **said,
        )
    years = np.diff([day.toordinal() for day in closes]) / 365.0
    growth = {code: (1.0 + np.asarray(known.yields)) ** years for code, known in yields.items()}
    forwards = np.column_stack(
        [
            np.zeros(len(years))
            if one.currency == base
            else growth[base] / growth[one.currency] - 1.0
            for one in securities
        ]
    )
    series = sold_forward(found, forwards)
    return BenchmarkTrack(
        series=series, missing=found.missing, blend=found, forwards=forwards, **said
    )
