"""The same trade from two sources, of which one states what the other cannot."""

import pytest

from accounts.models import User
from portfolios.exceptions import ImportRefused
from portfolios.models import Portfolio
from portfolios.services import ImportReport, run_import
from portfolios.services.import_choices import Choices

HEADER = "date,type,symbol,exchange,quantity,price,currency,settlement_date,external_id\n"
BUY = "2013-02-04,BUY,ACME,XNAS,50,10,USD,{},{}\n"

pytestmark = pytest.mark.usefixtures("market")


def bring(portfolio: Portfolio, by: User, text: str, name: str = "a.csv") -> ImportReport:
    return run_import(portfolio_id=portfolio.pk, content=text.encode(), filename=name, by=by)


def flex(*trades: int) -> str:
    """Fills of 50 shares for 10 dollars, with identifier, settlement date and rate."""
    acme = 'accountId="U1" currency="USD" fxRateToBase="1" assetCategory="STK" symbol="ACME"'
    fills = "".join(
        f'<Trade {acme} tradeID="{trade}" tradeDate="20130204" settleDateTarget="20130207" '
        'transactionType="ExchTrade" quantity="50" tradePrice="10" proceeds="-500" taxes="0" '
        'ibCommission="-1" ibCommissionCurrency="USD" netCash="-501" openCloseIndicator="O" '
        'buySell="BUY" levelOfDetail="EXECUTION"/>'
        for trade in trades
    )
    return (
        "<FlexQueryResponse queryName='x' type='AF'><FlexStatements count='1'><FlexStatement "
        "accountId='U1' fromDate='20130201' toDate='20130208'>"
        "<AccountInformation accountId='U1' currency='CAD'/>"
        f"<Trades>{fills}</Trades></FlexStatement></FlexStatements></FlexQueryResponse>"
    )


def activity(times: int) -> str:
    """The same fills as the activity statement prints them, without any of that."""
    fill = 'Trades,Data,Order,Stocks,USD,ACME,"2013-02-04, 10:15:30",50,10,10,-500,-1,501,0,0,O\n'
    return (
        "Statement,Header,Field Name,Field Value\nStatement,Data,Title,Activity Statement\n"
        "Account Information,Header,Field Name,Field Value\n"
        "Account Information,Data,Account,U1\nAccount Information,Data,Base Currency,CAD\n"
        "Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,"
        "T. Price,C. Price,Proceeds,Comm/Fee,Basis,Realized P/L,MTM P/L,Code\n" + fill * times
    )


def test_a_statement_repeats_what_the_query_has_told(portfolio: Portfolio, alice: User) -> None:
    run = bring(portfolio, alice, flex(11), "a.xml").import_run
    report = bring(portfolio, alice, activity(1))
    assert (report.rows_added, report.duplicates[0]["reason"]) == (0, "same_otherwise")
    assert [row.reasons for row in report.rows if row.fate == "duplicate"] == [
        (f"Entry 1 says the same, imported in run {run}, but for what only one of the two states.",)
    ]


def test_the_query_repeats_what_a_statement_has_told(portfolio: Portfolio, alice: User) -> None:
    bring(portfolio, alice, activity(2))
    report = bring(portfolio, alice, flex(11, 12, 13), "a.xml")
    assert (report.rows_added, [d["entry"] for d in report.duplicates]) == (1, [1, 2])


def test_two_fills_alike_stay_two(portfolio: Portfolio, alice: User) -> None:
    """Of the two in the statement one was told by the query; together they are 100 shares."""
    bring(portfolio, alice, flex(11), "a.xml")
    report = bring(portfolio, alice, activity(2))
    assert (report.rows_added, report.duplicate_count) == (1, 1)
    assert report.changes["positions"] == [{"symbol": "ACME", "before": 50, "after": 100}]
    assert bring(portfolio, alice, activity(2) + "\n").rows_added == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(("2013-02-07", ""), ("2013-02-08", ""), id="settlement dates"),
        pytest.param(("2013-02-07", "11"), ("", "12"), id="identifiers"),
    ],
)
def test_what_both_state_differently_is_two(
    portfolio: Portfolio, alice: User, first: tuple[str, str], second: tuple[str, str]
) -> None:
    bring(portfolio, alice, HEADER + BUY.format(*first))
    assert bring(portfolio, alice, HEADER + BUY.format(*second)).rows_added == 1


