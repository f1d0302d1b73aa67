"""What the last day brought a position: trades and income of the day included."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from patterns.results import FractionFigure, MoneyFigure
from portfolios.calc.contribution import Kind, Source, columns_of, held_days
from portfolios.calc.day_lines import DayLines
from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.periods import Period
from portfolios.calc.valuation import ValuedPosition
from portfolios.capabilities.inputs import OfPortfolio, OverPeriod
from portfolios.capabilities.span_figures import (
    NO_HISTORY,
    NO_RETURNS,
    fraction,
    lines_of,
    money,
    of_lines,
)
from portfolios.selectors.spans import Span
from portfolios.selectors.standing import Standing

UNPRICED = "{} has no price, or its currency no rate, at the close of the day or the one before it."
NO_CAPITAL = (
    "Nothing of it was held when the day began, and nothing was bought: what is sold counts at the "
    "day’s end, so there is no capital to measure the day’s profit by."
)
SHORT = (
    "Held short, it has a capital below zero, what it owes: a percentage of that would rise when "
    "the position loses. The amount says what the day brought."
)
SPLIT = "{} was traded on the day in one of several accounts: the change is known of all together."


def last_day(args: OfPortfolio) -> OverPeriod:
    """The one day that a change is told of, as a period."""
    return OverPeriod(portfolio_id=args.portfolio_id, period=Period.DAY.value)


@dataclass(frozen=True)
class DayChange:
    """The last day of a portfolio, cut by line, and the positions that stand at its end.

    A line is a security over all accounts. What is held in several and was not traded on the day
    earned by quantity; of what was traded, the part of one account is not told apart.
    """

    now: Standing
    span: Span

    @cached_property
    def lines(self) -> DayLines:
        return lines_of(self.span)

    def columns(self, security: SecurityKey) -> list[int]:
        return columns_of(self.lines, Source(Kind.HOLDING, security=security))

    def why_unknown(self, security: SecurityKey) -> str:
        """Why what a security earned on the day is not known; "" where it is."""
        if self.span.lines is None:
            return NO_HISTORY
        if not self.lines.dates:
            return NO_RETURNS
        if self.lines.has_return[-1] or security in self.span.priced:
            return ""
        return UNPRICED.format(self.now.symbol(security))

    def share(self, position: ValuedPosition) -> Decimal | None:
        """The part of the security's change that belongs to a position; None where not known."""
        held = self.held_of(position.security)
        if len(held) == 1:
            return Decimal(1)
        columns, whole = self.columns(position.security), sum((p.quantity for p in held), ZERO)
        traded = self.lines.moved[-1, columns].any() or self.lines.entered[-1, columns].any()
        return None if traded or not whole else position.quantity / whole

    def held_of(self, security: SecurityKey) -> list[ValuedPosition]:
        return [part for part in self.now.valuation.positions if part.security == security]

    def amount(self, position: ValuedPosition) -> MoneyFigure:
        """Worth at the end and what it gave off, less worth at the start and what entered."""
        reason = self.why_unknown(position.security)
        share = None if reason else self.share(position)
        if share is None:
            symbol = self.now.symbol(position.security)
            return MoneyFigure.withheld(
                reason or SPLIT.format(symbol),
                missing=(symbol,),
                currency=self.now.valuation.base_currency,
            )
        earned = float(self.lines.profit[-1, self.columns(position.security)].sum())
        return money(of_lines(self.span, [position.security]), earned * float(share))

    def rate(self, position: ValuedPosition) -> FractionFigure:
        """The security's own return of the day, the same in every account.

        None of a short: a loss would read as a rise, as its capital is what it owes, below zero.
        """
        reason = self.why_unknown(position.security)
        if reason:
            return FractionFigure.withheld(reason, missing=(self.now.symbol(position.security),))
        columns = self.columns(position.security)
        invested = self.lines.invested[-1:, columns].sum(axis=1)
        earned = float(self.lines.profit[-1, columns].sum())
        own, capital = of_lines(self.span, [position.security]), float(invested[0])
        if not held_days(invested, self.lines.capital[-1:])[0]:
            return fraction(own, None, NO_CAPITAL)
        return fraction(own, earned / capital if capital > 0 else None, SHORT)
