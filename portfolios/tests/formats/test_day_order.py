"""The order of entries within a day: by the time that rows state, else as their table lists them.

A purchase and a sale of one day are told here as `BUY 60 SELL 62`: types and prices.
"""

import pytest

from portfolios.formats import (
    degiro_transactions,
    generic_csv,
    ibkr_activity,
    ibkr_flex,
    portfolio_performance_csv,
    schwab,
    trade_republic,
    trading212,
)
from portfolios.formats.contract import Format, Parsed
from portfolios.formats.reading.day_order import moment
from portfolios.tests.formats.reading_aloud import read


def told(parsed: Parsed) -> str:
    assert not parsed.faults
    return " ".join(f"{d.entry_type} {d.price or d.gross_amount:f}" for d in parsed.drafts)


ACTIVITY = """Statement,Header,Field Name,Field Value
Statement,Data,Title,Activity Statement
Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,Proceeds
Trades,Data,Order,Stocks,USD,KO,"2013-01-07, 10:00:00",10,40,-400
Trades,Data,Order,Stocks,USD,KO,"2013-02-04, 10:00:00",10,60,-600
Trades,Data,Order,Stocks,USD,KO,"2013-02-04, 15:00:00",-10,62,620
Deposits & Withdrawals,Header,Currency,Settle Date,Description,Amount
Deposits & Withdrawals,Data,USD,2013-01-02,Electronic Fund Transfer,10000
"""


def test_an_old_deposit_in_a_later_section_does_not_turn_the_trades_around() -> None:
    """What is sold at 15:00 was bought at 10:00: at average cost, 620 - 1000 / 2 = 120 gained."""
    told_of = told(read(ibkr_activity.FORMAT, ACTIVITY))
    assert told_of == "DEPOSIT 10000 BUY 40 BUY 60 SELL 62"


FLEX = """<FlexQueryResponse><FlexStatements><FlexStatement accountId="U1" toDate="20130228">
<Trades>
{}
</Trades>
<CashTransactions>
<CashTransaction currency="USD" type="Deposits/Withdrawals" dateTime="20130102" amount="10000" />
</CashTransactions>
</FlexStatement></FlexStatements></FlexQueryResponse>"""
TRADE = (
    '<Trade assetCategory="STK" currency="USD" symbol="KO" tradeDate="20130204" '
    'dateTime="20130204;{}" quantity="{}" tradePrice="{}" proceeds="{}" '
    'levelOfDetail="EXECUTION" />'
)
BOUGHT = TRADE.format("100000", 10, 60, -600)
SOLD = TRADE.format("150000", -10, 62, 620)


@pytest.mark.parametrize("between", ["\n", ""])
def test_executions_of_a_day_are_in_the_order_of_their_time(between: str) -> None:
    """Of elements that share a line the times are not told apart: they stay as they are listed."""
    listed = between.join([SOLD, BOUGHT] if between else [BOUGHT, SOLD])
    parsed = read(ibkr_flex.FORMAT, FLEX.format(listed))
    assert told(parsed) == "DEPOSIT 10000 BUY 60 SELL 62"


DEGIRO = """\
Date,Time,Product,ISIN,Reference exchange,Venue,Quantity,Price,,Local value,,Value EUR,\
Exchange rate,AutoFX Fee,Transaction and/or third party fees EUR,Total EUR,Order ID,
04-02-2013,15:00,ASML,NL0010273215,EAM,XAMS,-10,62.0000,EUR,620.00,EUR,620.00,,,,620.00,,o-3
04-02-2013,10:00,ASML,NL0010273215,EAM,XAMS,10,60.0000,EUR,-600.00,EUR,-600.00,,,,-600.00,,o-2
"""
SAME_MINUTE = DEGIRO.replace("15:00", "10:00") + (
    "07-01-2013,10:00,ASML,NL0010273215,EAM,XAMS,1,40.0000,EUR,-40.00,EUR,-40.00,,,,-40.00,,o-1\n"
)
REPUBLIC = """\
datetime,date,account_type,category,type,asset_class,name,symbol,shares,price,amount,currency
2013-02-04T15:00:00.5Z,2013-02-04,DEFAULT,TRADING,SELL,STOCK,SAP,DE0007164600,-10,62,620,EUR
2013-02-04T10:00:00Z,2013-02-04,DEFAULT,TRADING,BUY,STOCK,SAP,DE0007164600,10,60,-600,EUR
"""
TRADING = """\
Action,Time,ISIN,Ticker,Name,ID,No. of shares,Price / share,Currency (Price / share),Total,\
Currency (Total)
Market sell,2013-02-04 15:00:00,DE0007164600,SAP,SAP SE,E2,10,62,EUR,620.00,EUR
Market buy,2013-02-04 10:00:00,DE0007164600,SAP,SAP SE,E1,10,60,EUR,600.00,EUR
"""


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        (degiro_transactions.FORMAT, DEGIRO),
        (trade_republic.FORMAT, REPUBLIC),
        (trading212.FORMAT, TRADING),
    ],
)
def test_a_list_of_one_day_that_begins_with_its_newest_row(format_: Format, text: str) -> None:
    assert told(read(format_, text, base_currency="EUR")) == "BUY 60 SELL 62"


