"""Arguments that several capabilities share."""

from __future__ import annotations

from typing import Annotated
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
