"""One line of the dashboard: a portfolio's day, its year, and whether its values still hold.

The world of `portfolios.tests.world`: on Friday Savings is worth 1,198.00 CAD.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import F
from django.test import Client

from accounts.models import User
from dawsos.dashboard.pages import dashboard
from dawsos.templatetags.sparks import path_of
from portfolios.models import (
    HistoryState,
    MonthlyValues,
    Portfolio,
    PortfolioDailyValue,
    PortfolioMetrics,
)
from portfolios.selectors.dashboard import dashboard_lines
from portfolios.tests.factories import (
    MonthlyValuesFactory,
    change_values,
)
from portfolios.tests.world import FRI, MON, THU

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


def test_the_days_of_a_line(traded: Portfolio, alice: User) -> None:
    """Thursday 1,111.60, Friday 1,198.00, no flow between. The year is all there is: 198 of 1,000
    and partial, as the money came on the fourth of February."""
    (line,) = dashboard_lines(alice)
    assert line.gain_1d.value == Decimal("86.40")
    assert line.return_1d.value == pytest.approx(1198 / 1111.6 - 1)
    assert line.return_ytd.value == pytest.approx(0.198)
    assert (line.return_ytd.state, line.return_ytd.n) == ("partial", 5)
    assert line.months == ((FRI, Decimal("1198.00")),)


def test_a_day_without_a_return_breaks_the_year(traded: Portfolio, alice: User) -> None:
    change_values(PortfolioDailyValue.objects.filter(asof_date=THU), time_weighted_return=None)
    (line,) = dashboard_lines(alice)
    assert line.return_ytd.value is None
    assert "2013-02-07 has no return" in (line.return_ytd.reason or "")


@pytest.fixture
def measured(traded: Portfolio) -> PortfolioMetrics:
    """The night says 12.5 % of the year, at the pack and the ledger head of now."""
    (value,) = PortfolioDailyValue.objects.filter(portfolio=traded, asof_date=FRI)
    return PortfolioMetrics.objects.create(
        portfolio=traded,
        asof_date=FRI,
        pack_id=value.pack_id,
        return_ytd=0.125,
        observations=5,
        method_version="1.0.0",
        ledger_commit_hash=HistoryState.objects.get(portfolio=traded).ledger_commit_hash,
    )


def test_the_year_is_the_night_s_where_it_has_measured(
    measured: PortfolioMetrics, alice: User
) -> None:
    (line,) = dashboard_lines(alice)
    assert (line.return_ytd.value, line.return_ytd.state) == (0.125, "exact")
    assert line.gain_1d.value == Decimal("86.40")  # from the closes, as without the night
    assert line.months == ((FRI, Decimal("1198.00")),)


@pytest.mark.parametrize(
    "other",
    [{"ledger_commit_hash": "0" * 64}, {"pack_id": "2013-02-07-ECB-r1"}, {"return_ytd": None}],
)
def test_what_the_night_measured_elsewhere_is_not_shown(
    measured: PortfolioMetrics, alice: User, other: dict[str, object]
) -> None:
    """Another ledger head, another pack, or nothing: 198 of 1,000 by the daily returns."""
    measured.delete()
    for name, value in other.items():
        setattr(measured, name, value)
    measured.save(force_insert=True)
    (line,) = dashboard_lines(alice)
    assert line.return_ytd.value == pytest.approx(0.198)


def test_under_other_policies_the_night_s_year_is_not_shown(
    measured: PortfolioMetrics, alice: User
) -> None:
    HistoryState.objects.update(settings_hash="0" * 64)
    (line,) = dashboard_lines(alice)
    assert line.return_ytd.value == pytest.approx(0.198)
    assert line.return_ytd.state == "stale"


def test_a_gap_at_the_beginning_of_the_year_is_not_taken_for_its_funding(
    traded: Portfolio, alice: User
) -> None:
    """Funded in 2011, without a return on the first day that is read of 2013."""
    (month,) = MonthlyValues.objects.all()
    MonthlyValuesFactory.create(
        portfolio=traded, month=date(2011, 6, 1), days=[1], packs=month.packs[:1]
    )
    change_values(PortfolioDailyValue.objects.filter(asof_date=MON), time_weighted_return=None)
    (line,) = dashboard_lines(alice)
    assert (line.return_ytd.value, line.return_ytd.state) == (None, "withheld")


def test_values_from_before_the_newest_entry_are_stale_and_say_so(
    traded: Portfolio, alice: User
) -> None:
    HistoryState.objects.update(ledger_seq=F("ledger_seq") - 1, ledger_commit_hash="0" * 64)
    (line,) = dashboard_lines(alice)
    assert line.total_value.state == "stale"
    assert line.behind == "Computed from the ledger up to entry 4; its newest is entry 5."
    assert "values_behind" in {
        item.kind for item in dashboard(alice, asof=None, currency="CAD").attention
    }


def test_a_line_is_interrupted_where_a_value_is_missing() -> None:
    """120 wide with an edge of 3: three points stand at 3, 60 and 117; 10 lies at the foot."""
    ten, twenty = Decimal(10), Decimal(20)
    days = [date(2013, month, 1) for month in (1, 2, 3)]
    whole = path_of(list(zip(days, (ten, twenty, ten), strict=True)))
    assert whole == "M3.0 29.0L3.0 29.0L60.0 3.0L117.0 29.0"
    broken = path_of(list(zip(days, (ten, None, twenty), strict=True)))
    assert broken == "M3.0 29.0L3.0 29.0M117.0 3.0L117.0 3.0"
    assert path_of([(days[0], None)]) == ""
