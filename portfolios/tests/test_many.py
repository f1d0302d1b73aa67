"""Work over many portfolios: the same rows as one by one, and nobody pays for another's failure."""

from decimal import Decimal
from uuid import UUID

from market.selectors import live_pack
from portfolios.models import Lot, Portfolio, PortfolioDailyValue
from portfolios.selectors.projected import stored_history
from portfolios.services import compute_day, rebuild_all, rebuild_history, reconcile_bulk
from portfolios.tests.world import FRI

NOBODY = UUID(int=7)


def pack_of_friday() -> str:
    pack = live_pack("ECB", FRI)
    assert pack is not None
    return pack.pk


def test_all_days_at_once_are_the_rows_of_one_by_one(traded: Portfolio) -> None:
    rebuild_history(traded.pk)
    one_by_one = stored_history(traded.pk)
    PortfolioDailyValue.objects.filter(portfolio=traded).delete()
    found = rebuild_all([traded.pk])
    assert (found.portfolios, found.daily_values, found.failures) == (1, 5, ())
    assert stored_history(traded.pk) == one_by_one


def test_one_more_day_is_written_once_however_often_it_is_asked_for(traded: Portfolio) -> None:
    """20 shares at 12 and what else the world holds on Friday: 1,198 CAD."""
    for _ in range(2):
        assert compute_day([traded.pk], pack_of_friday()).daily_values == 1
    last = PortfolioDailyValue.objects.get(portfolio=traded, asof_date=FRI)
    assert last.total_value == Decimal(1198)
    assert PortfolioDailyValue.objects.filter(portfolio=traded).count() == 5


def test_a_portfolio_that_fails_is_named_and_the_others_are_done(traded: Portfolio) -> None:
    found = compute_day([NOBODY, traded.pk], pack_of_friday())
    assert [failure.portfolio_id for failure in found.failures] == [NOBODY]
    assert found.daily_values == 1
    checked = reconcile_bulk([NOBODY, traded.pk], pack_of_friday())
    assert [failure.portfolio_id for failure in checked.failures] == [NOBODY]
    assert (checked.portfolios, checked.breaks) == (2, ())


def test_a_lot_that_contradicts_its_ledger_is_a_break_of_its_portfolio(traded: Portfolio) -> None:
    Lot.objects.filter(portfolio=traded, security__symbol="ACME").update(quantity_open=14)
    found = reconcile_bulk([traded.pk], pack_of_friday())
    assert found.breaks
    assert all(str(traded.pk) in sentence for sentence in found.breaks)
    assert found.open_items == 1
