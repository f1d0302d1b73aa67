"""A table that nobody knows: its columns are named, its styles found, and the rest is asked."""

import random
from decimal import Decimal
from typing import Any

from portfolios.formats.contract import DateStyle, DecimalStyle, Parsed, Source
from portfolios.formats.generic_csv import FORMAT
from portfolios.tests.formats.reading_aloud import entries, lines, mistakes, read, sample, skips
from portfolios.tests.formats.test_hostile_files import damaged

MAPPING = {
    "date": "Datum",
    "type": "Vorgang",
    "symbol": "Kürzel",
    "quantity": "Stück",
    "price": "Kurs",
    "fees": "Gebühr",
    "net_amount": "Betrag",
    "currency": "Währung",
    "external_id": "Nummer",
    "settlement_date": "Valuta",
}
PLAIN = {"date": "Day", "type": "What", "quantity": "Shares", "net_amount": "Paid"}
SAMPLE = read(FORMAT, sample("generic_csv.csv"), base_currency="EUR", columns=MAPPING)


def plain(*rows: str, **options: Any) -> Parsed:
    """Rows of a small table of purchases in dollars."""
    text = "Day,What,Shares,Paid,Symbol\n" + "".join(f"{row},ACME\n" for row in rows)
    return read(FORMAT, text, columns={**PLAIN, "symbol": "Symbol"}, **options)


def test_every_entry_of_a_mapped_table() -> None:
    # decimals by comma, the day first: 1.012,50 and 13.02. say so for all
    assert lines(SAMPLE) == entries(
        """
        # 20 × 10.25 and 1.00
        3 BUY 2013-02-04 currency=EUR symbol=ACME quantity=20 price=10.25 gross_amount=205 fees=1
            settlement_date=2013-02-06 external_id=A-1 net=-206
        # 5 × 1,012.50 less 2.50
        4 SELL 2013-02-11 currency=EUR symbol=ACME quantity=5 price=1012.5 gross_amount=5062.5
            fees=2.5 settlement_date=2013-02-13 external_id=A-2 net=5060
        5 DIVIDEND 2013-02-13 currency=EUR symbol=ACME gross_amount=12.34 external_id=A-3 net=12.34
        6 INTEREST_CHARGE 2013-02-14 currency=EUR gross_amount=0.4 external_id=A-4 net=-0.4
        7 DEPOSIT 2013-02-15 currency=EUR gross_amount=1000 external_id=A-5 net=1000
        """
    )


def test_every_mistake_in_the_columns_of_the_file() -> None:
    assert mistakes(SAMPLE) == [
        (8, "Vorgang", "type_unknown"),
        (9, "Datum", "date_invalid"),
        (9, "Stück", "number_invalid"),
        (10, "Betrag", "negative_not_allowed"),
        (11, "gross_amount", "amount_mismatch"),  # 2 × 10 is not 25
        (12, None, "file_malformed"),
    ]
    assert skips(SAMPLE) == {1: "Text around the table."}
    assert SAMPLE.columns[:3] == ("Datum", "Vorgang", "Kürzel")


def test_without_a_mapping_the_columns_are_asked_for() -> None:
    asked = read(FORMAT, sample("generic_csv.csv"))
    (question,) = asked.questions
    assert question.about == "columns"
    assert {"date", "type", "net_amount"} <= {value for value, _ in question.choices}
    assert asked.columns[-1] == "Valuta" and not asked.drafts
    assert read(FORMAT, sample("generic_csv.csv"), columns={"date": "Datum"}).questions


def test_a_mapping_to_a_column_that_is_not_there() -> None:
    parsed = read(FORMAT, "Day,What,Paid\n2013-02-04,buy,1\n", columns={**PLAIN})
    assert mistakes(parsed) == [(1, "Shares", "column_missing")]
    assert mistakes(read(FORMAT, "1,2\n", columns={**PLAIN}))[0][2] == "column_missing"


def test_what_the_file_leaves_open_is_asked_in_one_go() -> None:
    asked = plain('04/03/2012,buy,1,"1,234"')
    assert [question.about for question in asked.questions] == [
        "date_style",
        "decimal_style",
        "currency",
    ]
    answered = plain(
        '04/03/2012,buy,1,"1,234"',
        date_style=DateStyle.DAY_FIRST,
        decimal_style=DecimalStyle.POINT,
        currency="usd",
    )
    assert lines(answered) == [
        "2 BUY 2012-03-04 currency=USD symbol=ACME quantity=1 gross_amount=1234 net=-1234"
    ]


def test_our_own_words_and_those_of_others_name_types() -> None:
    words = ("BUY", "Bought", "buy to cover", "Short Sale", "SELL")
    parsed = plain(*(f"2013-02-04,{word},1,5" for word in words), currency="USD")
    assert [draft.entry_type for draft in parsed.drafts] == [
        "BUY",
        "BUY",
        "COVER",
        "SHORT_SALE",
        "SELL",
    ]
    assert mistakes(plain("2013-02-04,merger,1,5", currency="USD")) == [(2, "What", "type_unknown")]


