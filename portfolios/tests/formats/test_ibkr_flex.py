"""A Flex response of two accounts: every element becomes an entry, a mistake or a reason."""

import pytest

from portfolios.formats.contract import DateStyle, Stated
from portfolios.formats.ibkr_flex import FORMAT
from portfolios.tests.formats.reading_aloud import entries, lines, mistakes, read, sample, skips

PARSED = read(FORMAT, sample("ibkr_flex.xml"), base_currency="EUR")
EXPECTED = entries(
    """
    # 20 × 10.25 = 205, and 1.0035 commission
    10 BUY 2013-02-04 currency=USD symbol=ACME exchange=NYSE quantity=20 price=10.25
        gross_amount=205 fees=1.0035
        fx_rate=0.75 settlement_date=2013-02-07 isin=US0001112223 figi=BBG000000001
        external_id=9001 net=-206.0035
    11 SELL 2013-02-11 currency=USD symbol=ACME exchange=NYSE quantity=5 price=12 gross_amount=60
        taxes=0.02
        fx_rate=0.76 settlement_date=2013-02-14 isin=US0001112223 external_id=9002 net=59.98
    # the venue paid 0.25 for the order
    11 FEE_REFUND 2013-02-11 currency=USD symbol=ACME exchange=NYSE gross_amount=0.25 fx_rate=0.76
        isin=US0001112223 external_id=9002-commission net=0.25
    12 SHORT_SALE 2013-02-12 currency=EUR symbol=BETA exchange=IBIS quantity=10 price=30
        gross_amount=300 fees=2 settlement_date=2013-02-14 isin=DE0001112223 external_id=9003
        net=298
    13 COVER 2013-02-18 currency=EUR symbol=BETA exchange=IBIS quantity=10 price=28
        gross_amount=280 fees=2 settlement_date=2013-02-20 isin=DE0001112223 external_id=9004
        net=-282
    # 750 EUR sold for 1,000 USD; the 2 EUR of commission leave with the euros
    16 FX_CONVERSION 2013-02-01 currency=EUR gross_amount=750 fees=2 settlement_date=2013-02-05
        to_amount=1000 to_currency=USD external_id=9007 net=-752
    # 500 of face at 98.5 percent
    17 BUY 2013-02-05 currency=USD symbol=GAM 5 01/15/20 quantity=500 price=0.985
        gross_amount=492.5 fees=1 fx_rate=0.75 settlement_date=2013-02-08 isin=US0009998887
        external_id=9008 net=-493.5
    22 DEPOSIT 2013-01-03 currency=EUR gross_amount=2000 external_id=8001 net=2000
    # 10 less the 1.50 of row 24
    23 DIVIDEND 2013-02-15 currency=USD symbol=ACME gross_amount=10 taxes=1.5 fx_rate=0.76
        ex_date=2013-02-05 isin=US0001112223 external_id=8002 net=8.5
    27 TAX_REFUND 2013-02-21 currency=USD symbol=OLD gross_amount=0.75 fx_rate=0.76
        isin=US0005556667 external_id=8006 net=0.75
    28 INTEREST_CHARGE 2013-02-04 currency=EUR gross_amount=0.4 external_id=8007 net=-0.4
    29 COUPON 2013-02-15 currency=USD symbol=GAM 5 01/15/20 gross_amount=12.5 fx_rate=0.76
        isin=US0009998887 external_id=8008 net=12.5
    30 FEE 2013-02-05 currency=EUR gross_amount=3 external_id=8009 net=-3
    # a dividend owed on the short
    31 FEE 2013-02-15 currency=EUR symbol=BETA gross_amount=6 isin=DE0001112223
        external_id=8010 net=-6
    36 TAX 2013-02-18 currency=EUR symbol=BETA gross_amount=0.84 isin=DE0001112223 net=-0.84
    39 SPLIT 2013-02-22 currency=USD symbol=ACME new_shares=3 old_shares=1 isin=US0001112223
        external_id=7001 net=0
    40 REVERSE_SPLIT 2013-02-25 currency=USD symbol=TINY new_shares=1 old_shares=10
        isin=US0003334445 external_id=7002 net=0
    43 MERGER 2013-02-27 currency=USD symbol=GONE quantity=4 gross_amount=200 treatment=taxable
        isin=US0007778889 external_id=7005 net=200
    45 SYMBOL_CHANGE 2013-02-27 currency=USD symbol=WAS to_symbol=NOW isin=US0008889991
        external_id=7007-symbol net=0
    # shares of the value of 180 arrive; what they cost is not in the file
    48 TRANSFER_IN 2013-01-07 currency=USD symbol=GONE quantity=4 fx_rate=0.75
        carried_lots=[{'quantity': '4', 'acquisition_date': '2013-01-07'}] isin=US0007778889
        external_id=6001 estimated_reason=purchase day and cost unknown at transfer net=180
    49 CASH_TRANSFER 2013-01-08 currency=EUR gross_amount=100 to_account=U0000002
        external_id=6002 net=-100
    """
)


def test_every_entry_of_a_response() -> None:
    assert lines(PARSED) == EXPECTED
    assert {draft.account for draft in PARSED.drafts} == {"U0000001"}


def test_every_mistake_with_its_place() -> None:
    assert mistakes(PARSED) == [
        (18, "assetCategory", "asset_unsupported"),
        (19, "tradeDate", "date_invalid"),
        (19, "quantity", "number_invalid"),
        (32, "type", "type_unknown"),
        (42, "type", "action_incomplete"),  # a spin-off without first-day prices
    ]
    assert [fault.value for fault in PARSED.faults] == ["OPT", "20130230", "1E5", "Lottery", "SO"]
    assert set(PARSED.unread or ()) == {"", "BROKEN", "ACME 130316C00010000", "CHILD"}


