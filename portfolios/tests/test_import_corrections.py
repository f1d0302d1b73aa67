"""A file that cancels or corrects what an earlier one has brought: the entry is named, and once it
is reversed the file is imported."""

from decimal import Decimal

import pytest

from accounts.identity import as_service
from accounts.models import User
from market.models import Security
from portfolios.exceptions import ImportRefused
from portfolios.models import Portfolio, Transaction
from portfolios.services import ImportReport, preview_import, reverse_entry, run_import

SCHWAB = '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"\n'
SCHWAB_BUY = '"02/04/2013","Buy","ACME","ACME","100","$35.00","","-$3500.00"\n'
SCHWAB_CANCEL = '"02/05/2013","Cancel Buy","ACME","ACME","100","$35.00","","$3500.00"\n'
SCHWAB_PAID, SCHWAB_BACK, SCHWAB_CORRECT = (
    f'"02/04/2013","Qualified Dividend","ACME","ACME","","","","{amount}"\n'
    for amount in ("$45.00", "-$45.00", "$43.20")
)
SCHWAB_TAX = '"02/04/2013","NRA Tax Adj","ACME","ACME","","","","-$6.75"\n'
FIDELITY = "Run Date,Action,Symbol,Quantity,Price,Amount ($)\n"
FIDELITY_BUY = "02/04/2013,YOU BOUGHT ACME CORP,ACME,100,35,-3500.00\n"
FIDELITY_CANCEL = "02/05/2013,BUY CANCEL ACME CORP,ACME,-100,35,3500.00\n"
DEGIRO = "Date,Time,Value date,Product,ISIN,Description,FX,Change,,Balance,,Order Id\n"
DEGIRO_PAID = (
    "05-02-2013,08:10,04-02-2013,ACME,US00206R1023,Dividend Tax,,USD,-1.50,USD,8.50,\n"
    "05-02-2013,08:10,04-02-2013,ACME,US00206R1023,Dividend,,USD,10.00,USD,10.00,\n"
)
DEGIRO_CORRECT = (
    "07-02-2013,08:10,04-02-2013,ACME,US00206R1023,Dividend,,USD,9.80,USD,8.30,\n"
    "07-02-2013,08:10,04-02-2013,ACME,US00206R1023,Dividend,,USD,-10.00,USD,-1.50,\n"
)
ACTIVITY = """Statement,Header,Field Name,Field Value
Statement,Data,Title,Activity Statement
Account Information,Header,Field Name,Field Value
Account Information,Data,Account,U1
Account Information,Data,Base Currency,USD
Dividends,Header,Currency,Date,Description,Amount
Dividends,Data,USD,2013-02-04,ACME(US00206R1023) Cash Dividend USD 0.82 per Share,82
Withholding Tax,Header,Currency,Date,Description,Amount,Code
"""
ACTIVITY_TAX, ACTIVITY_BACK, ACTIVITY_CORRECT = (
    f"Withholding Tax,Data,USD,2013-02-04,ACME(US00206R1023) Cash Dividend - US Tax,{amount},\n"
    for amount in ("-12.3", "12.3", "-8.2")
)


def flex(section: str, rows: str) -> str:
    return (
        '<FlexQueryResponse><FlexStatements><FlexStatement accountId="U1" toDate="20130207">'
        f"<{section}>{rows}</{section}></FlexStatement></FlexStatements></FlexQueryResponse>"
    )


def flex_paid(number: int, kind: str, amount: str) -> str:
    return (
        f'<CashTransaction accountId="U1" currency="USD" symbol="ACME" dateTime="20130204"'
        f' amount="{amount}" type="{kind}" transactionID="{number}" levelOfDetail="DETAIL"/>'
    )


def flex_trade(number: int, said: str, sign: str) -> str:
    return (
        f'<Trade accountId="U1" currency="USD" assetCategory="STK" symbol="ACME" {said}'
        f' tradeID="{number}" tradeDate="20130204" quantity="{sign}100" tradePrice="35"'
        ' buySell="BUY" levelOfDetail="EXECUTION"/>'
    )


