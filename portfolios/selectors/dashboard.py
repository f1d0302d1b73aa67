"""All portfolios of a user side by side, from what the nights have stored of each.

Nothing is valued here. What was stored before the ledger's newest entries is marked stale and says
so. The number of queries does not depend on the number of portfolios.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now, TruncDate

from accounts.models import Membership, User
from accounts.permissions import Permission, has_on
from patterns.results import FractionFigure, MoneyFigure
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.periods import Period, Span, anchor_of, return_of
from portfolios.calc.returns import ReturnSeries
from portfolios.models import Portfolio, PortfolioDailyValue, ReconciliationResult, Transaction
from portfolios.selectors.access import visible_portfolios
from portfolios.selectors.cards import day_figure, value_figure
from portfolios.selectors.history import settings_fingerprint

MONTHS_DRAWN = 13
DAYS_READ = 400  # thirteen months
NOT_KNOWN = "The day’s gain is not known: a value or a flow of its two closes is missing."

# One row a portfolio instead of one a day: the driver and Python would need longer than PostgreSQL.
HISTORIES = """
    SELECT value.portfolio_id,
        array_agg(value.asof_date ORDER BY value.asof_date),
        array_agg(value.total_value ORDER BY value.asof_date),
        array_agg(value.time_weighted_return ORDER BY value.asof_date),
        (SELECT min(first.asof_date) FROM portfolios_portfoliodailyvalue first
         WHERE first.portfolio_id = value.portfolio_id AND first.to_head IS NULL
            AND first.time_weighted_return IS NOT NULL)
    FROM unnest(%s::uuid[], %s::date[]) AS asked(portfolio_id, asof_date)
    JOIN portfolios_portfoliodailyvalue value
        ON value.portfolio_id = asked.portfolio_id AND value.to_head IS NULL
        AND value.asof_date BETWEEN asked.asof_date - %s AND asked.asof_date
    GROUP BY value.portfolio_id
"""


@dataclass(frozen=True, slots=True)
class History:
    """Thirteen months of stored closes. `funded_on` is the first day with a return, ever."""

    days: tuple[date, ...] = ()
    values: tuple[Decimal | None, ...] = ()
    returns: tuple[float | None, ...] = ()
    funded_on: date | None = None

    @property
    def months(self) -> tuple[tuple[date, Decimal | None], ...]:
        """The last close of each month, the oldest first."""
        closes = zip(self.days, self.values, strict=True)
        last = {(day.year, day.month): (day, value) for day, value in closes}
        return tuple(last.values())[-MONTHS_DRAWN:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One portfolio of the dashboard. `behind` says why its stored values may not hold any more,
    `differences` how many of its reconciliation are open."""

    portfolio: Portfolio
    value: PortfolioDailyValue | None
    total_value: MoneyFigure
    gain_1d: MoneyFigure
    return_1d: FractionFigure
    return_ytd: FractionFigure
    months: tuple[tuple[date, Decimal | None], ...]
    behind: str
    differences: int
    is_empty: bool
    may_write: bool

    @property
    def asof_date(self) -> date | None:
        return self.value.asof_date if self.value else None


def dashboard_lines(user: User, asof: date | None = None) -> list[Line]:
    """Every visible portfolio by name, on its own default day or on the last one up to `asof`; in
    three queries."""
    roles = Membership.objects.of(user).filter(portfolio_id=OuterRef("pk")).values("role")[:1]
    visible = visible_portfolios(user).annotate(opened_role=Subquery(roles))
    portfolios = list(_annotated(visible, asof))
    values = PortfolioDailyValue.objects.in_bulk(
        [pk for it in portfolios if (pk := it.shown_value) is not None]
    )
    histories = _histories(values.values())
    return [
        _line(user, it, values.get(it.shown_value), histories.get(it.pk, History()))
        for it in portfolios
    ]


