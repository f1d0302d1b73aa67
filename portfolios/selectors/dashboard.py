"""All portfolios of a user side by side, from what the nights have stored of each.

Nothing is valued here. The return of the year is the night's where it was measured at the same pack
and ledger head; else it is made of the stored daily returns. What was stored before the ledger's
newest entries is marked stale and says so. The number of queries does not depend on the number of
portfolios.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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

# The closes of thirteen months and the one before the day, with what the night measured at the same
# pack and head: some rows a portfolio, whatever its history is.
CLOSES = """
    SELECT asked.portfolio_id, metrics.return_ytd, before.total_value,
        array_agg(close.asof_date ORDER BY close.asof_date),
        array_agg(close.total_value ORDER BY close.asof_date)
    FROM unnest(%s::uuid[], %s::date[], %s::text[], %s::text[])
        AS asked(portfolio_id, asof_date, pack_id, head)
    CROSS JOIN generate_series(0, %s - 1) AS back(months)
    CROSS JOIN LATERAL (
        SELECT asof_date, total_value FROM portfolios_portfoliodailyvalue value
        WHERE value.portfolio_id = asked.portfolio_id AND value.to_head IS NULL
            AND value.asof_date <= asked.asof_date
            AND value.asof_date >= date_trunc('month', asked.asof_date)
                - make_interval(months => back.months)
            AND value.asof_date < date_trunc('month', asked.asof_date)
                - make_interval(months => back.months - 1)
        ORDER BY value.asof_date DESC LIMIT 1
    ) close
    LEFT JOIN LATERAL (
        SELECT total_value FROM portfolios_portfoliodailyvalue value
        WHERE value.portfolio_id = asked.portfolio_id AND value.to_head IS NULL
            AND value.asof_date < asked.asof_date
        ORDER BY value.asof_date DESC LIMIT 1
    ) before ON true
    LEFT JOIN portfolios_portfoliometrics metrics
        ON metrics.portfolio_id = asked.portfolio_id AND metrics.asof_date = asked.asof_date
        AND metrics.pack_id = asked.pack_id AND metrics.ledger_commit_hash = asked.head
    GROUP BY asked.portfolio_id, metrics.return_ytd, before.total_value
"""
# One row a portfolio instead of one a day: the driver and Python would need longer than PostgreSQL.
DAYS = """
    SELECT value.portfolio_id,
        array_agg(value.asof_date ORDER BY value.asof_date),
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
class Days:
    """Stored returns of thirteen months. `funded_on` is the first day with a return, ever."""

    days: tuple[date, ...] = ()
    returns: tuple[float | None, ...] = ()
    funded_on: date | None = None


@dataclass(frozen=True, slots=True)
class Closes:
    """The last close of each of thirteen months, the oldest first, and the close before the day.
    measured: the night's return of the year, where it stands on the same pack and ledger head."""

    months: tuple[tuple[date, Decimal | None], ...] = ()
    before: Decimal | None = None
    measured: float | None = None


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


def dashboard_lines(
    user: User, asof: date | None = None, *, only: UUID | None = None
) -> list[Line]:
    """Every visible portfolio by name, or one of them, on its own default day or on the last one up
    to `asof`; in four queries. Of whom the night has measured no day is read but some closes."""
    roles = Membership.objects.of(user).filter(portfolio_id=OuterRef("pk")).values("role")[:1]
    visible = visible_portfolios(user).annotate(opened_role=Subquery(roles))
    if only is not None:
        visible = visible.filter(pk=only)
    portfolios = list(_annotated(visible, asof))
    values = PortfolioDailyValue.objects.in_bulk(
        [pk for it in portfolios if (pk := it.shown_value) is not None]
    )
    closes = _closes(portfolios, values)
    left = [it for it in values.values() if closes[it.portfolio_id].measured is None]
    days = _days(left)
    return [
        _line(
            user,
            it,
            values.get(it.shown_value),
            closes.get(it.pk, Closes()),
            days.get(it.pk, Days()),
        )
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


def _closes(
    portfolios: Iterable[Any], values: Mapping[int, PortfolioDailyValue]
) -> dict[UUID, Closes]:
    """What the night measured counts where the values follow from ledger and settings of now."""
    asked = [(values[it.shown_value], it) for it in portfolios if it.shown_value in values]
    if not asked:
        return {}
    columns = (
        [value.portfolio_id for value, _ in asked],
        [value.asof_date for value, _ in asked],
        [value.pack_id for value, _ in asked],
        ["" if _behind(portfolio) else portfolio.head_hash for _, portfolio in asked],
    )
    with connection.cursor() as cursor:
        cursor.execute(CLOSES, [*columns, MONTHS_DRAWN])
        return {
            pk: Closes(tuple(zip(days, totals, strict=True)), before, measured)
            for pk, measured, before, days, totals in cursor.fetchall()
        }


def _days(values: Sequence[PortfolioDailyValue]) -> dict[UUID, Days]:
    if not values:
        return {}
    asked = [value.portfolio_id for value in values], [value.asof_date for value in values]
    with connection.cursor() as cursor:
        cursor.execute(DAYS, [*asked, DAYS_READ])
        return {
            pk: Days(tuple(days), tuple(earned), funded)
            for pk, days, earned, funded in cursor.fetchall()
        }


def _line(
    user: User, portfolio: Any, value: PortfolioDailyValue | None, closes: Closes, days: Days
) -> Line:
    behind = _behind(portfolio) if value is not None else ""
    figures = (
        value_figure(portfolio, value),
        _gain(portfolio.base_currency, value, closes.before),
        day_figure(value),
        _year_to_date(days) if closes.measured is None else FractionFigure(value=closes.measured),
    )
    total, gain, day, year = (_aged(figure, behind) for figure in figures)
    return Line(
        portfolio=portfolio,
        value=value,
        total_value=total,
        gain_1d=gain,
        return_1d=day,
        return_ytd=year,
        months=closes.months,
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


def _gain(currency: str, value: PortfolioDailyValue | None, before: Decimal | None) -> MoneyFigure:
    """V1 + outflows − V0 − inflows of the last day, where both closes are complete."""
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


def _year_to_date(history: Days) -> FractionFigure:
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


def _broken(history: Days, anchor: date) -> str:
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