def ofx(*transactions: str) -> str:
    return (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
        "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX><INVSTMTMSGSRSV1><INVSTMTTRNRS>"
        "<INVSTMTRS><DTASOF>20130207<CURDEF>USD<INVACCTFROM><ACCTID>U1</INVACCTFROM><INVTRANLIST>"
        f"{''.join(transactions)}</INVTRANLIST></INVSTMTRS></INVSTMTTRNRS></INVSTMTMSGSRSV1>"
        "<SECLISTMSGSRSV1><SECLIST><STOCKINFO><SECINFO><SECID><UNIQUEID>000000001"
        "<UNIQUEIDTYPE>CUSIP</SECID><SECNAME>ACME<TICKER>ACME</SECINFO></STOCKINFO></SECLIST>"
        "</SECLISTMSGSRSV1></OFX>"
    )


def ofx_buy(said: str, units: str, total: str) -> str:
    return (
        f"<BUYSTOCK><INVBUY><INVTRAN>{said}<DTTRADE>20130204</INVTRAN><SECID>"
        "<UNIQUEID>000000001<UNIQUEIDTYPE>CUSIP</SECID>"
        f"<UNITS>{units}<UNITPRICE>35<TOTAL>{total}<SUBACCTSEC>CASH<SUBACCTFUND>CASH</INVBUY>"
        "<BUYTYPE>BUY</BUYSTOCK>"
    )


FLEX_BUY = flex_trade(11, 'transactionType="ExchTrade"', "")
FLEX_CANCEL = flex_trade(12, 'transactionType="TradeCancel" origTradeID="11"', "-")
FLEX_PAID = flex_paid(1, "Dividends", "41")
FLEX_BACK, FLEX_CORRECT = flex_paid(2, "Dividends", "-41"), flex_paid(3, "Dividends", "40")
FLEX_TAX = flex_paid(4, "Withholding Tax", "-6.15")
FLEX_RESTATED = flex_paid(5, "Withholding Tax", "6.15") + flex_paid(6, "Withholding Tax", "-4.1")
OFX_BUY = ofx_buy("<FITID>F1", "100", "-3500")
OFX_CANCEL = ofx_buy("<FITID>F2<REVERSALFITID>F1", "-100", "3500")

CORRECTIONS = {
    "Schwab cancels a purchase": (SCHWAB + SCHWAB_BUY, SCHWAB + SCHWAB_CANCEL + SCHWAB_BUY, []),
    "Schwab corrects a dividend": (
        SCHWAB + SCHWAB_PAID,
        SCHWAB + SCHWAB_CORRECT + SCHWAB_BACK + SCHWAB_PAID,
        [("DIVIDEND", "43.2", "0")],
    ),
    "Schwab withholds from a dividend later": (
        SCHWAB + SCHWAB_PAID,
        SCHWAB + SCHWAB_TAX + SCHWAB_PAID,
        [("DIVIDEND", "45", "6.75")],
    ),
    "Fidelity cancels a purchase": (
        FIDELITY + FIDELITY_BUY,
        FIDELITY + FIDELITY_CANCEL + FIDELITY_BUY,
        [],
    ),
    "Flex cancels a purchase": (
        flex("Trades", FLEX_BUY),
        flex("Trades", FLEX_BUY + FLEX_CANCEL),
        [],
    ),
    "Flex corrects a dividend": (
        flex("CashTransactions", FLEX_PAID),
        flex("CashTransactions", FLEX_PAID + FLEX_BACK + FLEX_CORRECT),
        [("DIVIDEND", "40", "0")],
    ),
    "Flex restates a tax": (
        flex("CashTransactions", FLEX_PAID + FLEX_TAX),
        flex("CashTransactions", FLEX_PAID + FLEX_TAX + FLEX_RESTATED),
        [("DIVIDEND", "41", "4.1")],
    ),
    "The activity statement restates a tax": (
        ACTIVITY + ACTIVITY_TAX,
        ACTIVITY + ACTIVITY_TAX + ACTIVITY_BACK + ACTIVITY_CORRECT,
        [("DIVIDEND", "82", "8.2")],
    ),
    "DEGIRO corrects a dividend": (
        DEGIRO + DEGIRO_PAID,
        DEGIRO + DEGIRO_CORRECT + DEGIRO_PAID,
        [("DIVIDEND", "9.8", "1.5")],
    ),
    "OFX takes a purchase back": (ofx(OFX_BUY), ofx(OFX_BUY, OFX_CANCEL), []),
}