PERFORMANCE = """\
Date,Type,Value,Transaction Currency,Fees,Taxes,Shares,ISIN,WKN,Ticker Symbol,Security Name,Note
2013-02-04T15:00,Sell,620.00,EUR,,,10,DE0007164600,,SAP,SAP SE,
2013-02-04T10:00,Buy,600.00,EUR,,,10,DE0007164600,,SAP,SAP SE,
"""


def test_a_time_behind_the_date_of_an_export_of_portfolio_performance() -> None:
    parsed = read(portfolio_performance_csv.FORMAT, PERFORMANCE, base_currency="EUR")
    assert told(parsed) == "BUY 600 SELL 620"


def test_a_time_behind_the_date_of_a_table_with_columns_of_its_own() -> None:
    text = (
        "When,What,Shares,Each,Of\n04.02.2013 15:00,Sell,1,62,SAP\n13.02.2013 09:00,Buy,1,59,SAP\n"
    )
    text += "04.02.2013 10:00,Buy,1,60,SAP\n"
    names = {"date": "When", "type": "What", "quantity": "Shares", "price": "Each", "symbol": "Of"}
    parsed = read(generic_csv.FORMAT, text, columns=names, currency="EUR")
    assert told(parsed) == "BUY 60 SELL 62 BUY 59"


def test_rows_of_one_minute_follow_the_direction_of_their_list() -> None:
    parsed = read(degiro_transactions.FORMAT, SAME_MINUTE, base_currency="EUR")
    assert told(parsed) == "BUY 40 BUY 60 SELL 62"


SCHWAB = """"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"
{}"02/04/2013","Sell","T","AT&T","10","$62.00","","$620.00"
"02/04/2013","Buy","T","AT&T","10","$60.00","","-$600.00"
"""
OLDER, OLD, NEW = (
    f'"{day}","MoneyLink Transfer","","","","","","$1.00"\n'
    for day in ("01/01/2013", "01/02/2013", "02/05/2013")
)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        (SCHWAB.format(NEW), "BUY 60 SELL 62 DEPOSIT 1"),
        (SCHWAB.format(OLD), "DEPOSIT 1 SELL 62 BUY 60"),
        # One step forward and one back: the last row is older than the first.
        (SCHWAB.format(OLD) + OLDER, "DEPOSIT 1 DEPOSIT 1 BUY 60 SELL 62"),
        # Nothing tells: the list is taken to begin with its oldest row.
        (SCHWAB.format(""), "SELL 62 BUY 60"),
    ],
)
def test_without_times_the_dates_of_the_list_tell_its_direction(text: str, order: str) -> None:
    assert told(read(schwab.FORMAT, text)) == order


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2013-02-04 9:59", "2013-02-04, 10:00:00"),
        ("20130204;095959", "20130204;100000"),
        ("2013-02-04T10:00:00Z", "2013-02-04T10:00:00.250Z"),
        ("02/04/2013 12:30:00 AM", "02/04/2013 1:00:00 AM"),
        ("02/04/2013 11:30 AM", "02/04/2013 12:00 PM"),
    ],
)
def test_times_are_compared_as_times(earlier: str, later: str) -> None:
    one, other = moment("2013-02-04", earlier), moment("2013-02-04", later)
    assert one is not None and other is not None and one < other


MIDNIGHT = ["2013-02-04T00:00:00.000Z", "20130204;000000", "02/04/2013 12:00:00 AM"]


@pytest.mark.parametrize("said", ["2013-02-04", "20130204", "", "soon", "x" * 500, *MIDNIGHT])
def test_a_day_alone_is_no_moment(said: str) -> None:
    assert moment("2013-02-04", said) is None