def test_every_row_that_is_no_entry_has_its_reason() -> None:
    assert skips(PARSED) == {
        7: "ASSET_SUMMARY: it sums up or details rows that are read.",
        8: "SYMBOL_SUMMARY: it sums up or details rows that are read.",
        9: "ORDER: it sums up or details rows that are read.",
        14: "Cancelled by row 15.",
        15: "Cancels row 14.",
        24: "Withheld from the dividend in row 23; it is kept there.",
        25: "Taken back by row 26; together they come to nothing.",
        26: "Taken back by row 25; together they come to nothing.",
        33: "A summary of the rows below it.",
        41: "Another side of the event in row 40.",
        44: "Another side of the event in row 45.",
        53: "A lot of the position above it.",
        54: "A position of a kind that the ledger does not hold.",
        57: "A sum over all currencies.",
        71: "The other leg of the transfer out of account U0000001.",
    }


def test_what_the_account_held_is_stated() -> None:
    def brief(stated: Stated) -> tuple[str, str, str, str, str]:
        asof = stated.asof_date.isoformat()
        return (stated.kind, asof, str(stated.amount), stated.currency, stated.symbol)

    assert [brief(stated) for stated in PARSED.stated] == [
        ("quantity", "2013-02-28", "45", "USD", "ACME"),
        ("cash", "2013-02-28", "123.45", "USD", ""),
        ("nav", "2013-02-27", "1970", "EUR", ""),
        ("nav", "2013-02-28", "2000", "EUR", ""),
    ]
    assert {stated.account for stated in PARSED.stated} == {"U0000001"}


def test_what_the_reader_of_the_file_must_know() -> None:
    assert len(PARSED.notes) == 3
    assert "cost of shares transferred in" in PARSED.notes[0]
    assert "DebitCardActivities" in PARSED.notes[1]  # money that is not read is told of
    assert "Account U0000002 is kept in USD" in PARSED.notes[2]


def test_rates_to_another_base_are_not_recorded() -> None:
    parsed = read(FORMAT, sample("ibkr_flex.xml"), base_currency="CAD")
    assert {draft.fx_rate for draft in parsed.drafts} == {None}


def statement(section: str) -> str:
    head = '<FlexQueryResponse><FlexStatements><FlexStatement accountId="U1" toDate="20130228">'
    return f"{head}{section}</FlexStatement></FlexStatements></FlexQueryResponse>"


TRADE = (
    '<{tag} symbol="A" assetCategory="STK" currency="USD" tradeDate="{day}" quantity="1" '
    'tradePrice="5" proceeds="-5" buySell="BUY" tradeID="1"/>'
)


def test_orders_count_only_without_executions() -> None:
    order, trade = (TRADE.format(tag=tag, day="20130204") for tag in ("Order", "Trade"))
    assert len(read(FORMAT, statement(f"<Trades>{order}</Trades>")).drafts) == 1
    both = read(FORMAT, statement(f"<Trades>{order}{trade}</Trades>"))
    assert len(both.drafts) == 1 and len(both.skipped) == 1


def test_dates_in_an_order_that_nothing_decides_are_asked_about() -> None:
    text = statement("<Trades>" + TRADE.format(tag="Trade", day="03/02/2013") + "</Trades>")
    text = text.replace("20130228", "01/02/2013")
    asked = read(FORMAT, text)
    assert [question.about for question in asked.questions] == ["date_style"]
    assert not asked.drafts and not asked.faults
    (draft,) = read(FORMAT, text, date_style=DateStyle.DAY_FIRST).drafts
    assert draft.transaction_date.isoformat() == "2013-02-03"


def test_a_cancellation_of_a_trade_elsewhere_is_a_mistake() -> None:
    row = TRADE.format(tag="Trade", day="20130204").replace(
        'tradeID="1"', 'transactionType="TradeCancel"'
    )
    parsed = read(FORMAT, statement(f"<Trades>{row}</Trades>"))
    assert mistakes(parsed) == [(1, "transactionType", "value_unexpected")]


@pytest.mark.parametrize(
    ("old", "new", "column", "reason"),
    [
        ('quantity="1"', 'quantity="-1"', "quantity", "negative_not_allowed"),
        ('proceeds="-5"', 'proceeds="5"', "proceeds", "amount_mismatch"),
        ("buySell", 'taxes="0.1" buySell', "taxes", "value_unexpected"),
    ],
)
def test_a_sign_that_denies_the_trade_is_a_mistake(
    old: str, new: str, column: str, reason: str
) -> None:
    row = TRADE.format(tag="Trade", day="20130204").replace(old, new)
    assert mistakes(read(FORMAT, statement(f"<Trades>{row}</Trades>"))) == [(1, column, reason)]


def test_a_cancellation_without_its_trades_number_does_not_reach_a_trade_after_it() -> None:
    first, second = (TRADE.format(tag="Trade", day=day) for day in ("20130204", "20130214"))
    cancel = TRADE.format(tag="Trade", day="20130205").replace('"BUY"', '"BUY (Ca.)"')
    parsed = read(FORMAT, statement(f"<Trades>{second}{cancel}{first}</Trades>"))
    assert [draft.transaction_date.day for draft in parsed.drafts] == [14]


def test_hostile_xml_is_refused() -> None:
    parsed = read(FORMAT, "<!DOCTYPE a><FlexQueryResponse/>")
    assert mistakes(parsed) == [(1, None, "xml_refused")] and parsed.unread is None
    assert mistakes(read(FORMAT, "<FlexQueryResponse/>")) == [(None, None, "file_malformed")]
