"""The newest stored value against the ledger's shares and cash in its own pack.

Friday's value in the small world is 15·12·1.20 + 10·25 + 300 + 360·1.20 = 1,198 CAD, so a basis
point of it is 0.1198.
"""

from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest

from accounts.models import User
from market.selectors import live_pack
from market.services import ingest_observations, restate_packs
from portfolios.calc.plain_value import plain_value
from portfolios.models import (
    HistoryState,
    MonthlyValues,
    Portfolio,
    PortfolioDailyValue,
    ReconciliationResult,
)
from portfolios.selectors.booked import book_ledger
from portfolios.selectors.history import valued_days
from portfolios.selectors.many_states import portfolio_facts
from portfolios.selectors.stored_values import StoredValue, doubtful_values, newest_value
from portfolios.services import (
    BulkReconciled,
    rebuild_history,
    rebuild_projections,
    reconcile_bulk,
    reconcile_portfolio,
)
from portfolios.tests.factories import append, change_values, deposit, remove_values
from portfolios.tests.many_worlds import make_world
from portfolios.tests.test_many import not_due
from portfolios.tests.world import ACME, FRI, THU, close_of

SAID = (
    "The stored value of 2013-02-08 is 1,199.00 CAD; the ledger's shares and cash in "
    "2013-02-08-ECB-r1 give 1,198.00 CAD."
)
LATE = datetime(2013, 2, 10, 14, tzinfo=UTC)


@pytest.fixture
def agreed(traded: Portfolio) -> Portfolio:
    """Valued, and found to agree by a first night."""
    rebuild_history(traded.pk)
    assert night(traded).replayed == 1
    return traded


def night(portfolio: Portfolio) -> BulkReconciled:
    return reconcile_bulk([portfolio.pk], not_due(portfolio))


def plant(portfolio: Portfolio, more: str) -> None:
    """Friday's stored value is other by so much."""
    rows = PortfolioDailyValue.objects.filter(portfolio=portfolio, asof_date=FRI)
    change_values(rows, total_value=(rows.get().total_value or 0) + Decimal(more))


def test_a_value_that_agrees_is_held_without_a_replay(agreed: Portfolio) -> None:
    found = night(agreed)
    assert (found.replayed, found.breaks, found.unvalued) == (0, (), 0)


def test_a_basis_point_is_allowed_and_no_more(agreed: Portfolio) -> None:
    plant(agreed, "0.11")
    assert night(agreed).breaks == ()
    plant(agreed, "0.02")
    assert len(night(agreed).breaks) == 1


def test_a_wrong_value_is_found_and_named(agreed: Portfolio) -> None:
    plant(agreed, "1")
    assert night(agreed).breaks == (f"{agreed.pk}: {SAID}",)
    item = ReconciliationResult.objects.get(portfolio=agreed, state="open")
    assert (item.code, item.asof_date) == ("VALUATION_MISMATCH", FRI)
    assert (item.expected, item.actual, item.assertion) == (1198, 1199, None)
    # 1/1,198 are 8.347 basis points.
    assert item.error_bps is not None and round(item.error_bps, 3) == Decimal("8.347")


def test_a_value_that_was_mended_is_an_item_that_is_resolved(agreed: Portfolio) -> None:
    plant(agreed, "1")
    night(agreed)
    rebuild_history(agreed.pk)
    assert night(agreed).breaks == ()
    assert ReconciliationResult.objects.get(portfolio=agreed).state == "resolved"


def test_a_value_that_is_not_whole_is_not_compared_and_said(agreed: Portfolio, alice: User) -> None:
    rows = PortfolioDailyValue.objects.filter(portfolio=agreed, asof_date=FRI)
    change_values(rows, state="withheld", total_value=None)
    found = night(agreed)
    assert (found.replayed, found.breaks, found.unvalued) == (0, (), 1)
    said = reconcile_portfolio(agreed.pk).unvalued
    assert said == "The stored value of 2013-02-08 is withheld."


def test_a_value_of_an_older_ledger_is_not_compared_and_said(
    agreed: Portfolio, alice: User
) -> None:
    append(agreed, alice, deposit("5", FRI))
    HistoryState.objects.filter(portfolio=agreed).update(ledger_commit_hash="0" * 64)
    plant(agreed, "1")
    found = night(agreed)
    assert (found.breaks, found.unvalued) == ((), 1)


def test_a_portfolio_without_values_says_so(traded: Portfolio) -> None:
    MonthlyValues.objects.filter(portfolio=traded).delete()
    assert reconcile_portfolio(traded.pk).unvalued == "It has no stored value yet."


def test_a_value_stands_on_its_own_pack_though_a_newer_one_supersedes_it(
    agreed: Portfolio,
) -> None:
    """A late close of 13 for ACME is in the second revision; 15·1·1.20 = 18 more there."""
    ingest_observations([close_of(ACME, FRI, "13", known_at=LATE)])
    restate_packs(FRI, FRI, reason="a late close", by=None)
    live = live_pack("ECB", FRI)
    assert live is not None and live.pk == "2013-02-08-ECB-r2"
    assert night(agreed).breaks == ()
    plant(agreed, "18")
    (found,) = night(agreed).breaks
    assert "2013-02-08-ECB-r1" in found


def test_an_entry_of_a_later_day_counts_for_nothing_yet(agreed: Portfolio, alice: User) -> None:
    """Thursday's value is the newest while Friday's deposit is in the ledger already."""
    append(agreed, alice, deposit("5", FRI))
    remove_values(PortfolioDailyValue.objects.filter(portfolio=agreed, asof_date=FRI))
    (fact,) = portfolio_facts([agreed.pk], lock=False)
    value = newest_value(fact)
    assert isinstance(value, StoredValue) and value.day == THU
    assert doubtful_values([value]) == {agreed.pk}
    found = night(agreed)
    assert (found.breaks, found.unvalued) == ((), 0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_worlds_are_worth_the_same_either_way(db: None, alice: User, seed: int) -> None:
    """Every day of every portfolio to the last digit; and by the sums, the newest."""
    portfolios, _ = make_world(Random(seed), 4, alice, 6)
    for portfolio in portfolios:
        booked = book_ledger(portfolio)
        for day in valued_days(booked):
            worth = plain_value(booked.entries, day.marks, by_account=True)
            assert worth == day.total_value, (portfolio, day.asof_date)
    for portfolio in portfolios:
        rebuild_projections(portfolio.pk)  # the ledgers were written before the packs
    ids = [portfolio.pk for portfolio in portfolios]
    first, second = (reconcile_bulk(ids, not_due(portfolios[0])) for _ in range(2))
    assert (first.breaks, first.failures, first.unvalued) == ((), (), 0)
    assert (second.breaks, second.failures, second.unvalued) == ((), (), 0)
    assert second.replayed < first.replayed
