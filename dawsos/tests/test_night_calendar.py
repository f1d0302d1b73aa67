"""Which night is due: one for each session, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from dawsos.models import NightlyRun, StageRun
from dawsos.night import chain, claims
from dawsos.night.calendar import database_clock, due_night
from dawsos.night.runner import run_all
from market.selectors import sessions
from portfolios.models import Portfolio
from portfolios.tests.world import FRI

NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("local", "due"),
    [
        (datetime(2012, 3, 12, 0, 5, tzinfo=NEW_YORK), date(2012, 3, 9)),  # forward
        (datetime(2012, 3, 13, 0, 5, tzinfo=NEW_YORK), date(2012, 3, 12)),
        (datetime(2012, 11, 5, 0, 5, tzinfo=NEW_YORK), date(2012, 11, 2)),  # back
        (datetime(2012, 11, 6, 0, 5, tzinfo=NEW_YORK), date(2012, 11, 5)),
        (datetime(2013, 2, 4, 20, 0, tzinfo=NEW_YORK), date(2013, 2, 1)),  # its day is not over
        (datetime(2013, 2, 4, 23, 59, tzinfo=NEW_YORK), date(2013, 2, 1)),
        (datetime(2013, 2, 5, 0, 0, tzinfo=NEW_YORK), date(2013, 2, 4)),
    ],
)
def test_the_due_night_is_that_of_the_markets_calendar(local: datetime, due: date) -> None:
    assert due_night("ECB", now=local).asof == due


@pytest.mark.parametrize("monday", [date(2012, 3, 5), date(2012, 10, 29)])
def test_asked_every_hour_each_session_is_due_once(monday: date) -> None:
    """Three weeks around a change of the clocks: never backwards, none twice, none left out."""
    first = datetime(monday.year, monday.month, monday.day, 12, tzinfo=UTC)
    asked = [due_night("ECB", now=first + turn * HOUR).asof for turn in range(21 * 24)]
    days = [day for day in asked if day is not None]
    assert all(one <= other for one, other in pairwise(days))
    assert tuple(dict.fromkeys(days)) == sessions("XNYS", days[0], days[-1])


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [timedelta(hours=-2), timedelta(days=1)])
def test_a_machine_whose_clock_is_wrong_keeps_the_databases_time(
    traded: Portfolio, monkeypatch: pytest.MonkeyPatch, wrong: timedelta
) -> None:
    """Leases, starts and ends are on the database's clock, and so is what is due."""
    right = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: right + wrong)
    assert abs(database_clock() - right) < HOUR
    run = chain.start(FRI, "ECB")
    with claims.claimed(run.stages.get(position=0)) as mine:
        assert mine is not None
        assert mine.lease_until is not None
        assert abs(mine.lease_until - claims.lease() - right) < HOUR
    run = run_all(run)
    assert run.state == NightlyRun.State.DONE
    kept = [run.started_at, run.ended_at]
    kept += [at for stage in StageRun.objects.all() for at in (stage.started_at, stage.ended_at)]
    assert all(at is not None and abs(at - right) < HOUR for at in kept)


@pytest.mark.django_db
def test_twenty_starts_of_a_day_are_one_night(traded: Portfolio) -> None:
    assert len({chain.start(FRI, "ECB").pk for _ in range(20)}) == 1
