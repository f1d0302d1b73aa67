"""What a period did in money: the gain, and the two returns that weigh it (methods §3.2, §3.3).

They need the values at both ends and the flows between, no value in the middle: a portfolio
that is priced rarely has them where a time-weighted return is not defined.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from portfolios.calc.dietz import modified_dietz
from portfolios.calc.entries import ZERO
from portfolios.calc.money_weighted import xirr
from portfolios.calc.returns import add_months, annualise

_day = attrgetter("asof_date")


class MoneyDay(NamedTuple):
    """One close in base currency; None where a value or a flow is not known. Flows are ≥ 0."""

    asof_date: date
    total_value: Decimal | None
    inflow: Decimal | None
    outflow: Decimal | None


@dataclass(frozen=True, slots=True)
class PeriodMoney:
    """Values at both closes and the flows after the first, positive inwards, by day."""

    start: date
    end: date
    opening: Decimal
    closing: Decimal
    flows: tuple[tuple[date, Decimal], ...]

    @property
    def net_flows(self) -> Decimal:
        """What was paid in less what was taken out."""
        return sum((amount for _, amount in self.flows), ZERO)

    @property
    def gain(self) -> Decimal:
        """V1 − V0 − net flows."""
        return self.closing - self.opening - self.net_flows


@dataclass(frozen=True, slots=True)
class MoneyWeighted:
    """annual: a rate a year, None below twelve months; period: the same over the period.

    Both None with the reason (NO_SIGN_CHANGE, NO_ROOT, MULTIPLE_ROOTS); roots are all there are.
    """

    annual: float | None
    period: float | None
    reason: str | None
    roots: tuple[float, ...]


def money_of(days: Sequence[MoneyDay], start: date, end: date) -> PeriodMoney | None:
    """The money of (start, end]; None where a value at an end or a flow is not known.

    days: ascending closes, of which `end` is one. A start before the first is worth nothing.
    """
    first = bisect_right(days, start, key=_day)
    inside = days[first : bisect_right(days, end, key=_day)]
    opening = days[first - 1].total_value if first else ZERO
    closing = inside[-1].total_value if inside else None
    if opening is None or closing is None:
        return None
    flows: list[tuple[date, Decimal]] = []
    for day in inside:
        if day.inflow is None or day.outflow is None:
            return None
        if day.inflow:
            flows.append((day.asof_date, day.inflow))
        if day.outflow:
            flows.append((day.asof_date, -day.outflow))
    return PeriodMoney(start, end, opening, closing, tuple(flows))


def between_valuations(days: Sequence[MoneyDay], anchor: date, end: date) -> PeriodMoney | None:
    """The money between the last known values on or before two days; for a portfolio that is
    priced rarely.

    A history that begins after `anchor` begins from nothing. None when there is no value within
    the period, or a flow between the two is not known.
    """
    valued = [day for day in days if day.total_value is not None and day.asof_date <= end]
    if not valued or valued[-1].asof_date <= anchor:
        return None
    before = [day.asof_date for day in valued if day.asof_date <= anchor]
    began = bool(days) and days[0].asof_date <= anchor
    if began and not before:
        return None
    return money_of(days, before[-1] if before else anchor, valued[-1].asof_date)


def dietz_return(money: PeriodMoney) -> float | None:
    """Modified Dietz over the period; None where the average capital is not positive."""
    return modified_dietz(money.start, money.end, (money.opening, money.closing), money.flows).ret


def money_weighted(money: PeriodMoney, closing: float | None = None) -> MoneyWeighted:
    """The internal rate of what was there, what came and went, and what is there.

    closing: the value at the end, if another than the portfolio's. Two percent on one day are
    beyond +99,900 % a year: below twelve months, where no yearly rate is in reach, the rate is
    sought once more between the same bounds as one of the period, which alone is shown then.
    """
    paid = [(day, -float(amount)) for day, amount in money.flows]
    if money.opening:
        paid.insert(0, (money.start, -float(money.opening)))
    flows = [*paid, (money.end, float(money.closing) if closing is None else closing)]
    found = xirr(flows)
    if found.reason == "NO_ROOT" and money.end < add_months(money.start, 12):
        found = xirr(flows, (money.end - flows[0][0]).days or 1)
    if found.rate is None:
        return MoneyWeighted(None, None, found.reason, found.roots)
    yearly = annualise(found.period_return or 0.0, money.start, money.end)
    annual = None if yearly.reason == "PERIOD_LT_1Y" else found.rate
    return MoneyWeighted(annual, found.period_return, None, found.roots)
