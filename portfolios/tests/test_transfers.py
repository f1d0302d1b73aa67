"""What leaves one portfolio arrives in the other, with its cost and its days, or nothing moves."""

from dataclasses import replace
from decimal import Decimal

import pytest

from accounts.models import User
from portfolios.exceptions import EntriesRefused, PortfolioNotFound
from portfolios.models import CashBalance, Lot, Portfolio, Transaction
from portfolios.selectors import verify_ledger
from portfolios.selectors.projected import stored_lots
from portfolios.services import (
    projection_breaks,
    reverse_entry,
    transfer_cash,
    transfer_in_kind,
)
from portfolios.tests.calc.ledgers import decimals
from portfolios.tests.factories import PortfolioFactory, append, trade
from portfolios.tests.world import FRI, MON, THU, TUE, WED, listing


@pytest.fixture
def target(alice: User) -> Portfolio:
    return PortfolioFactory.create(owner=alice)


@pytest.fixture
def source(market: None, portfolio: Portfolio, alice: User) -> Portfolio:
    """10 ACME of Monday at 10 USD (rate 1), 10 of Tuesday at 12 (rate 1.04)."""
    acme = listing("ACME")
    append(portfolio, alice, trade("BUY", acme, "10", "10", MON, fx_rate=Decimal(1)))
    append(portfolio, alice, trade("BUY", acme, "10", "12", TUE, fx_rate=Decimal("1.04")))
    return portfolio


def move(source: Portfolio, target: Portfolio, by: User, quantity: str = "15") -> str:
    return transfer_in_kind(
        source_id=source.pk,
        target_id=target.pk,
        security_id=listing("ACME").pk,
        quantity=Decimal(quantity),
        day=WED,
        by=by,
    ).link_id


def lots(portfolio: Portfolio) -> list[tuple[object, ...]]:
    open_lots = Lot.objects.filter(portfolio=portfolio, is_open=True).order_by("acquisition_date")
    return list(
        open_lots.values_list("acquisition_date", "quantity_open", "cost_basis_local", "cost_basis")
    )


def test_lots_arrive_with_cost_rate_and_day(
    source: Portfolio, target: Portfolio, alice: User
) -> None:
    """First in, first out: all of Monday's and half of Tuesday's, 60 USD at 1.04 are 62.40."""
    link = move(source, target, alice)
    assert lots(source) == [(TUE, *decimals(5, 60, "62.4"))]
    assert lots(target) == [(MON, *decimals(10, 100, 100)), (TUE, *decimals(5, 60, "62.4"))]
    assert Transaction.objects.filter(link_id=link).count() == 2
    assert not projection_breaks(source.pk) and not projection_breaks(target.pk)


def test_picked_lots_are_those_that_leave(
    source: Portfolio, target: Portfolio, alice: User
) -> None:
    transfer_in_kind(
        source_id=source.pk,
        target_id=target.pk,
        security_id=listing("ACME").pk,
        quantity=Decimal(4),
        lot_picks=[{"acquisition_date": TUE.isoformat()}],
        day=WED,
        by=alice,
    )
    assert lots(target) == [(TUE, *decimals(4, 48, "49.92"))]


def test_a_late_transfer_takes_what_was_there_on_its_day(
    source: Portfolio, target: Portfolio, alice: User
) -> None:
    """10 were sold on Thursday, of Monday's lot. Five that left on Wednesday were Monday's too,
    so Thursday's sale is of five of each."""
    append(source, alice, trade("SELL", listing("ACME"), "10", "12", THU, fx_rate=Decimal("1.04")))
    move(source, target, alice, "5")
    assert lots(target) == [(MON, *decimals(5, 50, 50))]
    assert lots(source) == [(TUE, *decimals(5, 60, "62.4"))]


def test_more_than_is_held_moves_nothing(source: Portfolio, target: Portfolio, alice: User) -> None:
    before = stored_lots(source.pk)
    with pytest.raises(EntriesRefused) as refused:
        move(source, target, alice, "21")
    assert refused.value.details["reason"] == "insufficient_quantity"
    assert stored_lots(source.pk) == before
    assert not Transaction.objects.filter(portfolio=target).exists()


@pytest.mark.parametrize("end", ["source", "target"])
def test_reversing_one_leg_reverses_the_other_and_back(
    source: Portfolio, target: Portfolio, alice: User, end: str
) -> None:
    before = stored_lots(source.pk)
    move(source, target, alice)
    moved = stored_lots(source.pk)
    chosen, seq = (source, 3) if end == "source" else (target, 1)

    reverse_entry(portfolio_id=chosen.pk, seq=seq, by=alice, reason="wrong portfolio")
    assert (stored_lots(source.pk), lots(target)) == (before, [])

    reverse_entry(portfolio_id=chosen.pk, seq=seq + 1, by=alice, reason="right after all")
    assert stored_lots(source.pk) == moved
    assert len(lots(target)) == 2
    assert verify_ledger(source.pk).broken is verify_ledger(target.pk).broken is None


def test_a_leg_on_which_a_sale_stands_keeps_both(
    source: Portfolio, target: Portfolio, alice: User
) -> None:
    move(source, target, alice)
    append(target, alice, trade("SELL", listing("ACME"), "1", "12", FRI, fx_rate=Decimal(1)))
    with pytest.raises(EntriesRefused):
        reverse_entry(portfolio_id=source.pk, seq=3, by=alice, reason="wrong")
    assert Transaction.objects.filter(portfolio=source).count() == 3


def test_whoever_may_not_write_in_both_moves_nothing(source: Portfolio, bob: User) -> None:
    with pytest.raises(PortfolioNotFound):
        move(source, PortfolioFactory.create(), bob)


def test_a_portfolio_is_not_its_own_neighbour(source: Portfolio, alice: User) -> None:
    with pytest.raises(EntriesRefused) as refused:
        move(source, source, alice)
    assert refused.value.details["reason"] == "same_portfolio"


def test_cash_leaves_and_arrives(source: Portfolio, target: Portfolio, alice: User) -> None:
    """An overdraft is booked: 220 USD of purchases are owed, and no CAD was there."""
    transfer_cash(
        source_id=source.pk,
        target_id=target.pk,
        amount=Decimal(100),
        currency="CAD",
        day=WED,
        by=alice,
    )
    balances = CashBalance.objects.filter(currency="CAD")
    assert balances.get(portfolio=source).balance == -100
    assert balances.get(portfolio=target).balance == 100
    reverse_entry(portfolio_id=target.pk, seq=1, by=alice, reason="wrong")
    assert not balances.exists()


def test_a_copy_of_the_ledger_is_linked_to_nothing(
    source: Portfolio, target: Portfolio, alice: User
) -> None:
    """The same entry with the same link in a third portfolio: its reversal stays its own."""
    move(source, target, alice)
    leg = Transaction.objects.get(portfolio=target)
    copy = PortfolioFactory.create(owner=alice)
    draft = trade("BUY", listing("ACME"), "1", "10", MON, fx_rate=Decimal(1))
    append(copy, alice, replace(draft, link_id=leg.link_id))
    reverse_entry(portfolio_id=copy.pk, seq=1, by=alice, reason="not mine")
    assert len(lots(target)) == 2
