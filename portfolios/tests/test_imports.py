"""Importing a file: looked at first, then whole or not at all, and never twice."""

import pytest

from accounts.identity import as_service
from accounts.models import User
from market.models import Security
from portfolios.exceptions import ImportRefused, ImportRunNotFound, PortfolioNotFound
from portfolios.models import ImportRun, Lot, LotClosure, Portfolio, Transaction
from portfolios.selectors import verify_ledger
from portfolios.services import (
    ImportReport,
    import_booking,
    ledger,
    preview_import,
    projection_breaks,
    run_import,
    undo_import,
)
from portfolios.tests.world import LEDGER

HEADER = "date,type,symbol,exchange,quantity,price,gross_amount,currency,external_id\n"
DEPOSIT = "2013-02-04,DEPOSIT,,,,,1000.00,CAD,\n"
BUY = "2013-02-05,BUY,MAPLE,XTSE,10,20,,CAD,\n"


def bring(portfolio: Portfolio, by: User, text: str) -> ImportReport:
    return run_import(portfolio_id=portfolio.pk, content=text.encode(), filename="a.csv", by=by)


def look(portfolio: Portfolio, by: User, text: str) -> ImportReport:
    return preview_import(portfolio_id=portfolio.pk, content=text.encode(), filename="a.csv", by=by)


def refused(portfolio: Portfolio, by: User, text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ImportRefused) as error:
        bring(portfolio, by, text)
    return [(e["row"], e["column"], e["reason"]) for e in error.value.details["errors"]]


