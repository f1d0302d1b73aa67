"""Both legs of a transfer are undone, or neither, whichever way one of them is undone."""

from dataclasses import replace
from decimal import Decimal

import pytest

from accounts.models import User
from portfolios.exceptions import EntriesRefused
from portfolios.models import CashBalance, ImportRun, Portfolio, Transaction
from portfolios.selectors.linked import new_link
from portfolios.services import amend_entry, reverse_entry, run_import, undo_import
from portfolios.tests.factories import PortfolioFactory, append, deposit
from portfolios.tests.world import MON


@pytest.fixture
def theirs(alice: User) -> Portfolio:
    """A portfolio of Alice alone; Bob writes in the other one only."""
    return PortfolioFactory.create(owner=alice)


@pytest.fixture
def linked(market: None, portfolio: Portfolio, theirs: Portfolio, alice: User) -> str:
    """100 CAD left hers for `portfolio`, where they arrived by a file with 7 of interest."""
    link = new_link(theirs.pk, portfolio.pk)
    append(theirs, alice, replace(deposit("100", link_id=link), entry_type="WITHDRAWAL"))
    rows = deposit_row(link) + f"2,{MON},INTEREST,7,CAD,,\n"
    bring(portfolio, alice, rows)
    return link


def deposit_row(link: str) -> str:
    return f"1,{MON},DEPOSIT,100,CAD,{link},\n"


def bring(portfolio: Portfolio, by: User, rows: str) -> None:
    text = "seq,date,type,gross_amount,currency,link_id,reverses\n" + rows
    run_import(portfolio_id=portfolio.pk, content=text.encode(), filename="l.csv", by=by)


def balances() -> dict[object, Decimal]:
    return dict(CashBalance.objects.values_list("portfolio", "balance"))


def entries(portfolio: Portfolio) -> int:
    return Transaction.objects.filter(portfolio=portfolio).count()


def test_undoing_an_import_undoes_the_other_leg(
    linked: str, portfolio: Portfolio, theirs: Portfolio, alice: User
) -> None:
    """Before: −100 and 100 + 7. After: nothing on either side."""
    assert balances() == {theirs.pk: Decimal(-100), portfolio.pk: Decimal(107)}
    assert undo_import(run_id=ImportRun.objects.get().pk, by=alice) == 2
    assert balances() == {}
    assert Transaction.objects.filter(portfolio=theirs, reverses__seq=1).exists()


def test_a_leg_that_is_gone_already_is_not_undone_twice(
    linked: str, portfolio: Portfolio, theirs: Portfolio, alice: User
) -> None:
    reverse_entry(portfolio_id=theirs.pk, seq=1, by=alice, reason="wrong")
    assert undo_import(run_id=ImportRun.objects.get().pk, by=alice) == 1  # the interest
    assert (balances(), entries(theirs)) == ({}, 2)


def test_whoever_may_not_write_there_undoes_nothing_and_is_told(
    linked: str, portfolio: Portfolio, theirs: Portfolio, bob: User
) -> None:
    with pytest.raises(EntriesRefused, match="one leg of a transfer") as refused:
        undo_import(run_id=ImportRun.objects.get().pk, by=bob)
    assert refused.value.details["reason"] == "linked_leg"
    with pytest.raises(EntriesRefused, match="one leg of a transfer"):
        reverse_entry(portfolio_id=portfolio.pk, seq=1, by=bob, reason="wrong")
    assert (entries(portfolio), entries(theirs)) == (2, 1)
    assert ImportRun.objects.get().state == ImportRun.State.DONE


def test_a_leg_is_not_corrected_alone(
    linked: str, portfolio: Portfolio, theirs: Portfolio, alice: User
) -> None:
    with pytest.raises(EntriesRefused, match="Entry 1 is one leg of a transfer") as refused:
        amend_entry(portfolio_id=portfolio.pk, seq=1, draft=deposit("90"), by=alice, reason="fewer")
    (error,) = refused.value.details["errors"]
    assert error["remedy"] == "Reverse the transfer and enter it again."
    assert (entries(portfolio), entries(theirs)) == (2, 1)


def test_a_file_does_not_reverse_one_leg(
    linked: str, portfolio: Portfolio, theirs: Portfolio, alice: User
) -> None:
    with pytest.raises(EntriesRefused, match="Entry 1 is one leg of a transfer"):
        bring(portfolio, alice, deposit_row(linked) + f"2,{MON},REVERSAL,,,,1\n")
    assert (entries(portfolio), entries(theirs)) == (2, 1)
