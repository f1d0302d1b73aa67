"""A Schwab history: every row becomes an entry, a mistake or a reason."""

from decimal import Decimal

import pytest

from portfolios.formats.schwab import FORMAT
from portfolios.tests.formats.reading_aloud import entries, lines, mistakes, read, sample, skips

A_HISTORY = read(FORMAT, sample("schwab.csv"), base_currency="USD")
A_HISTORY_ENTRIES = entries(
    """
    # 0.0581 shares of 96.75 are 5.62, the dividend of row 4
    3 BUY 2013-02-27 currency=USD symbol=FUNDX quantity=0.0581 price=96.75 gross_amount=5.62
        net=-5.62
    4 DIVIDEND 2013-02-27 currency=USD symbol=FUNDX gross_amount=5.62 net=5.62
    # 10 less the 1.50 of row 6
    5 DIVIDEND 2013-02-26 currency=USD symbol=ACME gross_amount=10 taxes=1.5 net=8.5
    # no dividend of GONE in the file: the tax stays by itself
    7 TAX 2013-02-25 currency=USD symbol=GONE gross_amount=0.75 net=-0.75
    # booked on the 22nd as of the 21st
    8 INTEREST 2013-02-21 currency=USD gross_amount=0.01 net=0.01
    9 INTEREST_CHARGE 2013-02-21 currency=USD gross_amount=7.14 net=-7.14
    10 FEE 2013-02-20 currency=USD symbol=GONE gross_amount=0.25 net=-0.25
    # 1,005 × 12.50 = 12,562.50, less 0.28
    11 SELL 2013-02-19 currency=USD symbol=ACME quantity=1005 price=12.5 gross_amount=12562.5
        fees=0.28 net=12562.22
    # 10 × 28 and 4.95
    12 COVER 2013-02-18 currency=USD symbol=BETA quantity=10 price=28 gross_amount=280 fees=4.95
        net=-284.95
    # 10 × 30 less 4.95
    13 SHORT_SALE 2013-02-15 currency=USD symbol=BETA quantity=10 price=30 gross_amount=300
        fees=4.95 net=295.05
    # 5,000 of face at 98.50 percent
    16 BUY 2013-02-13 currency=USD symbol=912828AB1 quantity=5000 price=0.985 gross_amount=4925
        net=-4925
    18 TRANSFER_OUT 2013-02-11 currency=USD symbol=GONE quantity=4 net=0
    # 11 × 9 = 99 arrive
    19 TRANSFER_IN 2013-02-11 currency=USD symbol=CHILD quantity=11 carried_lots=[{'quantity':
        '11', 'acquisition_date': '2013-02-11'}] estimated_reason=purchase day and cost unknown at
        transfer net=99
    22 WITHDRAWAL 2013-02-06 currency=USD gross_amount=500 net=-500
    23 DEPOSIT 2013-02-05 currency=USD gross_amount=5000 net=5000
    """
)


def test_every_entry_of_a_history() -> None:
    assert lines(A_HISTORY) == A_HISTORY_ENTRIES


def test_every_mistake_of_a_history() -> None:
    assert mistakes(A_HISTORY) == [
        (17, "Action", "action_incomplete"),
        (20, "Symbol", "asset_unsupported"),
        (24, "Action", "type_unknown"),
        (25, "Date", "date_invalid"),
        (25, "Price", "number_invalid"),
        (26, "Amount", "amount_mismatch"),
        (27, None, "file_malformed"),
    ]


def test_every_row_of_a_history_that_is_no_entry() -> None:
    assert skips(A_HISTORY) == {
        1: "Text around the table.",
        6: "Withheld from the dividend in row 5; it is kept there.",
        14: "Cancels row 15.",
        15: "Cancelled by row 14.",
        21: "An option expired; no money moved.",
        28: "Text around the table.",
    }


HEAD = '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"\n'


def test_a_cancellation_of_a_trade_elsewhere_is_a_mistake() -> None:
    text = f'{HEAD}"02/14/2013","Cancel Sell","ACME","ACME CORP","7","$11.00","","-$77.00"\n'
    assert mistakes(read(FORMAT, text)) == [(2, "Action", "value_unexpected")]


def a_trade(day: str, action: str) -> str:
    return f'"{day}","{action}","ACME","ACME CORP","100","$35.00","","-$3500.00"\n'


def test_a_cancellation_does_not_reach_a_trade_after_it() -> None:
    """Of two like purchases, the one of the 4th: on the 5th there is no other."""
    text = HEAD + a_trade("02/14/2013", "Buy") + a_trade("02/05/2013", "Cancel Buy")
    parsed = read(FORMAT, text + a_trade("02/04/2013", "Buy"))
    assert [draft.row for draft in parsed.drafts] == [2]
    assert [draft.row for draft in parsed.superseded] == [4]
    assert mistakes(read(FORMAT, text)) == [(3, "Action", "value_unexpected")]


