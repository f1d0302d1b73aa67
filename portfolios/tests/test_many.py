"""Work over many portfolios: the same rows as one by one, and nobody pays for another's failure."""

from decimal import Decimal
from itertools import count
from uuid import UUID
from zlib import crc32

from django.db import connection

from accounts.identity import as_service
from accounts.models import User
from market.models import PricingPack
from market.selectors import live_pack
from portfolios.models import Lot, MonthlyValues, Portfolio, PortfolioDailyValue
from portfolios.selectors.many_sums import differing
from portfolios.selectors.projected import stored_history
from portfolios.services import (
    compute_day,
    rebuild_all,
    rebuild_history,
    reconcile_bulk,
    run_import,
)
from portfolios.services.reconciling_many import NIGHTS, ROUNDS
from portfolios.tests.factories import PortfolioFactory, append, deposit
from portfolios.tests.world import FRI, LEDGER, make_market

NOBODY = UUID(int=7)


def pack_of_friday() -> str:
    pack = live_pack("ECB", FRI)
    assert pack is not None
    return pack.pk


def test_all_days_at_once_are_the_rows_of_one_by_one(traded: Portfolio) -> None:
    rebuild_history(traded.pk)
    one_by_one = stored_history(traded.pk)
    MonthlyValues.objects.filter(portfolio=traded).delete()
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


def test_by_turns_every_hash_is_recomputed(transactional_db: None) -> None:
    """Head, lots and cash are those that agreed, so the sums see nothing in a word that changed."""
    night = FRI.toordinal()
    with as_service("tests"):
        make_market()
        mine = PortfolioFactory.create(id=whose_turn(night))
    run_import(portfolio_id=mine.pk, content=LEDGER.encode(), filename="l.csv", by=mine.owner)
    with as_service("tests"):
        assert reconcile_bulk([mine.pk], pack_of_friday()).replayed == 1
        assert reconcile_bulk([mine.pk], pack_of_friday()).replayed == 0
    forge("UPDATE portfolios_transaction SET narration = 'forged' WHERE seq = 1")
    with as_service("tests"):
        assert reconcile_bulk([mine.pk], not_due(mine)).breaks == ()
        (found,) = reconcile_bulk([mine.pk], pack_of_friday()).breaks
    assert "Entry 1 is not what was written" in found


def whose_turn(night: int) -> UUID:
    """An id that is due on this night of thirty, but not on this one of all."""
    off = ((one := UUID(int=number), crc32(one.bytes) - night) for number in count(1))
    return next(one for one, days in off if days % NIGHTS == 0 != days % (NIGHTS * ROUNDS))


def forge(statement: str) -> None:
    """As the owner, with the guards of the ledger off."""
    ledger = "ALTER TABLE portfolios_transaction"
    with connection.as_owner(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f"{ledger} DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY")
        cursor.execute(statement)
        cursor.execute(f"{ledger} ENABLE TRIGGER USER, FORCE ROW LEVEL SECURITY")


def test_positions_whose_errors_cancel_in_the_sums_differ_apart(traded: Portfolio) -> None:
    """5 shares moved from one security to another: what each of them is held against."""
    assert differing([traded.pk]) == set()
    lots = Lot.objects.filter(portfolio=traded, is_open=True)
    one, other = lots.get(security__symbol="ACME"), lots.filter(security__symbol="MAPLE")[0]
    Lot.objects.filter(pk=one.pk).update(security=other.security)
    assert differing([traded.pk]) == {traded.pk}


def not_due(portfolio: Portfolio) -> str:
    """A pack on whose night it is not this portfolio's turn to be replayed in any case."""
    packs = PricingPack.objects.order_by("asof_date")
    turn = crc32(portfolio.pk.bytes) % NIGHTS
    return next(p.pk for p in packs if p.asof_date.toordinal() % NIGHTS != turn)
