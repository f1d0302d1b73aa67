"""Lots and daily values follow from ledger and packs; dropped and rebuilt they are the same."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from market.services import ingest_observations, supersede_pack
from portfolios.capabilities.history import historical_nav
from portfolios.capabilities.inputs import OverLookback
from portfolios.models import Lot, LotClosure, Portfolio, PortfolioDailyValue
from portfolios.selectors import build_context
from portfolios.selectors.projected import stored_history, stored_lots
from portfolios.services import projection_breaks, rebuild_history, rebuild_projections
from portfolios.tests.factories import (
    EndedDailyValueFactory,
    LotFactory,
    append,
    deposit,
    remove_values,
)
from portfolios.tests.world import ACME, FRI, MON, THU, TUE, WED, close_of, listing


def test_a_sale_closes_part_of_a_lot(traded: Portfolio) -> None:
    """5 of 20 sold at 12 × 1.04: 62.40 − 50 = 12.40 = price 10 + currency 2 + both 0.40."""
    lot = Lot.objects.get(security__symbol="ACME")
    assert (lot.quantity_original, lot.quantity_open, lot.cost_basis) == (20, 15, 150)
    closure = LotClosure.objects.get()
    assert closure.realized_pnl == Decimal("12.40")
    assert (closure.price_pnl, closure.fx_pnl, closure.cross_pnl) == (10, 2, Decimal("0.40"))


def test_rebuilding_changes_nothing(traded: Portfolio) -> None:
    before = stored_lots(traded.pk) | stored_history(traded.pk)
    outcome = rebuild_projections(traded.pk)
    assert outcome.differences == ()
    assert (outcome.lots, outcome.closures, outcome.daily_values) == (2, 1, 5)
    assert stored_lots(traded.pk) | stored_history(traded.pk) == before


def test_rebuilding_names_what_was_wrong_and_mends_it(traded: Portfolio) -> None:
    Lot.objects.filter(security__symbol="ACME").update(cost_basis=1)
    remove_values(PortfolioDailyValue.objects.filter(asof_date=WED))
    assert len(projection_breaks(traded.pk)) == 1

    found = rebuild_projections(traded.pk).differences

    assert found[0] == (
        "daily value in 2013-02-06-ECB-r1 follows from the ledger but was not stored."
    )
    assert found[1].startswith("lot 3.1 was {")
    assert rebuild_projections(traded.pk).differences == ()
    assert projection_breaks(traded.pk) == []


def test_a_restated_pack_replaces_its_day_and_moves_the_next_return(
    traded: Portfolio, alice: User
) -> None:
    """ACME closed at 13 on Thursday, not 12: 15 shares more at 1.04 make 15.60 CAD."""
    late = datetime(2013, 2, 10, tzinfo=UTC)
    ingest_observations([close_of(ACME, THU, "13", known_at=late)], [])
    supersede_pack("2013-02-07-ECB-r1", "late close", alice, known_at=late)

    rebuild_history(traded.pk, from_date=FRI)

    thursday, friday = PortfolioDailyValue.objects.filter(asof_date__gte=THU).order_by("asof_date")
    assert thursday.pack_id == "2013-02-07-ECB-r2"
    assert thursday.total_value == Decimal("1127.20")
    assert friday.time_weighted_return == pytest.approx(1198 / 1127.2 - 1)


def test_an_old_pack_still_gives_its_old_figures(traded: Portfolio, alice: User) -> None:
    late = datetime(2013, 2, 10, tzinfo=UTC)
    ingest_observations([close_of(ACME, THU, "13", known_at=late)], [])
    supersede_pack("2013-02-07-ECB-r1", "late close", alice, known_at=late)
    rebuild_history(traded.pk)
    values = []
    for pack_id in ("2013-02-07-ECB-r1", "2013-02-07-ECB-r2"):
        ctx = build_context(
            user=alice, portfolio_id=traded.pk, pack_id=pack_id, correlation_id="test"
        )
        nav = historical_nav(ctx, OverLookback(portfolio_id=traded.pk))
        values.append((nav.points[-1].pack_id, nav.points[-1].total_value))
    assert values == [
        ("2013-02-07-ECB-r1", Decimal("1111.60")),
        ("2013-02-07-ECB-r2", Decimal("1127.20")),
    ]


def test_changed_settings_are_answered_from_the_ledger(traded: Portfolio, alice: User) -> None:
    """1,198 CAD at 1.20 CAD for 1 USD are 998.33 USD; the stored rows still say 1,198."""
    Portfolio.objects.update(base_currency="USD")
    ctx = build_context(user=alice, portfolio_id=traded.pk, correlation_id="test")
    friday = historical_nav(ctx, OverLookback(portfolio_id=traded.pk)).points[-1]
    assert (friday.asof_date, friday.total_value) == (FRI, Decimal("998.33"))


def test_a_withdrawal_is_no_loss(traded: Portfolio, alice: User) -> None:
    """300 CAD leave on Friday: the value falls, the return of 1,198 / 1,111.60 stays."""
    append(traded, alice, replace(deposit("300", FRI), entry_type="WITHDRAWAL"))
    friday = PortfolioDailyValue.objects.get(asof_date=FRI)
    assert (friday.total_value, friday.outflow) == (898, 300)
    assert friday.time_weighted_return == pytest.approx(1198 / 1111.6 - 1)


def test_an_entry_of_a_day_without_a_pack_counts_from_the_next_pack(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    """2013-02-03 is a Sunday."""
    append(portfolio, alice, deposit("1000", MON.replace(day=3)))
    monday = PortfolioDailyValue.objects.get(asof_date=MON)
    assert (monday.total_value, monday.inflow, monday.time_weighted_return) == (1000, 1000, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity_original": 0, "quantity_open": 0, "is_open": False, "closed_date": TUE},
        {"quantity_open": 11},
        {"quantity_open": 0},
        {"is_open": False},
    ],
)
def test_the_database_refuses_an_impossible_lot(
    traded: Portfolio, wrong: dict[str, object]
) -> None:
    entry = traded.transactions.get(seq=3)
    with pytest.raises(IntegrityError), transaction.atomic():
        LotFactory.create(open_entry=entry, portfolio=traded, security=listing("ACME"), **wrong)


def test_the_database_refuses_a_value_that_does_not_add_up(traded: Portfolio) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        EndedDailyValueFactory.create(
            portfolio=traded, pack_id="2013-02-04-ECB-r1", total_value=Decimal("1000.01")
        )


@pytest.mark.parametrize("column", ["quantity_original", "cost_basis", "fx_rate"])
def test_not_a_number_is_no_number(traded: Portfolio, column: str) -> None:
    """PostgreSQL sorts NaN above every number, so a lower bound alone would let it in."""
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE portfolios_lot SET {column} = 'NaN'")
