"""What the dashboard shows: every portfolio of a user, their sum, and what needs somebody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from accounts.models import User
from dawsos.dashboard.attention import (
    Attention,
    in_order,
    latest_nights,
    of_nights,
    of_packs,
    of_portfolios,
    of_quarantine,
)
from market.selectors import latest_packs, policies
from market.selectors.quarantine import waiting_count
from portfolios.models import Portfolio
from portfolios.selectors.composition import compositions
from portfolios.selectors.dashboard import Line, dashboard_lines
from portfolios.selectors.data_health import CountedHolding, counted_holdings
from portfolios.selectors.due_actions import due_actions
from portfolios.selectors.together import Together, rates_of, together, usual_currency


@dataclass(frozen=True, slots=True)
class MonthRow:
    """The last closes of one month: of each portfolio its line, the day and the value of that day,
    None where it has none."""

    month: date
    closes: tuple[tuple[Line, date | None, Decimal | None], ...]


@dataclass(frozen=True, slots=True)
class DataSummary:
    """The holdings that are priced by their day, by an older one, and not at all."""

    exact: tuple[CountedHolding, ...]
    carried: tuple[CountedHolding, ...]
    unpriced: tuple[CountedHolding, ...]

    @classmethod
    def of(cls, holdings: Iterable[CountedHolding]) -> DataSummary:
        found: dict[str, list[CountedHolding]] = {"exact": [], "stale": [], "unpriced": []}
        for it in holdings:
            found[it.priced].append(it)
        return cls(*map(tuple, found.values()))


@dataclass(frozen=True, slots=True)
class Dashboard:
    lines: tuple[Line, ...]
    together: Together
    attention: tuple[Attention, ...]
    data: DataSummary

    @property
    def to_fill(self) -> Portfolio | None:
        """The portfolio to begin with, where nothing is booked in any and one may be written."""
        if not all(line.is_empty for line in self.lines):
            return None
        return next((line.portfolio for line in self.lines if line.may_write), None)


def dashboard(user: User, *, asof: date | None, currency: str) -> Dashboard:
    """All of it, in a number of queries that does not depend on how many portfolios there are."""
    lines = dashboard_lines(user, asof)
    held = compositions({it.portfolio.pk: it.value.pack_id for it in lines if it.value})
    rates = rates_of(lines)
    today = datetime.now(UTC).date()
    packs = latest_packs((name, None) for name in _watched(lines))
    attention = [
        *of_portfolios(
            lines, held, due_actions((it.portfolio.pk for it in lines), today=today), today=today
        ),
        *of_packs(packs),
        *of_nights(latest_nights(user, _policies(lines))),
        *of_quarantine(waiting_count()),
    ]
    return Dashboard(
        lines=tuple(lines),
        together=together(lines, held, rates, currency or usual_currency(lines)),
        attention=tuple(in_order(attention)),
        data=DataSummary.of(counted_holdings(lines, held)),
    )


def _watched(lines: list[Line]) -> list[str]:
    """The policies whose newest pack somebody looks at: on a day of one's own no pack gets old."""
    newest = [line for line in lines if line.portfolio.default_asof_date is None]
    return _policies(newest) if newest or not lines else []


def _policies(lines: list[Line]) -> list[str]:
    """Those that price something of the user's; before there is anything, all of the house."""
    used = {line.portfolio.pricing_policy for line in lines if not line.is_empty}
    return sorted(used & policies().keys()) if used else sorted(policies())


def months_of(lines: Sequence[Line]) -> tuple[MonthRow, ...]:
    """The values that the small lines of a page draw, the newest month first."""
    shown = [line for line in lines if line.months]
    closes = [{day.replace(day=1): (day, value) for day, value in line.months} for line in shown]
    months = sorted({month for found in closes for month in found}, reverse=True)
    return tuple(
        MonthRow(
            month,
            tuple(
                (line, *found.get(month, (None, None)))
                for found, line in zip(closes, shown, strict=True)
            ),
        )
        for month in months
    )