def test_a_cancellation_of_one_of_two_like_trades_is_a_mistake_unless_its_day_decides() -> None:
    two = a_trade("02/04/2013", "Buy") + a_trade("02/01/2013", "Buy")
    unclear = read(FORMAT, HEAD + a_trade("02/05/2013", "Cancel Buy") + two)
    assert mistakes(unclear) == [(2, "Action", "value_unexpected")]
    booked = a_trade("02/05/2013 as of 02/01/2013", "Cancel Buy")
    assert [draft.row for draft in read(FORMAT, HEAD + booked + two).drafts] == [3]


def test_a_trade_without_quantity_or_security_is_a_mistake() -> None:
    text = (
        f'{HEAD}"02/14/2013","Buy","ACME","ACME CORP","","$11.00","","-$77.00"\n'
        '"02/14/2013","Buy","","","7","$11.00","","-$77.00"\n'
    )
    assert mistakes(read(FORMAT, text)) == [
        (2, "Quantity", "value_missing"),
        (3, "Symbol", "value_missing"),
    ]


@pytest.mark.parametrize("action", ["Stock Div Dist", "Special Dividend"])
def test_a_dividend_paid_in_shares_is_a_mistake_as_its_ratio_is_not_in_the_file(
    action: str,
) -> None:
    text = f'{HEAD}"02/20/2013","{action}","ACME","ACME CORP","5","","",""\n'
    parsed = read(FORMAT, text)
    assert mistakes(parsed) == [(2, "Action", "action_incomplete")]
    assert skips(parsed) == {}


def test_a_dividend_in_money_may_say_of_how_many_shares() -> None:
    text = f'{HEAD}"02/20/2013","Special Dividend","ACME","ACME CORP","5","","","$10.00"\n'
    assert [draft.gross_amount for draft in read(FORMAT, text).drafts] == [Decimal(10)]


def test_a_dividend_taken_back_is_reversed_by_hand() -> None:
    text = f'{HEAD}"02/14/2013","Cash Dividend","ACME","ACME CORP","","","","-$7.00"\n'
    assert mistakes(read(FORMAT, text)) == [(2, "Amount", "negative_not_allowed")]


def test_a_file_without_the_table_or_without_rows_is_refused() -> None:
    assert mistakes(read(FORMAT, HEAD)) == [(None, None, "file_malformed")]
    parsed = read(FORMAT, "Date,Amount\n02/14/2013,5\n")
    assert mistakes(parsed) == [(None, None, "column_missing")] and parsed.unread is None


def test_a_file_that_begins_with_its_newest_row_is_turned_round() -> None:
    text = (
        f'{HEAD}"02/15/2013","Cash Dividend","ACME","ACME CORP","","","","$1.00"\n'
        '"02/14/2013","Sell","ACME","ACME CORP","7","$12.00","","$84.00"\n'
        '"02/14/2013","Buy","ACME","ACME CORP","7","$11.00","","-$77.00"\n'
    )
    kinds = [draft.entry_type for draft in read(FORMAT, text).drafts]
    assert kinds == ["BUY", "SELL", "DIVIDEND"]  # what was bought that day could be sold


def test_a_sign_that_denies_the_action_is_a_mistake() -> None:
    """A sale brings money, and a purchase takes it; a sale's shares may have a minus."""
    text = (
        f'{HEAD}"02/14/2013","Sell","T","AT&T","-10","$36.20","","-$362.00"\n'
        '"02/14/2013","Buy","T","AT&T","-10","$36.20","","$362.00"\n'
        '"02/14/2013","Sell","T","AT&T","-10","$36.20","","$362.00"\n'
    )
    parsed = read(FORMAT, text)
    assert mistakes(parsed) == [
        (2, "Amount", "negative_not_allowed"),
        (3, "Quantity", "negative_not_allowed"),
        (3, "Amount", "amount_mismatch"),
    ]
    assert [draft.entry_type for draft in parsed.drafts] == ["SELL"]


def test_a_sale_for_less_than_its_commission_costs_money() -> None:
    """100 shares at 0.001 are 0.10; less 4.95 that leaves -4.85."""
    text = f'{HEAD}"02/14/2013","Sell","GONE","GONE","100","$0.001","$4.95","-$4.85"\n'
    (draft,) = read(FORMAT, text).drafts
    assert (str(draft.gross_amount), str(draft.net_amount)) == ("0.1", "-4.85")


def test_the_account_is_the_one_that_the_title_names() -> None:
    title = '"Transactions  for account Roth IRA ...456 as of 02/28/2013 04:00:00 ET"\n'
    text = f'{title}{HEAD}"02/14/2013","Sell","T","AT&T","10","$36.20","","$362.00"\n'
    parsed = read(FORMAT, text)
    assert [draft.account for draft in parsed.drafts] == ["Roth IRA ...456"]
    assert parsed.notes == ("All rows belong to the account Roth IRA ...456, as the title says.",)
    for name in ("mine", "main"):
        (chosen,) = read(FORMAT, text, account=name, account_is_chosen=True).drafts
        assert chosen.account == name
