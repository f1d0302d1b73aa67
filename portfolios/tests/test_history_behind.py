"""A long ledger's daily values follow after the commit, and say so until they have."""

from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from portfolios.models import HistoryState, Portfolio, PortfolioDailyValue
from portfolios.selectors import ledger_head
from portfolios.selectors.projected import stored_history
from portfolios.services import history, rebuild_history, rebuild_projections
from portfolios.services.history import catch_up_history
from portfolios.signals import history_behind
from portfolios.tasks import value_history
from portfolios.tests.factories import append, deposit
from portfolios.tests.world import FRI, MON, WED


@pytest.fixture
def long(traded: Portfolio, monkeypatch: pytest.MonkeyPatch) -> Portfolio:
    """The small world's ledger, where five entries are many."""
    monkeypatch.setattr(history, "LONG", 5)
    return traded


def is_current(portfolio: Portfolio) -> bool:
    state = HistoryState.objects.get(portfolio=portfolio)
    return state.ledger_commit_hash == ledger_head(portfolio.pk).entry_hash


def total(portfolio: Portfolio) -> Decimal | None:
    return PortfolioDailyValue.objects.get(portfolio=portfolio, asof_date=FRI).total_value


def test_a_long_ledger_is_behind_until_it_is_caught_up(long: Portfolio, alice: User) -> None:
    """1,198 CAD, and 100 of Wednesday."""
    told: list[UUID] = []

    def hear(portfolio_id: UUID, **_: object) -> None:
        told.append(portfolio_id)

    history_behind.connect(hear)
    append(long, alice, deposit("100", WED))
    history_behind.disconnect(hear)
    assert told == [long.pk]
    assert (total(long), is_current(long)) == (Decimal(1198), False)

    assert value_history(str(long.pk)) == 3  # Wednesday to Friday
    assert (total(long), is_current(long)) == (Decimal(1298), True)
    assert rebuild_projections(long.pk).differences == ()


def test_whoever_comes_late_to_catch_up_does_nothing(long: Portfolio, alice: User) -> None:
    append(long, alice, deposit("100", WED))
    assert catch_up_history(long.pk) == 3
    assert catch_up_history(long.pk) == 0


def test_doing_the_last_day_does_all_that_are_behind(long: Portfolio, alice: User) -> None:
    """The night asks for Friday; the values of Monday to Thursday are behind too."""
    append(long, alice, deposit("100", MON))
    rebuild_history(long.pk, from_date=FRI)
    before = stored_history(long.pk)
    assert is_current(long)
    assert rebuild_projections(long.pk).differences == ()
    assert stored_history(long.pk) == before


def test_what_no_pack_values_changes_no_value(long: Portfolio, alice: User) -> None:
    """2013-02-09 is after the last pack: the values of the new head are those of the old."""
    before = stored_history(long.pk)
    append(long, alice, deposit("100", FRI.replace(day=9)))
    assert is_current(long)
    assert stored_history(long.pk) == before
    assert rebuild_projections(long.pk).differences == ()


def test_changed_settings_are_not_called_current(long: Portfolio, alice: User) -> None:
    Portfolio.objects.filter(pk=long.pk).update(fees_in_cost=False)
    append(long, alice, deposit("100", FRI.replace(day=9)))
    assert not is_current(long)


def test_one_more_entry_asks_as_many_questions_in_a_longer_ledger(
    long: Portfolio, alice: User
) -> None:
    append(long, alice, deposit("1", WED))
    counts = []
    for _ in range(4):
        with CaptureQueriesContext(connection) as asked:
            append(long, alice, deposit("1", WED))
        counts.append(len(asked))
    assert len(set(counts)) == 1