NET = {"date": "Day", "type": "What", "symbol": "Symbol", "quantity": "Shares", "price": "Price"}
NET |= {"fees": "Fee", "net_amount": "Net"}


def netted(*rows: str) -> Parsed:
    """Rows of a table of all that happened, of which each says what reached or left the account."""
    text = "Day,What,Symbol,Shares,Price,Fee,Net\n" + "".join(f"{row}\n" for row in rows)
    return read(FORMAT, text, columns=NET, currency="USD")


def test_a_purchase_that_was_taken_back_is_no_second_purchase() -> None:
    parsed = netted("2013-02-04,Buy,T,100,35,5,-3505", "2013-02-05,Buy,T,-100,35,-5,3505")
    assert mistakes(parsed) == [
        (3, "Shares", "negative_not_allowed"),
        (3, "Net", "amount_mismatch"),
        (3, "Fee", "negative_not_allowed"),
    ]


def test_a_fee_without_the_minus_of_the_others_is_refunded() -> None:
    fees = [f"2013-02-0{day},Fee,,,,,{net}" for day, net in ((4, -10), (5, -10), (6, 10))]
    kinds = [f"{draft.entry_type} {draft.net_amount}" for draft in netted(*fees).drafts]
    assert kinds == ["FEE -10", "FEE -10", "FEE_REFUND 10"]


def test_a_sign_that_the_other_rows_leave_open_is_a_mistake() -> None:
    fee, refund = "2013-02-04,Fee,,,,,-10", "2013-02-05,Fee,,,,,10"
    assert mistakes(netted(fee, refund)) == [(3, "Net", "amount_mismatch")]
    assert mistakes(netted(fee, refund, refund)) == [(2, "Net", "negative_not_allowed")]
    bought = "2013-02-04,Buy,T,100,35,,-3500"
    assert mistakes(netted(bought, refund)) == [(3, "Net", "amount_mismatch")]
    withdrawn = "2013-02-08,Withdrawal,,,,,400"
    assert mistakes(netted(bought, withdrawn)) == [(3, "Net", "amount_mismatch")]


def test_money_that_leaves_needs_no_minus() -> None:
    parsed = netted(
        "2013-02-04,Buy,T,100,35,5,3505",
        "2013-02-05,Fee,,,,,10",
        "2013-02-06,Interest,,,,,-0.40",
        "2013-02-07,Withdrawal,,,,,-400",
        "2013-02-08,Sell,T,-100,36,5,3595",
    )
    assert [draft.net_amount for draft in parsed.drafts] == [
        -3505,
        -10,
        Decimal("-0.40"),
        -400,
        3595,
    ]


def test_a_commission_paid_to_us_is_not_charged() -> None:
    parsed = netted(
        "2013-02-04,Buy,T,100,,-5,-3505",
        "2013-02-05,Buy,T,100,,-5,-3505",
        "2013-02-06,Buy,T,100,,0.12,-3499.88",
    )
    assert mistakes(parsed) == [(4, "Fee", "amount_mismatch")]


def test_a_price_below_zero_is_a_mistake() -> None:
    parsed = netted("2013-02-04,Buy,T,100,-35,,")
    assert mistakes(parsed) == [(2, "Price", "negative_not_allowed")]


def test_a_credit_may_be_anything() -> None:
    assert mistakes(netted("2013-02-07,Credit,,,,,2500")) == [(2, "What", "type_unknown")]


def test_a_conversion_and_a_split() -> None:
    text = "Day,What,Out,In,To,New,Old,Symbol\n2013-02-04,fx,130,100,USD,,,\n"
    text += "2013-02-05,split,,,,3,1,ACME\n"
    columns = {"date": "Day", "type": "What", "gross_amount": "Out", "to_amount": "In"}
    columns |= {"to_currency": "To", "new_shares": "New", "old_shares": "Old", "symbol": "Symbol"}
    parsed = read(FORMAT, text, columns=columns, currency="CAD", base_currency="CAD")
    assert lines(parsed) == entries(
        """
        2 FX_CONVERSION 2013-02-04 currency=CAD gross_amount=130 to_amount=100 to_currency=USD
            net=-130
        3 SPLIT 2013-02-05 currency=CAD symbol=ACME new_shares=3 old_shares=1 net=0
        """
    )


def test_a_damaged_table_under_its_mapping_is_read_or_refused() -> None:
    content = sample("generic_csv.csv").content
    dice = random.Random(20130228)
    for _ in range(400):
        parsed = read(FORMAT, Source(damaged(content, dice)), columns=MAPPING)
        assert parsed.drafts or parsed.faults or parsed.questions
        for draft in parsed.drafts:
            assert draft.net_amount is not None and draft.net_amount.is_finite()
