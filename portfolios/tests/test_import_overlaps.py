"""Files that overlap: what one brought and the other left out, when the first is taken back."""

import pytest

from accounts.models import User
from portfolios.exceptions import ImportRefused
from portfolios.models import BalanceAssertion, ImportRun, Portfolio, Transaction
from portfolios.selectors.imports import run_rows
from portfolios.services import ImportReport, preview_import, reverse_entry, run_import, undo_import
from portfolios.services.import_choices import Choices

HEADER = "date,type,symbol,exchange,quantity,price,gross_amount,currency\n"
BUY = "2013-02-04,BUY,MAPLE,XTSE,100,20,,CAD\n"
MORE = "2013-02-05,BUY,MAPLE,XTSE,10,20,,CAD\n"
IDENTIFIED = "date,type,gross_amount,currency,account,external_id\n"
JANUARY, YEAR = HEADER + BUY, HEADER + MORE + BUY

pytestmark = pytest.mark.usefixtures("market")


def bring(portfolio: Portfolio, by: User, text: str, name: str = "a.csv") -> ImportReport:
    return run_import(portfolio_id=portfolio.pk, content=text.encode(), filename=name, by=by)


def standing(portfolio: Portfolio) -> list[tuple[int, int]]:
    """The purchases that count: number and quantity."""
    rows = Transaction.objects.filter(portfolio=portfolio, reversed_by=None, reverses=None)
    return [(row.seq, int(row.quantity or 0)) for row in rows.order_by("seq")]


@pytest.fixture
def taken_back(portfolio: Portfolio, alice: User) -> ImportRun:
    """Entry 1 by January's file, entry 2 by the year's, which found entry 1; 3 reverses 1."""
    january = bring(portfolio, alice, JANUARY).import_run
    year = bring(portfolio, alice, YEAR).import_run
    assert january is not None
    undo_import(run_id=january, by=alice)
    return ImportRun.objects.get(pk=year or 0)


def test_a_file_brings_what_it_had_found_and_is_there_no_more(
    portfolio: Portfolio, alice: User, taken_back: ImportRun
) -> None:
    report = bring(portfolio, alice, YEAR)

    assert (report.rows_added, report.import_run) == (1, taken_back.pk)
    assert report.changes["positions"] == [{"symbol": "MAPLE", "before": 10, "after": 110}]
    assert standing(portfolio) == [(2, 10), (4, 100)]


def test_it_completes_its_run(portfolio: Portfolio, alice: User, taken_back: ImportRun) -> None:
    """In the file the purchase of entry 2 is row 2, that of entry 4 row 3."""
    bring(portfolio, alice, YEAR)

    taken_back.refresh_from_db()
    assert taken_back.row_count == 2
    assert taken_back.report["rows"] == [[2, 2, 1], [4, 3, 1]]
    assert run_rows(taken_back).duplicates == ()
    assert bring(portfolio, alice, YEAR).already_imported_in == taken_back.pk


def test_undoing_a_completed_run_takes_all_of_it_back(
    portfolio: Portfolio, alice: User, taken_back: ImportRun
) -> None:
    bring(portfolio, alice, YEAR)
    assert undo_import(run_id=taken_back.pk, by=alice) == 2
    assert standing(portfolio) == []


def test_a_preview_says_what_is_missing(
    portfolio: Portfolio, alice: User, taken_back: ImportRun
) -> None:
    shown = preview_import(
        portfolio_id=portfolio.pk, content=YEAR.encode(), filename="a.csv", by=alice
    )
    assert [row.fate for row in shown.rows] == ["duplicate", "new"]
    assert shown.can_import
    (note,) = shown.notes
    assert note.startswith(f"Imported in run {taken_back.pk} already; some rows")
    assert standing(portfolio) == [(2, 10)]


def test_what_another_file_brought_again_is_not_missing(
    portfolio: Portfolio, alice: User, taken_back: ImportRun
) -> None:
    bring(portfolio, alice, JANUARY)
    assert bring(portfolio, alice, YEAR).already_imported_in == taken_back.pk
    assert standing(portfolio) == [(2, 10), (4, 100)]