def _annotated(portfolios: QuerySet[Portfolio], asof: date | None) -> QuerySet[Any]:
    asked = asof or Coalesce(OuterRef("default_asof_date"), TruncDate(Now()))
    own = OuterRef("pk")
    values = PortfolioDailyValue.objects.filter(portfolio=own, asof_date__lte=asked)
    heads = Transaction.objects.filter(portfolio=own).order_by("-seq")
    differences = (
        ReconciliationResult.objects.filter(portfolio=own, state=ReconciliationResult.State.OPEN)
        .order_by()
        .values("portfolio")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return portfolios.select_related("history_state").annotate(
        shown_value=Subquery(values.order_by("-asof_date").values("pk")[:1]),
        head_seq=Subquery(heads.values("seq")[:1]),
        head_hash=Subquery(heads.values("entry_hash")[:1]),
        open_differences=Coalesce(Subquery(differences), 0),
    )


def _histories(values: Iterable[PortfolioDailyValue]) -> dict[UUID, History]:
    shown = list(values)
    if not shown:
        return {}
    asked = [value.portfolio_id for value in shown], [value.asof_date for value in shown]
    with connection.cursor() as cursor:
        cursor.execute(HISTORIES, [*asked, DAYS_READ])
        return {
            pk: History(tuple(days), tuple(totals), tuple(earned), funded)
            for pk, days, totals, earned, funded in cursor.fetchall()
        }


def _line(user: User, portfolio: Any, value: PortfolioDailyValue | None, history: History) -> Line:
    behind = _behind(portfolio) if value is not None else ""
    figures = (
        value_figure(portfolio, value),
        _gain(portfolio.base_currency, value, history),
        day_figure(value),
        _year_to_date(history),
    )
    total, gain, day, year = (_aged(figure, behind) for figure in figures)
    return Line(
        portfolio=portfolio,
        value=value,
        total_value=total,
        gain_1d=gain,
        return_1d=day,
        return_ytd=year,
        months=history.months,
        behind=behind,
        differences=portfolio.open_differences,
        is_empty=portfolio.head_seq is None,
        may_write=has_on(user, portfolio.opened_role, Permission.WRITE_TRADES),
    )


def _behind(portfolio: Any) -> str:
    """Why the stored values do not follow from the ledger of now; "" when they do."""
    state = getattr(portfolio, "history_state", None)
    if state is None:
        return "It is not known from which ledger these values were computed."
    if state.ledger_commit_hash != portfolio.head_hash:
        return (
            f"Computed from the ledger up to entry {state.ledger_seq}; its newest is "
            f"entry {portfolio.head_seq}."
        )
    if state.settings_hash != settings_fingerprint(portfolio):
        return "Computed before the booking policies of the portfolio were changed."
    return ""


def _aged(figure: Any, behind: str) -> Any:
    if not behind or figure.state == "withheld":
        return figure
    return figure.model_copy(update={"state": "stale", "reason": behind})


def _gain(currency: str, value: PortfolioDailyValue | None, history: History) -> MoneyFigure:
    """V1 + outflows − V0 − inflows of the last day, where both closes are complete."""
    before = history.values[-2] if len(history.values) > 1 else None
    if (
        value is None
        or before is None
        or value.total_value is None
        or value.inflow is None
        or value.outflow is None
        or value.time_weighted_return is None
    ):
        return MoneyFigure.withheld(NOT_KNOWN, currency=currency)
    gain = value.total_value + value.outflow - before - value.inflow
    return MoneyFigure(value=gain, currency=currency, state=value.state)


def _year_to_date(history: History) -> FractionFigure:
    """The stored daily returns of the calendar year, compounded as everywhere (methods §3.4)."""
    if not history.days or history.funded_on is None:
        return FractionFigure.withheld("There is no return yet.")
    asof = history.days[-1]
    base = history.days[0] - timedelta(days=1)
    daily = DailyReturns.of(ReturnSeries(base, history.days, history.returns))
    if history.funded_on >= history.days[0]:
        daily = daily.since_funding()
    anchor = anchor_of(Period.YTD, asof) or base
    late = "FUNDED_IN_PERIOD" if daily.start > anchor else None
    found = return_of(Span(daily.after(anchor), anchor, late), asof)
    if found.value is None:
        return FractionFigure.withheld(_broken(history, anchor), n=found.n)
    if late:
        return FractionFigure(
            value=found.value,
            state="partial",
            reason=f"The money came on {history.funded_on}, after the year began.",
            n=found.n,
        )
    return FractionFigure(value=found.value, n=found.n)


def _broken(history: History, anchor: date) -> str:
    gaps = _without_return(history.days, history.returns, anchor)
    if not gaps:
        return "The year has no return yet."
    more = f" and {len(gaps) - 1} more" if len(gaps) > 1 else ""
    return f"{gaps[0]}{more} has no return: not everything that was held had a price."


def _without_return(
    days: Sequence[date], returns: Sequence[float | None], anchor: date
) -> list[date]:
    found = zip(days, returns, strict=True)
    return [day for day, earned in found if earned is None and day > anchor]
