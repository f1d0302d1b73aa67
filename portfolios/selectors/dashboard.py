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
from django.db.models.functions import Coalesce

from accounts.models import Membership, User
from accounts.permissions import Permission, has_on
from patterns.results import FractionFigure, MoneyFigure
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.periods import Period, Span, anchor_of, return_of
from portfolios.calc.returns import ReturnSeries
from portfolios.models import Portfolio, ReconciliationResult, Transaction
from portfolios.selectors.access import visible_portfolios
from portfolios.selectors.cards import SHOWN_UNTIL, day_figure, value_figure
from portfolios.selectors.history import settings_fingerprint
from portfolios.selectors.stored_days import HistoryDay, newest_days

MONTHS_DRAWN = 13
DAYS_READ = 400  # thirteen months
CARRIED = "A price or a rate of the last day was carried forward."
NOT_KNOWN = "The day’s gain is not known: a value or a flow of its two closes is missing."

# The closes of thirteen months and the one before the day, with what the night measured at the same
# pack and head: some rows a portfolio, whatever its history is.
CLOSES = """
    SELECT asked.portfolio_id, metrics.return_ytd, before.total,
        array_agg(m.month + (m.days[d.at] - 1) ORDER BY m.month),
        array_agg(m.totals[d.at] * m.coin ORDER BY m.month)
    FROM unnest(%s::uuid[], %s::date[], %s::text[], %s::text[])
        AS asked(portfolio_id, asof_date, pack_id, head)
    JOIN portfolios_monthlyvalues m ON m.portfolio_id = asked.portfolio_id
        AND m.month <= asked.asof_date
        AND m.month > date_trunc('month', asked.asof_date) - make_interval(months => %s)
    CROSS JOIN LATERAL (
        SELECT count(*)::int4 AS at FROM unnest(m.days) u(day)
        WHERE m.month + (u.day - 1) <= asked.asof_date
    ) d
    LEFT JOIN LATERAL (
        SELECT d.total * m.coin AS total FROM portfolios_monthlyvalues m
        CROSS JOIN LATERAL (
            SELECT u.total FROM unnest(m.days, m.totals) u(day, total)
            WHERE m.month + (u.day - 1) < asked.asof_date ORDER BY u.day DESC LIMIT 1
        ) d
        WHERE m.portfolio_id = asked.portfolio_id AND m.month <= asked.asof_date
        ORDER BY m.month DESC LIMIT 1
    ) before ON true
    LEFT JOIN portfolios_portfoliometrics metrics
        ON metrics.portfolio_id = asked.portfolio_id AND metrics.asof_date = asked.asof_date
        AND metrics.pack_id = asked.pack_id AND metrics.ledger_commit_hash = asked.head
    WHERE d.at > 0
    GROUP BY asked.portfolio_id, metrics.return_ytd, before.total
"""
# One row a portfolio instead of one a day: the driver and Python would need longer than PostgreSQL.
DAYS = """
    SELECT m.portfolio_id,
        array_agg(m.month + (d.day - 1) ORDER BY m.month, d.day),
        array_agg(d.earned ORDER BY m.month, d.day),
        (SELECT d.day FROM portfolios_monthlyvalues first
         CROSS JOIN LATERAL (
            SELECT first.month + (u.day - 1) AS day FROM unnest(first.days, first.returns)
                u(day, earned) WHERE u.earned IS NOT NULL ORDER BY u.day LIMIT 1
         ) d
         WHERE first.portfolio_id = m.portfolio_id ORDER BY first.month LIMIT 1)
    FROM unnest(%(ids)s::uuid[], %(days)s::date[]) AS asked(portfolio_id, asof_date)
    JOIN portfolios_monthlyvalues m ON m.portfolio_id = asked.portfolio_id
        AND m.month <= asked.asof_date
        AND m.month >= date_trunc('month', asked.asof_date - %(read)s)
    CROSS JOIN LATERAL unnest(m.days, m.returns) d(day, earned)
    WHERE m.month + (d.day - 1) BETWEEN asked.asof_date - %(read)s AND asked.asof_date
    GROUP BY m.portfolio_id
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
    value: HistoryDay | None
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
    portfolios = list(_annotated(visible))
    values = newest_days([(it.pk, asof or it.shown_until) for it in portfolios])
    closes = _closes(portfolios, values)
    left = {pk: it.asof_date for pk, it in values.items() if closes[pk].measured is None}
    days = _days(left)
    return [
        _line(user, it, values.get(it.pk), closes.get(it.pk, Closes()), days.get(it.pk, Days()))
        for it in portfolios
    ]


def _annotated(portfolios: QuerySet[Portfolio]) -> QuerySet[Any]:
    own = OuterRef("pk")
    heads = Transaction.objects.filter(portfolio=own).order_by("-seq")
    differences = (
        ReconciliationResult.objects.filter(portfolio=own, state=ReconciliationResult.State.OPEN)
        .order_by()
        .values("portfolio")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return portfolios.select_related("history_state").annotate(
        shown_until=SHOWN_UNTIL,
        head_seq=Subquery(heads.values("seq")[:1]),
        head_hash=Subquery(heads.values("entry_hash")[:1]),
        open_differences=Coalesce(Subquery(differences), 0),
    )


def _closes(portfolios: Iterable[Any], values: Mapping[UUID, HistoryDay]) -> dict[UUID, Closes]:
    """What the night measured counts where the values follow from ledger and settings of now."""
    asked = [(values[it.pk], it) for it in portfolios if it.pk in values]
    if not asked:
        return {}
    columns = (
        [portfolio.pk for _, portfolio in asked],
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


def _days(asked: Mapping[UUID, date]) -> dict[UUID, Days]:
    if not asked:
        return {}
    columns: dict[str, Any] = {"ids": [*asked], "days": [*asked.values()], "read": DAYS_READ}
    with connection.cursor() as cursor:
        cursor.execute(DAYS, columns)
        return {
            pk: Days(tuple(days), tuple(earned), funded)
            for pk, days, earned, funded in cursor.fetchall()
        }


def _line(user: User, portfolio: Any, value: HistoryDay | None, closes: Closes, days: Days) -> Line:
    behind = _behind(portfolio) if value is not None else ""
    figures = (
        value_figure(portfolio, value),
        _gain(portfolio.base_currency, value, closes.before),
        day_figure(value),
        _year_to_date(days) if closes.measured is None else _measured(closes.measured, value),
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


def _gain(currency: str, value: HistoryDay | None, before: Decimal | None) -> MoneyFigure:
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


def _measured(year: float, value: HistoryDay | None) -> FractionFigure:
    """The night's return of the year. It ends with the day's value: where that stands on older
    prices, so does the return."""
    if value is not None and value.state == "stale":
        return FractionFigure(value=year, state="stale", reason=CARRIED)
    return FractionFigure(value=year)


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
