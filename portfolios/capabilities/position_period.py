"""A period of one position: its days, or why there are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from patterns.context import Context
from patterns.results import FractionFigure, RatioFigure
from portfolios.calc.position_returns import PositionDays, position_days
from portfolios.calc.returns import Floats
from portfolios.calc.risk import Statistic, measured, risk_free_returns
from portfolios.capabilities.inputs import OfPosition
from portfolios.capabilities.sentences import SAID
from portfolios.capabilities.span_figures import (
    DUST_PLACES,
    asked_of,
    lines_of,
    of_lines,
    state_of,
    unmade,
    why,
)
from portfolios.selectors.risk_free import SERIES, yields_known_at
from portfolios.selectors.spans import Span, span_of

NOT_HELD = "The portfolio did not hold it in this period."
Number = TypeVar("Number", FractionFigure, RatioFigure)


@dataclass(frozen=True)
class PositionPeriod:
    """`span` is stale where the position's own price or rate is carried; `whole` where any is.
    `days` is None where `reason` says why."""

    span: Span
    whole: Span
    days: PositionDays | None
    reason: str = ""

    def known(self) -> PositionDays:
        if self.days is None:
            raise ValueError(self.reason)
        return self.days

    def unknown(self, kind: type[Number]) -> Number:
        return kind.withheld(self.reason, missing=self.whole.missing)


def position_period(ctx: Context, args: OfPosition) -> PositionPeriod:
    span = span_of(ctx, args.portfolio_id, asked_of(args))
    own = of_lines(span, [args.security_id])
    reason = unmade(span)
    if reason is not None:
        return PositionPeriod(own, span, None, reason)
    days = position_days(lines_of(span), args.security_id)
    if not days.held.any():
        return PositionPeriod(own, span, None, NOT_HELD)
    return PositionPeriod(own, span, days)


def statistic(
    kind: type[Number], period: PositionPeriod, found: Statistic, *, method: str | None = None
) -> Number:
    """A measured figure with its sample; withheld with the reason when there is none."""
    if found.value is None:
        return kind.withheld(SAID[found.reason or ""], n=found.n)
    details: dict[str, Any] = {"state": state_of(period.span), "reason": why(period.span)}
    if found.state != "exact":
        details = {"state": found.state, "reason": SAID.get(found.reason or "")}
    return kind(
        value=round(found.value, DUST_PLACES) + 0.0,
        n=found.n,
        asof_date=period.known().dates[-1],
        method=method,
        **details,
    )


def of_sample(
    kind: type[Number],
    period: PositionPeriod,
    value: float | None,
    sample: Floats,
    *,
    method: str | None = None,
) -> Number:
    """A figure that was computed from a sample, under the rule of sample sizes."""
    return statistic(kind, period, measured(lambda _: value, sample), method=method)


def above_risk_free(
    period: PositionPeriod, measure: Callable[[Floats], float | None], *, method: str
) -> RatioFigure:
    """A ratio of the position's returns above the risk-free rate of the days it was held."""
    days = period.known()
    free = yields_known_at((days.base_date, *days.dates[:-1]))
    if free.yields is None:
        return RatioFigure.withheld(free.reason, missing=(SERIES,), n=int(days.held.sum()))
    rates = risk_free_returns(days.base_date, days.dates, free.yields)
    excess: Floats = (days.returns - rates)[days.held]
    return statistic(RatioFigure, period, measured(measure, np.asarray(excess)), method=method)