def test_another_amount_is_another_trade(portfolio: Portfolio, alice: User) -> None:
    bring(portfolio, alice, HEADER + BUY.format("2013-02-07", "11"))
    other = BUY.format("", "").replace(",50,10,", ",50,10.01,")
    assert bring(portfolio, alice, HEADER + other).rows_added == 1


def test_an_entry_that_a_row_repeats_exactly_is_not_met_again(
    portfolio: Portfolio, alice: User
) -> None:
    """The row without a day comes first, but the entry is the one behind it."""
    known = BUY.format("2013-02-07", "")
    bring(portfolio, alice, HEADER + known)
    report = bring(portfolio, alice, HEADER + BUY.format("", "") + known)
    assert [row.fate for row in report.rows] == ["new", "duplicate"]


DEPOSIT = "2013-02-01,DEPOSIT,,,,500,CAD,,{}\n"


def test_cash_that_may_be_the_same_is_asked_about(portfolio: Portfolio, alice: User) -> None:
    """A standing order to each of two brokers, or one that two sources tell."""
    header = HEADER.replace("price", "gross_amount")
    bring(portfolio, alice, header + DEPOSIT.format(""))
    with pytest.raises(ImportRefused) as error:
        bring(portfolio, alice, header + DEPOSIT.format("TR-77"))
    (mistake,) = error.value.details["errors"]
    assert (mistake["row"], mistake["reason"]) == (2, "perhaps_known")
    assert "Entry 1 of run" in mistake["message"]


def test_equal_cash_with_two_identifiers_or_in_two_accounts_is_two(
    portfolio: Portfolio, alice: User
) -> None:
    header = HEADER.replace("price", "gross_amount").replace("\n", ",account\n")
    rows = [DEPOSIT.format(told).replace("\n", ",A\n") for told in ("11", "12")]
    assert bring(portfolio, alice, header + rows[0]).rows_added == 1
    assert bring(portfolio, alice, header + rows[1]).rows_added == 1
    other = DEPOSIT.format("").replace("\n", ",B\n")
    assert bring(portfolio, alice, header + other).rows_added == 1


SCHWAB = (
    '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"\n'
    '"02/04/2013","Buy","ACME","ACME INC","50","$10.00","","-$500.00"\n'
    '"02/01/2013","MoneyLink Deposit","","Tfr","","","","$500.00"\n'
)
TITLE = '"Transactions  for account Individual ...123 as of 02/28/2013 04:00:00 ET"\n'
SOLD = '"02/11/2013","Sell","ACME","ACME INC","5","$11.00","","$55.00"\n'
LATER = SCHWAB.replace('Amount"\n', f'Amount"\n{SOLD}')


@pytest.mark.parametrize(
    ("first", "then", "account"),
    [
        pytest.param(TITLE + SCHWAB, LATER, "Individual ...123", id="only the first is titled"),
        pytest.param(SCHWAB, TITLE + LATER, "main", id="only the second is"),
    ],
)
def test_a_file_that_names_no_account_may_be_of_any(
    portfolio: Portfolio, alice: User, first: str, then: str, account: str
) -> None:
    """Asked, not doubled; and with the account chosen, only the sale is new."""
    bring(portfolio, alice, first)
    with pytest.raises(ImportRefused) as error:
        bring(portfolio, alice, then)
    found = {(one["column"], one["reason"]) for one in error.value.details["errors"]}
    assert found == {("account", "perhaps_known")}
    report = run_import(
        portfolio_id=portfolio.pk,
        content=then.encode(),
        filename="b.csv",
        by=alice,
        choices=Choices(account=account),
    )
    assert (report.rows_added, report.duplicate_count) == (1, 2)
