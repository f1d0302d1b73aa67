"""From a statistic of a period to a figure: its state, the reason, the sample, the day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from patterns.results import FractionFigure, MoneyFigure, RatioFigure, State
from portfolios.calc.period_money import MoneyWeighted
from portfolios.calc.periods import PeriodReturn
from portfolios.calc.risk import Statistic
from portfolios.capabilities.sentences import SAID
from portfolios.selectors.performance import Track
from portfolios.selectors.periods import Chosen

Number = TypeVar("Number", FractionFigure, RatioFigure)

TWR = "time-weighted, inflows at the start of the day, outflows at its end"
MWR = "money-weighted: the internal rate of dated flows, ACT/365"
DIETZ = "Modified Dietz, inflows weighed from the start of their day, outflows to its end"


def why(path: Track, reason: str | None) -> str:
    """A reason as a sentence, with what is not priced."""
    said = SAID.get(reason or "", reason or "There is no history.")
    if path.missing:
        return f"{said} Not priced: {', '.join(path.missing)}."
    return said


@dataclass(frozen=True)
class Dresser:
    """Dresses what is measured between two closes of a portfolio.

    begun_late: the period began before the money came, so what is measured is partial.
    aged: whether a figure is stale when a value at an end is; a benchmark's is not.
    late: that the last value is older than the period's end, which makes a figure stale.
    instead: sentences that are better than the usual ones, by reason, with what is missing.
    """

    path: Track
    start: date
    end: date
    begun_late: bool = False
    aged: bool = True
    late: str = ""
    instead: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    @classmethod
    def of(cls, period: Chosen, *instead: tuple[str, str, tuple[str, ...]]) -> Dresser:
        """The dresser of a chosen period."""
        late = period.span.reason == "FUNDED_IN_PERIOD"
        return cls(period.path, period.returns.start, period.returns.end, late, instead=instead)

    def of_money(self, period: Chosen) -> Dresser:
        """The same for what follows from values and flows alone."""
        money = period.money
        if money is None or not period.valued_late:
            return self
        return replace(self, start=money.start, end=money.end, late=period.valued_late)

    def state(self) -> tuple[State, str | None]:
        """The state of a figure that is known, and why it is not exact."""
        if self.late:
            return "stale", self.late
        if self.begun_late:
            return "partial", SAID["FUNDED_IN_PERIOD"]
        if not self.aged:
            return "exact", None
        found = self.path.state_between(self.start, self.end)
        return found, self.path.reason_of(found)

    def figure(self, kind: type[Number], found: Statistic, method: str | None = None) -> Number:
        """A statistic as a figure; its own state comes before that of the period."""
        if found.value is None:
            reason, missing = self.said(found.reason)
            return kind.withheld(reason, missing=missing, n=found.n)
        state, reason_of_state = self.state()
        if found.state == "partial":
            state, reason_of_state = "partial", SAID.get(found.reason or "", found.reason)
        return kind(
            value=found.value,
            state=state,
            reason=reason_of_state,
            n=found.n,
            asof_date=self.end,
            method=method,
        )

    def number(self, value: float | None, n: int, reason: str, method: str) -> FractionFigure:
        """A fraction that needs no sample."""
        found = Statistic(value, n, "exact" if value is not None else "withheld", reason)
        return self.figure(FractionFigure, found, method)

    def money(self, value: Decimal | None, currency: str, reason: str = "UNVALUED") -> MoneyFigure:
        """An amount of base currency."""
        if value is None:
            said, missing = self.said(reason)
            return MoneyFigure.withheld(said, missing=missing, currency=currency)
        state, why_state = self.state()
        return MoneyFigure(
            value=value, currency=currency, state=state, reason=why_state, asof_date=self.end
        )

    def rate(
        self, found: MoneyWeighted | None, n: int, unknown: str, *, annual: bool
    ) -> FractionFigure:
        """A money-weighted return; several roots are named, and none is chosen."""
        if found is None:
            return self.number(None, n, unknown, MWR)
        if found.reason == "MULTIPLE_ROOTS":
            roots = ", ".join(f"{root * 100:.2f} %" for root in found.roots)
            return FractionFigure.withheld(f"{SAID['MULTIPLE_ROOTS']}: {roots}.", n=n)
        value = found.annual if annual else found.period
        return self.number(value, n, found.reason or "PERIOD_LT_1Y", MWR)

    def said(self, reason: str | None) -> tuple[str, tuple[str, ...]]:
        """The sentence of a reason and what is missing."""
        for name, sentence, missing in self.instead:
            if name == reason:
                return sentence, missing
        broken = reason in ("BROKEN_CHAIN", "UNVALUED", "NO_RETURNS")
        if not broken:
            return SAID.get(reason or "", reason or "There is no history."), ()
        return why(self.path, reason), self.path.missing


def time_weighted(dresser: Dresser, found: PeriodReturn, *, annual: bool) -> FractionFigure:
    """The time-weighted return of a period, of it or a year."""
    if not annual:
        return dresser.number(found.value, found.n, found.reason or "NO_RETURNS", TWR)
    reason = "PERIOD_LT_1Y" if found.value is not None else found.reason or "NO_RETURNS"
    return dresser.number(found.annualised, found.n, reason, f"{TWR}, annualised ACT/365")