def bring(portfolio: Portfolio, by: User, text: str) -> ImportReport:
    return run_import(portfolio_id=portfolio.pk, content=text.encode(), filename="f", by=by)


def standing(portfolio: Portfolio) -> list[tuple[str, str, str]]:
    rows = Transaction.objects.filter(portfolio=portfolio, reversed_by__isnull=True)
    return [
        (row.entry_type, plain(row.gross_amount), plain(row.taxes))
        for row in rows.exclude(entry_type="REVERSAL").order_by("seq")
    ]


def plain(amount: Decimal | None) -> str:
    return format((amount or Decimal(0)).normalize(), "f")


@pytest.fixture
def portfolio(market: None, portfolio: Portfolio, alice: User) -> Portfolio:
    """With money, and with an ACME that also goes by the ISIN which two of the brokers print."""
    with as_service("tests: an ISIN"):
        Security.objects.filter(symbol="ACME").update(isin="US00206R1023")
    bring(portfolio, alice, "date,type,gross_amount,currency\n2013-02-04,DEPOSIT,9000,USD\n")
    return portfolio


@pytest.mark.parametrize("case", CORRECTIONS)
def test_a_correction_names_the_entry_and_is_imported_once_that_is_reversed(
    portfolio: Portfolio, alice: User, case: str
) -> None:
    earlier, later, expected = CORRECTIONS[case]
    run = bring(portfolio, alice, earlier).import_run

    with pytest.raises(ImportRefused) as error:
        bring(portfolio, alice, later)
    (fault,) = error.value.details["errors"]
    assert fault["reason"] == "entry_superseded"
    assert "what entry 2 says" in fault["message"]
    assert f"imported in run {run}" in fault["message"]
    assert fault["remedy"] == "Reverse entry 2 in the ledger, then import the file."

    reverse_entry(portfolio_id=portfolio.pk, seq=2, by=alice, reason="The broker corrected it")
    bring(portfolio, alice, later)
    assert standing(portfolio)[1:] == expected


def test_what_is_there_already_and_was_never_cancelled_stays_a_duplicate(
    portfolio: Portfolio, alice: User
) -> None:
    """Of two equal purchases one is cancelled. The file that says so adds nothing to a ledger
    that has held one since."""
    text = SCHWAB + SCHWAB_CANCEL + SCHWAB_BUY + SCHWAB_BUY
    bring(portfolio, alice, text)
    assert len(standing(portfolio)) == 2
    assert bring(portfolio, alice, text + "\n").rows_added == 0


def test_of_two_equal_purchases_the_one_that_is_cancelled_later_is_named(
    portfolio: Portfolio, alice: User
) -> None:
    bring(portfolio, alice, SCHWAB + SCHWAB_BUY + SCHWAB_BUY)
    with pytest.raises(ImportRefused) as error:
        bring(portfolio, alice, SCHWAB + SCHWAB_CANCEL + SCHWAB_BUY + SCHWAB_BUY)
    (fault,) = error.value.details["errors"]
    assert "what entry 3 says" in fault["message"]


def test_a_preview_shows_the_row_that_was_cancelled_once_and_as_refused(
    portfolio: Portfolio, alice: User
) -> None:
    bring(portfolio, alice, SCHWAB + SCHWAB_BUY)
    text = SCHWAB + SCHWAB_CANCEL + SCHWAB_BUY
    report = preview_import(
        portfolio_id=portfolio.pk, content=text.encode(), filename="f", by=alice
    )
    assert [(row.row, row.fate) for row in report.rows] == [(2, "skipped"), (3, "refused")]


def test_a_dividend_and_its_tax_that_came_together_are_never_in_question(
    portfolio: Portfolio, alice: User
) -> None:
    text = SCHWAB + SCHWAB_TAX + SCHWAB_PAID
    bring(portfolio, alice, text)
    assert bring(portfolio, alice, text + "\n").rows_added == 0


def test_what_one_account_takes_back_leaves_the_same_identifier_of_another(
    portfolio: Portfolio, alice: User
) -> None:
    """OFX numbers its transactions by account: F1 of U1 is not the F1 of U2."""
    bring(portfolio, alice, ofx(OFX_BUY))
    bring(portfolio, alice, ofx(OFX_BUY, OFX_CANCEL).replace("U1", "U2"))
    assert standing(portfolio)[1:] == [("BUY", "3500", "0")]
