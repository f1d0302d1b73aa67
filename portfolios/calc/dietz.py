"""Modified Dietz: a period's return from its two values and its dated flows (methods §3.2).

    R = (V1 − V0 − ΣF) / (V0 + Σ w·F)

For portfolios without daily values. Each flow is weighed by the share of the period in which it
was invested. With CD calendar days in the period and the flow on day k of them, an inflow counts
from the start of its day, (CD−k+1)/CD, and an outflow until the end of it, (CD−k)/CD.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from portfolios.calc.entries import ZERO


class FlowTiming(StrEnum):
    """When in its day a flow counts: in at the start and out at the end, or all at one of them."""

    IN_START_OUT_END = "in_start_out_end"
    START_OF_DAY = "start_of_day"
    END_OF_DAY = "end_of_day"

    def counts_at_start(self, amount: Decimal) -> bool:
        """Whether a flow (positive: inwards) is there from the start of its day."""
        if self is FlowTiming.IN_START_OUT_END:
            return amount > 0
        return self is FlowTiming.START_OF_DAY


@dataclass(frozen=True, slots=True)
class DietzReturn:
    """gain and average_capital in money; ret is None where the capital is not positive."""

    gain: Decimal
    average_capital: Decimal
    ret: float | None


def modified_dietz(
    start: date,
    end: date,
    values: tuple[Decimal, Decimal],
    flows: Iterable[tuple[date, Decimal]],
    timing: FlowTiming = FlowTiming.IN_START_OUT_END,
) -> DietzReturn:
    """The return over (start, end], from the values at both closes and the flows between.

    Flows are positive inwards and lie after `start`, up to and including `end`. Raises
    ValueError for one that does not, and when the period has no day.
    Source: methods §3.2; `timing` moves every flow to the start or the end of its day.
    """
    length = (end - start).days
    if length < 1:
        raise ValueError("a period has at least one day")
    opening, closing = values
    flow_total, weighed = ZERO, Fraction(0)
    for day, amount in flows:
        number = (day - start).days
        if not 1 <= number <= length:
            raise ValueError(f"{day} is not a day of the period")
        left = length - number + timing.counts_at_start(amount)
        flow_total += amount
        weighed += Fraction(amount) * left
    weight = weighed / length
    capital = opening + Decimal(weight.numerator) / Decimal(weight.denominator)
    gain = closing - opening - flow_total
    return DietzReturn(gain, capital, float(gain / capital) if capital > 0 else None)
