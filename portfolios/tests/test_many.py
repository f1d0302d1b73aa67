"""Work over many portfolios: the same rows as one by one, and nobody pays for another's failure."""

from decimal import Decimal
from uuid import UUID
from zlib import crc32

from accounts.models import User
from market.models import PricingPack
from market.selectors import live_pack
from portfolios.models import Lot, Portfolio, PortfolioDailyValue
from portfolios.selectors.projected import stored_history
from portfolios.services import compute_day, rebuild_all, rebuild_history, reconcile_bulk
from portfolios.services.reconciling_many import NIGHTS
from portfolios.tests.factories import append, deposit
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


def test_a_ledger_is_replayed_once_and_then_held_by_its_sums(traded: Portfolio) -> None:
    """A second night replays nothing; a lot that was touched by hand is found all the same."""
    night = not_due(traded)
    assert reconcile_bulk([traded.pk], night).replayed == 1
    assert reconcile_bulk([traded.pk], night).replayed == 0
    assert reconcile_bulk([traded.pk], night, full=True).replayed == 1
    Lot.objects.filter(portfolio=traded, security__symbol="MAPLE").update(cost_basis_local=1)
    found = reconcile_bulk([traded.pk], night)
    assert (found.replayed, bool(found.breaks)) == (1, True)


def test_a_new_entry_is_replayed(traded: Portfolio, alice: User) -> None:
    night = not_due(traded)
    reconcile_bulk([traded.pk], night)
    append(traded, alice, deposit("5", FRI))
    assert reconcile_bulk([traded.pk], night).replayed == 1


def not_due(portfolio: Portfolio) -> str:
    """A pack on whose night it is not this portfolio's turn to be replayed in any case."""
    packs = PricingPack.objects.order_by("asof_date")
    turn = crc32(portfolio.pk.bytes) % NIGHTS
    return next(p.pk for p in packs if p.asof_date.toordinal() % NIGHTS != turn)
