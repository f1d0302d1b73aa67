"""Writers that come at once stand in a row: one chain, one import, one sale."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from random import Random
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.identity import as_service
from patterns.exceptions import DawsError
from portfolios.exceptions import EntriesRefused, PortfolioInvalid
from portfolios.models import CashBalance, ImportRun, Lot, Portfolio, Transaction
from portfolios.selectors import verify_ledger
from portfolios.services import (
    create_portfolio,
    projection_breaks,
    reverse_entry,
    run_import,
    transfer_cash,
)
from portfolios.tests.factories import PortfolioFactory, append, deposit, trade
from portfolios.tests.world import LEDGER, MON, TUE, listing, make_market

FULL = bool(os.environ.get("DAWSOS_FULL_DOSE"))  # nightly; else a tenth
WRITERS = 8
APPENDS = 250 if FULL else 25
IMPORTS = 100 if FULL else 4
RACES = 1000 if FULL else 20
ORDERS = 500 if FULL else 12
SEED = 2013


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work` in threads that start together; exceptions come back as results."""
    barrier = Barrier(count)

    def started(number: int) -> Any:
        barrier.wait()
        try:
            return work(number)
        except DawsError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(started, range(count)))


@pytest.fixture
def portfolio(transactional_db: None) -> Portfolio:
    with as_service("tests"):
        return PortfolioFactory.create()


def test_eight_writers_make_one_unbroken_chain(portfolio: Portfolio) -> None:
    def write(number: int) -> None:
        for turn in range(APPENDS):
            append(portfolio, portfolio.owner, deposit(f"{number + 1}.{turn:02d}"))

    at_once(WRITERS, write)

    with as_service("tests"):
        proof = verify_ledger(portfolio.pk)
        numbers = Transaction.objects.order_by("seq").values_list("seq", flat=True)
        assert list(numbers) == list(range(1, WRITERS * APPENDS + 1))
    assert proof.broken is None


@pytest.mark.parametrize("readers", [2, 4])
def test_one_file_imported_at_once_comes_in_once(portfolio: Portfolio, readers: int) -> None:
    """Each round by readers who begin together, in a ledger of its own."""
    with as_service("tests"):
        make_market()

    def bring(ledger: Portfolio) -> int:
        report = run_import(
            portfolio_id=ledger.pk,
            content=LEDGER.encode(),
            filename="ledger.csv",
            by=ledger.owner,
        )
        return report.rows_added

    for _ in range(IMPORTS // 2):
        with as_service("tests"):
            ledger = PortfolioFactory.create()
        added = at_once(readers, lambda _, ledger=ledger: bring(ledger))  # type: ignore[misc]
        assert sorted(added) == [*[0] * (readers - 1), 5]
        with as_service("tests"):
            assert Transaction.objects.filter(portfolio=ledger).count() == 5
            assert ImportRun.objects.filter(portfolio=ledger).count() == 1


def test_of_eight_sales_of_the_same_shares_one_wins(portfolio: Portfolio) -> None:
    """Round after round: 10 are bought, and eight want to sell these 10."""
    with as_service("tests"):
        make_market()
        maple = listing("MAPLE")
    sale = trade("SELL", maple, "10", "20", TUE)

    for turn in range(1, RACES + 1):
        append(portfolio, portfolio.owner, trade("BUY", maple, "10", "20", MON))
        outcomes = at_once(8, lambda _: append(portfolio, portfolio.owner, sale))
        assert sum(isinstance(outcome, EntriesRefused) for outcome in outcomes) == 7
        with as_service("tests"):
            lots = Lot.objects.values_list("quantity_open", flat=True)
            assert list(lots) == [0] * turn


def test_a_sale_that_races_a_split_equals_some_order(portfolio: Portfolio) -> None:
    """10 held. A sale of 12, a split two for one, a late purchase of 5 and the reversal of the
    first entry, each once, in whatever order they are let in: what stands is what a rebuild of
    the ledger, in the order of its numbers, gives, and nobody sold what was not there."""
    with as_service("tests"):
        make_market()
        maple = listing("MAPLE")
    chance = Random(SEED)
    split = replace(
        trade("SPLIT", maple, "1", "1", MON),
        quantity=None,
        price=None,
        new_shares=Decimal(2),
        old_shares=Decimal(1),
    )

    for _ in range(ORDERS):
        with as_service("tests"):
            ledger = PortfolioFactory.create()
        append(ledger, ledger.owner, trade("BUY", maple, "10", "20", MON))
        acts: list[Callable[[], Any]] = [
            lambda p=ledger: append(p, p.owner, trade("SELL", maple, "12", "20", TUE)),  # type: ignore[misc]
            lambda p=ledger: append(p, p.owner, split),  # type: ignore[misc]
            lambda p=ledger: append(p, p.owner, trade("BUY", maple, "5", "19", MON)),  # type: ignore[misc]
            lambda p=ledger: reverse_entry(portfolio_id=p.pk, seq=1, by=p.owner, reason="x"),  # type: ignore[misc]
        ]
        chance.shuffle(acts)
        at_once(len(acts), lambda number, acts=acts: acts[number]())  # type: ignore[misc]
        with as_service("tests"):
            assert projection_breaks(ledger.pk) == []
            assert verify_ledger(ledger.pk).broken is None
            assert all(lot.quantity_open >= 0 for lot in Lot.objects.filter(portfolio=ledger))


def test_transfers_in_opposite_directions_never_wait_in_a_circle(portfolio: Portfolio) -> None:
    with as_service("tests"):
        other = PortfolioFactory.create(owner=portfolio.owner)

    def send(number: int) -> None:
        ends = (portfolio.pk, other.pk) if number % 2 else (other.pk, portfolio.pk)
        for _ in range(APPENDS // 5):
            transfer_cash(
                source_id=ends[0],
                target_id=ends[1],
                amount=Decimal(1),
                currency="CAD",
                day=MON,
                by=portfolio.owner,
            )

    assert at_once(4, send) == [None] * 4
    with as_service("tests"):
        assert not CashBalance.objects.exists()  # as much went as came
        assert Transaction.objects.filter(portfolio=other).count() == 4 * (APPENDS // 5)


def test_of_two_portfolios_of_one_name_one_is_made(portfolio: Portfolio) -> None:
    outcomes = at_once(
        4, lambda _: create_portfolio(by=portfolio.owner, name="Pension", base_currency="EUR")
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, PortfolioInvalid)]
    assert len(refused) == 3
    assert {refusal.details["reason"] for refusal in refused} == {"portfolio_invalid"}