def test_a_preview_says_what_would_change_and_writes_nothing(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    report = look(portfolio, alice, HEADER + DEPOSIT + BUY)

    assert report.rows_added == 2
    assert report.changes["positions"] == [{"symbol": "MAPLE", "before": 0, "after": 10}]
    assert report.changes["cash"] == [{"currency": "CAD", "before": 0, "after": 800}]
    assert [row.fate for row in report.rows] == ["new", "new"]
    assert not Transaction.objects.exists()
    assert not ImportRun.objects.exists()


def test_an_import_books_its_entries(traded: Portfolio) -> None:
    run = ImportRun.objects.get()
    assert (run.row_count, run.state) == (5, "done")
    assert Transaction.objects.filter(import_run=run).count() == 5
    assert Lot.objects.get(security__symbol="ACME").quantity_open == 15


def test_the_identical_file_adds_nothing(traded: Portfolio, alice: User) -> None:
    run = ImportRun.objects.get()
    report = bring(traded, alice, LEDGER)
    assert report.sentence == f"Already imported in run {run.pk}."
    assert (report.rows_added, report.already_imported_in) == (0, run.pk)
    assert Transaction.objects.count() == 5


def test_the_same_rows_in_another_file_are_duplicates(traded: Portfolio, alice: User) -> None:
    """A third deposit of the same day and amount is a third one; the first two are known."""
    more = LEDGER + "2013-02-04,DEPOSIT,,,,,1000.00,CAD,,,\n"
    report = bring(traded, alice, more)
    assert [d["entry"] for d in report.duplicates] == [1, 2, 3, 4, 5]
    assert report.rows_added == 1
    assert bring(traded, alice, more + "\n").rows_added == 0


def test_two_equal_rows_of_one_file_are_two_entries(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    assert bring(portfolio, alice, HEADER + DEPOSIT + DEPOSIT).rows_added == 2
    occurrences = Transaction.objects.order_by("seq").values_list("occurrence", flat=True)
    assert list(occurrences) == [1, 2]


def test_an_external_id_tells_entries_apart_and_together(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    first = DEPOSIT.replace("CAD,", "CAD,A1")
    bring(portfolio, alice, HEADER + first)
    again = bring(portfolio, alice, HEADER + first + DEPOSIT.replace("CAD,", "CAD,A2"))
    assert [d["reason"] for d in again.duplicates] == ["same_external_id"]
    assert again.rows_added == 1
    changed = HEADER + first.replace("1000.00", "999.00")
    assert refused(portfolio, alice, changed) == [(2, "external_id", "external_id_conflict")]


def test_an_unknown_security_is_a_mistake_and_is_not_created(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    known = Security.objects.count()
    nowhere = BUY.replace("MAPLE,XTSE", "NOPE,")
    wrong_exchange = BUY.replace("XTSE", "XNYS")
    assert refused(portfolio, alice, HEADER + DEPOSIT + nowhere + wrong_exchange) == [
        (3, "symbol", "unknown_symbol"),
        (4, "symbol", "unknown_symbol"),
    ]
    assert Security.objects.count() == known
    assert not Transaction.objects.exists()


def test_an_oversold_row_is_named_beside_the_others(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    sale = "2013-02-06,SELL,MAPLE,XTSE,11,20,,CAD,\n"
    broken = "2013-02-06,BUY,ACME,XNAS,x,20,,USD,\n"
    assert refused(portfolio, alice, HEADER + DEPOSIT + BUY + sale + broken) == [
        (4, "quantity", "insufficient_quantity"),
        (5, "quantity", "number_invalid"),
    ]


def test_a_sale_is_not_blamed_for_the_purchase_that_could_not_be_read(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    sale = "2013-02-06,SELL,MAPLE,XTSE,5,20,,CAD,\n"
    assert refused(portfolio, alice, HEADER + DEPOSIT + BUY.replace(",10,", ",ten,") + sale) == [
        (3, "quantity", "number_invalid")
    ]


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three entries are a long file: they are on their way to the database while it is booked,
    and the lots of one security while the next is."""
    for module in (ledger, import_booking):
        monkeypatch.setattr(module, "LONG_BATCH", 2)
    monkeypatch.setattr(import_booking, "PART", 1)


@pytest.mark.usefixtures("market", "long")
def test_a_long_file_is_booked_while_it_is_written(portfolio: Portfolio, alice: User) -> None:
    sale = "2013-02-06,SELL,MAPLE,XTSE,4,25,,CAD,\n"
    report = bring(portfolio, alice, HEADER + DEPOSIT + BUY + sale)
    assert report.changes["positions"] == [{"symbol": "MAPLE", "before": 0, "after": 6}]
    assert report.changes["cash"] == [{"currency": "CAD", "before": 0, "after": 900}]
    assert Lot.objects.get().quantity_open == 6
    assert LotClosure.objects.get().realized_pnl == 20  # 4 · (25 - 20)
    assert verify_ledger(portfolio.pk).broken is None
    with as_service("tests"):
        assert projection_breaks(portfolio.pk) == []


@pytest.mark.usefixtures("market", "long")
def test_the_parts_of_a_long_file_come_to_the_whole(portfolio: Portfolio, alice: User) -> None:
    """Two securities in turn, and a balance of three lots: five lots of four entries, one more
    than there are numbers for when the first are written."""
    header = HEADER.replace("\n", ",carried_lots\n")
    lot = '{""quantity"":""1"",""acquisition_date"":""2012-01-09"",""cost_basis"":""7""}'
    lines = [
        "2013-02-04,OPENING_BALANCE,MAPLE,XTSE,3,,,CAD,",
        "2013-02-05,BUY,ACME,XNAS,2,10,,USD,",
        "2013-02-06,BUY,MAPLE,XTSE,10,20,,CAD,",
        "2013-02-07,SELL,MAPLE,XTSE,5,25,,CAD,",
    ]
    carried = f'"[{lot},{lot},{lot}]"'
    rows = [f"{line},{carried if 'OPENING' in line else ''}\n" for line in lines]
    report = bring(portfolio, alice, header + "".join(rows))
    assert report.changes["positions"] == [
        {"symbol": "ACME", "before": 0, "after": 2},
        {"symbol": "MAPLE", "before": 0, "after": 8},  # 3 + 10 - 5
    ]
    assert Lot.objects.count() == 5
    assert [c.quantity for c in LotClosure.objects.order_by("id")] == [1, 1, 1, 2]
    assert verify_ledger(portfolio.pk).broken is None
    with as_service("tests"):
        assert projection_breaks(portfolio.pk) == []


@pytest.mark.usefixtures("market", "long")
def test_of_a_long_file_with_a_mistake_nothing_stays(portfolio: Portfolio, alice: User) -> None:
    sale = "2013-02-06,SELL,MAPLE,XTSE,{},25,,CAD,\n"
    file = HEADER + DEPOSIT + BUY + sale.format(11) + sale.format(12)
    assert refused(portfolio, alice, file) == [
        (4, "quantity", "insufficient_quantity"),
        (5, "quantity", "insufficient_quantity"),
    ]
    for model in (Transaction, ImportRun, Lot):
        assert not model.objects.exists()
    assert bring(portfolio, alice, HEADER + DEPOSIT + BUY + sale.format(10)).rows_added == 3


@pytest.mark.usefixtures("market", "long")
def test_what_only_the_database_saw_is_told_as_booking_tells_it(
    portfolio: Portfolio, alice: User
) -> None:
    """Twice of the cost cannot go to the new share: the column refuses it before booking does."""
    header = "date,type,symbol,exchange,quantity,price,gross_amount,currency,external_id"
    header += ",to_symbol,to_exchange,new_shares,old_shares,cost_fraction\n"
    rows = [row.rstrip("\n") + ",,,,,\n" for row in (DEPOSIT, BUY)]
    spinoff = "2013-02-07,SPINOFF,MAPLE,XTSE,,,,,,ACME,XNAS,1,1,2\n"
    assert refused(portfolio, alice, header + "".join(rows) + spinoff) == [
        (4, "cost_fraction", "invalid_number")
    ]
    assert not Transaction.objects.exists()


def test_a_file_too_large_is_413(portfolio: Portfolio, alice: User) -> None:
    with pytest.raises(ImportRefused) as error:
        bring(portfolio, alice, "x" * (10 * 1024 * 1024 + 1))
    assert error.value.http_status == 413


def test_an_overdraft_is_booked_and_noted(market: None, portfolio: Portfolio, alice: User) -> None:
    report = bring(portfolio, alice, HEADER + BUY)
    assert report.warnings == (
        {"kind": "overdraft", "date": "2013-02-05", "currency": "CAD", "balance": "-200"},
    )


def test_undoing_reverses_every_entry_and_the_file_may_come_again(
    traded: Portfolio, alice: User
) -> None:
    run = ImportRun.objects.get()
    assert undo_import(run_id=run.pk, by=alice) == 5
    assert not Lot.objects.exists()
    assert Transaction.objects.count() == 10
    assert verify_ledger(traded.pk).broken is None

    assert bring(traded, alice, LEDGER).rows_added == 5
    assert Lot.objects.get(security__symbol="ACME").quantity_open == 15


def test_a_stranger_imports_undoes_and_previews_nothing(traded: Portfolio, charlie: User) -> None:
    run = ImportRun.objects.get()
    for attempt in (look, bring):
        with pytest.raises(PortfolioNotFound):
            attempt(traded, charlie, LEDGER)
    with pytest.raises(ImportRunNotFound):
        undo_import(run_id=run.pk, by=charlie)


def test_an_amount_that_follows_from_others_must_fit_its_column(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    """10^9 shares at 10^7 each cost 10^16; a column holds less than 10^15."""
    dear = "2013-02-05,BUY,MAPLE,XTSE,1000000000,10000000,,CAD,\n"
    assert (2, "gross_amount", "number_invalid") in refused(portfolio, alice, HEADER + dear)
    assert not Transaction.objects.exists()


def test_a_rate_has_the_decimals_that_are_booked(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    header = "date,type,gross_amount,currency,fx_rate\n"
    row = "2013-02-04,DEPOSIT,1000.00,USD,1.{}\n"
    assert refused(portfolio, alice, header + row.format("0000000000001")) == [
        (2, "fx_rate", "too_many_decimals")
    ]
    assert bring(portfolio, alice, header + row.format("000000000001")).rows_added == 1
    assert str(Transaction.objects.get().fx_rate) == "1.000000000001"
