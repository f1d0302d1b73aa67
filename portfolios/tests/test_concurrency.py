"""Writers that come at once stand in a row: one chain, one import, one sale."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.identity import as_service
from patterns.exceptions import DawsError
from portfolios.exceptions import EntriesRefused, PortfolioInvalid
from portfolios.models import ImportRun, Lot, Portfolio, Transaction
from portfolios.selectors import verify_ledger
from portfolios.services import create_portfolio, run_import
from portfolios.tests.factories import PortfolioFactory, append, deposit, trade
from portfolios.tests.world import LEDGER, MON, TUE, listing, make_market

WRITERS = 8
APPENDS = 25


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


def test_one_file_imported_four_times_at_once_comes_in_once(portfolio: Portfolio) -> None:
    with as_service("tests"):
        make_market()

    def bring(_: int) -> int:
        report = run_import(
            portfolio_id=portfolio.pk,
            content=LEDGER.encode(),
            filename="ledger.csv",
            by=portfolio.owner,
        )
        return report.rows_added

    assert sorted(at_once(4, bring)) == [0, 0, 0, 5]
    with as_service("tests"):
        assert Transaction.objects.count() == 5
        assert ImportRun.objects.count() == 1


def test_of_eight_sales_of_the_same_shares_one_wins(portfolio: Portfolio) -> None:
    with as_service("tests"):
        make_market()
        maple = listing("MAPLE")
    append(portfolio, portfolio.owner, deposit(), trade("BUY", maple, "10", "20", MON))

    outcomes = at_once(
        8, lambda _: append(portfolio, portfolio.owner, trade("SELL", maple, "10", "20", TUE))
    )

    assert sum(isinstance(outcome, EntriesRefused) for outcome in outcomes) == 7
    with as_service("tests"):
        assert Lot.objects.get().quantity_open == 0


def test_of_two_portfolios_of_one_name_one_is_made(portfolio: Portfolio) -> None:
    outcomes = at_once(
        4, lambda _: create_portfolio(by=portfolio.owner, name="Pension", base_currency="EUR")
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, PortfolioInvalid)]
    assert len(refused) == 3
    assert {refusal.details["reason"] for refusal in refused} == {"portfolio_invalid"}
