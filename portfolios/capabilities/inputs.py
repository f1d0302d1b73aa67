"""Arguments that several capabilities share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Lookback = Annotated[int, Field(ge=2, le=10_000)]


class Arguments(BaseModel):
    """Base of inputs: closed and frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(BaseModel):
    """Base of outputs: frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OfPortfolio(Arguments):
    portfolio_id: UUID


class OverLookback(OfPortfolio):
    """`lookback_days` counts valuation days, not calendar days."""

    lookback_days: Lookback = 252


PeriodName = Literal["1D", "MTD", "QTD", "YTD", "1Y", "3Y", "5Y", "SI"]


class OverPeriod(OverLookback):
    """From the last close on or before `start` to the pack's day; without one, the named
    `period`; without either, the last `lookback_days` valuation days. A period longer than the
    history is all of it, and says so."""

    period: PeriodName | None = None
    start: date | None = None


class AgainstBenchmark(OverPeriod):
    """Beside the portfolio's own benchmark unless one is named; hedged into the base currency."""

    benchmark_id: UUID | None = None
    hedged: bool = False


class OverNamedPeriod(OfPortfolio):
    """A named period; `start` beats it: the period then begins after the close of that day."""

    period: PeriodName = "SI"
    start: date | None = None


class Compared(OverNamedPeriod):
    """A period beside the portfolio's own benchmark, unless another is named; hedged: with its
    currencies sold forward."""

    benchmark_id: UUID | None = None
    hedged: bool = False


class OfPosition(OverPeriod):
    """One security of a portfolio, over a period."""

    security_id: UUID
