"""The portfolios of a user at a glance: value and day's return on each one's own day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Coalesce, Now, TruncDate

from accounts.models import User
from patterns.results import FractionFigure, MoneyFigure
from portfolios.calc.money import round_money
from portfolios.models import Portfolio
from portfolios.selectors.access import visible_portfolios
from portfolios.selectors.stored_days import HistoryDay, newest_days

NOT_VALUED = "No pricing pack values this portfolio yet."
NOT_PRICED = "None of its positions has a price."
SHOWN_UNTIL = Coalesce(F("default_asof_date"), TruncDate(Now()))


@dataclass(frozen=True, slots=True)
class PortfolioCard:
    """One line of the list; its figures are withheld where no day is valued."""

    id: UUID
    name: str
    description: str
    base_currency: str
    asof_date: date | None
    total_value: MoneyFigure
    twr_1d: FractionFigure
    state: str


def portfolio_cards(user: User) -> list[PortfolioCard]:
    """Every visible portfolio with the live value of its default day, in two queries."""
    visible = visible_portfolios(user).annotate(shown_until=SHOWN_UNTIL)
    portfolios = list(visible)
    shown = newest_days([(p.pk, p.shown_until) for p in portfolios], live=True)
    return [_card(p, shown.get(p.pk)) for p in portfolios]


def _card(portfolio: Portfolio, value: HistoryDay | None) -> PortfolioCard:
    total = value_figure(portfolio, value)
    return PortfolioCard(
        id=portfolio.pk,
        name=portfolio.name,
        description=portfolio.description,
        base_currency=portfolio.base_currency,
        asof_date=value.asof_date if value else None,
        total_value=total,
        twr_1d=day_figure(value),
        state=total.state,
    )


def value_figure(portfolio: Portfolio, value: HistoryDay | None) -> MoneyFigure:
    """A stored value with its state; withheld where there is none."""
    currency = portfolio.base_currency
    if value is None or value.total_value is None:
        reason = NOT_VALUED if value is None else NOT_PRICED
        return MoneyFigure.withheld(reason, currency=currency)
    return MoneyFigure(
        value=round_money(value.total_value, currency),
        currency=currency,
        state=value.state,
        reason=None if value.state == "exact" else f"The value is {value.state}.",
        coverage=None if value.state == "exact" else value.coverage,
        asof_date=value.asof_date,
    )


def day_figure(value: HistoryDay | None) -> FractionFigure:
    """The stored return of one day."""
    if value is None or value.time_weighted_return is None:
        return FractionFigure.withheld("The day's return is not known.")
    return FractionFigure(value=value.time_weighted_return, state=value.state)