def test_a_reversal_that_was_reversed_leaves_nothing_missing(
    portfolio: Portfolio, alice: User, taken_back: ImportRun
) -> None:
    reverse_entry(portfolio_id=portfolio.pk, seq=3, by=alice, reason="it was right")
    assert bring(portfolio, alice, YEAR).already_imported_in == taken_back.pk


def test_the_balances_of_a_completed_run_are_stated_once(portfolio: Portfolio, alice: User) -> None:
    """The second statement says of the close of the 28th what it says of it later."""
    first, second = statement("one"), statement("one", "two")
    january = bring(portfolio, alice, first, "one.ofx").import_run
    bring(portfolio, alice, second, "two.ofx")
    assert january is not None
    undo_import(run_id=january, by=alice)
    before = BalanceAssertion.objects.count()

    assert bring(portfolio, alice, second, "two.ofx").rows_added == 1
    assert before == BalanceAssertion.objects.count() == 2


def test_holdings_that_were_undone_may_open_again(portfolio: Portfolio, alice: User) -> None:
    text = "As of;Symbol;Quantity;Average cost;Currency\n2013-02-04;MAPLE;10;20.50;CAD\n"
    choices = Choices(format="holdings")

    def opened(text: str) -> ImportReport:
        return run_import(
            portfolio_id=portfolio.pk,
            content=text.encode(),
            filename="a.csv",
            by=alice,
            choices=choices,
        )

    undo_import(run_id=opened(text).import_run or 0, by=alice)
    assert opened(text).rows_added == 1
    with pytest.raises(ImportRefused, match="has entries of MAPLE already"):
        opened(text.replace(";10;", ";11;"))


def test_ofx_counts_its_identifiers_in_each_account(portfolio: Portfolio, alice: User) -> None:
    """The banks of two accounts both called their first deposit one."""
    bring(portfolio, alice, statement("one"), "a.ofx")
    assert bring(portfolio, alice, statement("one", account="222"), "b.ofx").rows_added == 1
    again = bring(portfolio, alice, statement("one", "two", account="222"), "b.ofx")
    assert (again.rows_added, [d["entry"] for d in again.duplicates]) == (1, [2])


@pytest.mark.parametrize("account", ["", "222"])
def test_elsewhere_an_identifier_is_one_of_the_portfolio(
    portfolio: Portfolio, alice: User, account: str
) -> None:
    """Also of an OFX account, where the other row says no account: it may be that one."""
    header, row = IDENTIFIED, "2013-02-04,DEPOSIT,5,USD,{},one\n"
    bring(portfolio, alice, statement("one"), "a.ofx")
    with pytest.raises(ImportRefused, match="whose content differs"):
        bring(portfolio, alice, header + row.format(account))


def test_an_identifier_in_two_accounts_of_one_file_is_two(
    portfolio: Portfolio, alice: User
) -> None:
    """As an exported ledger holds them; an account that is not stated is any of them."""
    row = "2013-02-04,DEPOSIT,5,USD,{},one\n"
    both = IDENTIFIED + row.format("111") + row.format("222")
    with pytest.raises(ImportRefused, match="whose content differs"):
        bring(portfolio, alice, both + row.format(""))
    assert bring(portfolio, alice, both).rows_added == 2
    assert bring(portfolio, alice, both + "\n").duplicate_count == 2


def statement(*fitids: str, account: str = "111") -> str:
    """An OFX statement of deposits of 5 dollars, and of the cash at its end."""
    deposits = "".join(
        "<INVBANKTRAN><STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20130204<TRNAMT>5.00"
        f"<FITID>{fitid}</STMTTRN><SUBACCTFUND>CASH</INVBANKTRAN>"
        for fitid in fitids
    )
    return (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
        "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS>"
        "<CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20130228<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>"
        "<INVSTMTMSGSRSV1><INVSTMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><INVSTMTRS>"
        "<DTASOF>20130228<CURDEF>USD<INVACCTFROM><BROKERID>b.com<ACCTID>"
        f"{account}</INVACCTFROM><INVTRANLIST><DTSTART>20130201<DTEND>20130228{deposits}"
        f"</INVTRANLIST><INVBAL><AVAILCASH>{5 * len(fitids)}.00<MARGINBALANCE>0<SHORTBALANCE>0"
        "</INVBAL></INVSTMTRS></INVSTMTTRNRS></INVSTMTMSGSRSV1></OFX>\n"
    )
