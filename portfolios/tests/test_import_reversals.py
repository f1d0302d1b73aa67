"""Reversals in a file: written as reversals, known when they come back, undone with the rest."""

import json
from typing import Any

import pytest

from accounts.models import User
from portfolios.exceptions import ImportRefused
from portfolios.models import ImportRun, Lot, Portfolio, Transaction
from portfolios.selectors import verify_ledger
from portfolios.services import (
    ImportReport,
    preview_import,
    reverse_entry,
    run_import,
    undo_import,
)
from portfolios.tests.factories import PortfolioFactory

COLUMNS = "seq,date,type,symbol,exchange,quantity,price,gross_amount,currency,reverses\n"
DEPOSIT = "1,2013-02-04,DEPOSIT,,,,,1000.00,CAD,\n"
BUY = "2,2013-02-05,BUY,MAPLE,XTSE,10,20,,CAD,\n"
SECOND = "3,2013-02-05,BUY,MAPLE,XTSE,5,20,,CAD,\n"
UNDO = "4,2013-02-05,REVERSAL,,,,,,,2\n"
REDO = "5,2013-02-05,REVERSAL,,,,,,,4\n"


def bring(portfolio: Portfolio, by: User, *rows: str, name: str = "a.csv") -> ImportReport:
    content = (COLUMNS + "".join(rows)).encode()
    return run_import(portfolio_id=portfolio.pk, content=content, filename=name, by=by)


def ledger(portfolio: Portfolio) -> list[tuple[int, str, int | None]]:
    rows = Transaction.objects.filter(portfolio=portfolio).order_by("seq")
    return list(rows.values_list("seq", "entry_type", "reverses__seq"))


def shares(portfolio: Portfolio) -> list[Any]:
    lots = Lot.objects.filter(portfolio=portfolio, is_open=True).order_by("open_entry__seq")
    return [int(lot.quantity_open) for lot in lots]


def test_a_file_with_reversals_leads_to_the_state_it_came_from(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    report = bring(portfolio, alice, DEPOSIT, BUY, SECOND, UNDO)
    assert (report.rows_added, report.first_seq, report.last_seq) == (4, 1, 4)
    assert ledger(portfolio)[-1] == (4, "REVERSAL", 2)
    assert shares(portfolio) == [5]
    assert report.changes["positions"] == [{"symbol": "MAPLE", "before": 0, "after": 5}]
    assert verify_ledger(portfolio.pk).broken is None


def test_a_reversed_reversal_revives(market: None, portfolio: Portfolio, alice: User) -> None:
    bring(portfolio, alice, DEPOSIT, BUY, SECOND, UNDO, REDO)
    assert ledger(portfolio)[-1] == (5, "REVERSAL", 4)
    assert shares(portfolio) == [10, 5]


def test_numbers_of_a_file_become_those_of_the_ledger(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    """Behind three entries, the file's second is the ledger's fifth."""
    bring(portfolio, alice, DEPOSIT.replace("1000", "7"), BUY.replace(",10,", ",1,"), SECOND)
    bring(portfolio, alice, DEPOSIT, BUY, UNDO, "\n")
    assert ledger(portfolio)[3:] == [(4, "DEPOSIT", None), (5, "BUY", None), (6, "REVERSAL", 5)]


@pytest.mark.parametrize("rows", [(DEPOSIT, BUY, SECOND, UNDO), (DEPOSIT, BUY, SECOND, UNDO, REDO)])
def test_what_comes_back_adds_nothing(
    market: None, portfolio: Portfolio, alice: User, rows: tuple[str, ...]
) -> None:
    bring(portfolio, alice, *rows)
    before = ledger(portfolio)
    again = bring(portfolio, alice, *rows, "\n")
    assert (again.rows_added, again.duplicate_count) == (0, len(rows))
    assert ledger(portfolio) == before


def test_an_entry_that_was_reversed_here_meanwhile_is_known_with_its_reversal(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    bring(portfolio, alice, DEPOSIT, BUY, SECOND)
    reverse_entry(portfolio_id=portfolio.pk, seq=2, by=alice, reason="a slip")
    assert bring(portfolio, alice, DEPOSIT, BUY, SECOND, UNDO).rows_added == 0


def test_a_reversal_of_what_stands_here_is_new(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    bring(portfolio, alice, DEPOSIT, BUY, SECOND)
    report = bring(portfolio, alice, DEPOSIT, BUY, SECOND, UNDO)
    assert (report.rows_added, report.duplicate_count) == (1, 3)
    assert shares(portfolio) == [5]


def test_a_reversal_without_its_entry_is_refused(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    with pytest.raises(ImportRefused):
        bring(portfolio, alice, DEPOSIT, UNDO)
    assert ledger(portfolio) == []


def test_undoing_takes_back_what_still_stands(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    bring(portfolio, alice, DEPOSIT, BUY, SECOND, UNDO)
    undo_import(run_id=ImportRun.objects.get().pk, by=alice)
    assert shares(portfolio) == []
    assert verify_ledger(portfolio.pk).broken is None


def test_a_preview_of_reversals_writes_nothing(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    content = (COLUMNS + DEPOSIT + BUY + UNDO).encode()
    shown = preview_import(portfolio_id=portfolio.pk, content=content, filename="a", by=alice)
    assert (shown.rows_added, shown.changes["positions"]) == (3, [])
    assert ledger(portfolio) == []
    assert json.dumps(shown.counts)


def test_two_portfolios_get_the_same_numbers_from_the_same_file(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    other = PortfolioFactory.create(owner=alice)
    for each in (portfolio, other):
        bring(each, alice, DEPOSIT, BUY, SECOND, UNDO, REDO)
    assert ledger(portfolio) == ledger(other)
