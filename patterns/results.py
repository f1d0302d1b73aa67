"""Figures: a number, its unit, and how far it can be trusted.

A figure is in one of five states. `exact`; `partial` (part of the input is missing, `coverage`
says how much is there); `stale` (from an older observation, `asof_date` names it); `estimated`
(a model's output, `method` names it); `withheld` (no value, with the reason and what is missing).
Nothing is ever replaced by 0, by 1, by a later value or by a default.

A figure carries ten fields, which is too much for thousands of rows of history. There, a plain
number says its unit in its annotation: `time_weighted_return: Fraction`, `total_value: Money`.
"""

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

State = Literal["exact", "partial", "stale", "estimated", "withheld"]
STATES: tuple[State, ...] = ("exact", "partial", "stale", "estimated", "withheld")


class Figure(BaseModel):
    """The one shape of every number. Fractions inside (0.05); percent only when shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    omit_when_empty: ClassVar[frozenset[str]] = frozenset(
        {"reason", "missing", "coverage", "n", "asof_date", "method"}
    )

    value: Decimal | float | int | str | None
    state: State = "exact"
    reason: str | None = None
    missing: tuple[str, ...] = ()
    coverage: float | None = None
    n: int | None = None
    asof_date: date | None = None
    method: str | None = None
    unit: str

    @model_validator(mode="after")
    def _honest(self) -> Self:
        value, withheld = self.value, self.state == "withheld"
        if (value is None) != withheld:
            raise ValueError("a figure has no value exactly when it is withheld")
        if withheld and not self.reason:
            raise ValueError("a withheld figure says why")
        endless = isinstance(value, float) and not math.isfinite(value)
        if endless or (isinstance(value, Decimal) and not value.is_finite()):
            raise ValueError("a figure is finite; withhold it instead")
        return self

    @classmethod
    def withheld(cls, reason: str, *, missing: tuple[str, ...] = (), **fields: Any) -> Self:
        """The figure that is not known, with the reason and what is missing."""
        return cls(value=None, state="withheld", reason=reason, missing=missing, **fields)


class _DecimalFigure(Figure):
    value: Decimal | None

    @field_validator("value", mode="before")
    @classmethod
    def _never_binary(cls, value: object) -> object:
        if isinstance(value, float):
            # ValueError, because pydantic reports no other.
            raise ValueError("money, prices and quantities are Decimal, never float")  # noqa: TRY004
        return value


class MoneyFigure(_DecimalFigure):
    unit: Literal["money"] = "money"
    currency: str


class PriceFigure(_DecimalFigure):
    unit: Literal["price"] = "price"
    currency: str


class QuantityFigure(_DecimalFigure):
    unit: Literal["quantity"] = "quantity"


class FractionFigure(Figure):
    """0.05, shown as 5.00 %."""

    value: float | None
    unit: Literal["fraction"] = "fraction"


class RatioFigure(Figure):
    """A pure number such as a Sharpe ratio."""

    value: float | None
    unit: Literal["ratio"] = "ratio"


class BpsFigure(Figure):
    value: float | None
    unit: Literal["bps"] = "bps"


class CountFigure(Figure):
    value: int | None
    unit: Literal["count"] = "count"


@dataclass(frozen=True)
class Unit:
    """The unit of a plain number, said in its annotation."""

    name: str


Fraction = Annotated[float, Unit("fraction")]
Ratio = Annotated[float, Unit("ratio")]
Bps = Annotated[float, Unit("bps")]
Count = Annotated[int, Unit("count")]
Money = Annotated[Decimal, Unit("money")]  # in the row's `currency`, else the base currency
Price = Annotated[Decimal, Unit("price")]
Quantity = Annotated[Decimal, Unit("quantity")]
