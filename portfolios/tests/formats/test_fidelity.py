"""A Fidelity history of two accounts: every row becomes an entry, a mistake or a reason."""

from decimal import Decimal

from portfolios.formats.fidelity import FORMAT
from portfolios.tests.formats.reading_aloud import entries, lines, mistakes, read, sample, skips

A_HISTORY = read(FORMAT, sample("fidelity.csv"), base_currency="USD")
A_HISTORY_ENTRIES = entries(
    """
    # 0.123 × 450 = 55.35, printed with three decimals: up to 0.23 may be lost
    4 BUY 2013-02-27 currency=USD symbol=FUNDX quantity=0.123 price=450 gross_amount=55.31
        net=-55.31
    5 DIVIDEND 2013-02-27 currency=USD symbol=FUNDX gross_amount=55.31 net=55.31
    # 10 less the 1.50 of row 7
    6 DIVIDEND 2013-02-26 currency=USD symbol=ACME gross_amount=10 taxes=1.5 net=8.5
    # what the core account earned; core is cash
    8 INTEREST 2013-02-26 currency=USD gross_amount=0.42 net=0.42
    # 100 × 12.50 less 0.03
    10 SELL 2013-02-25 currency=USD symbol=ACME quantity=100 price=12.5 gross_amount=1250
        fees=0.03 settlement_date=2013-02-28 net=1249.97
    11 COVER 2013-02-22 currency=USD symbol=BETA quantity=10 price=28 gross_amount=280 fees=4.95
        settlement_date=2013-02-27 net=-284.95
    # 300 less 4.95 commission and 0.01 fee
    12 SHORT_SALE 2013-02-21 currency=USD symbol=BETA quantity=10 price=30 gross_amount=300
        fees=4.96 settlement_date=2013-02-26 net=295.04
    15 BUY 2013-02-20 currency=USD symbol=ACME quantity=10 price=11 gross_amount=110
        settlement_date=2013-02-25 net=-110
    # 5,000 at 98.5 percent; 4,937.34 paid, of which 12.34 were accrued interest
    16 BUY 2013-02-19 currency=USD symbol=912828AB1 quantity=5000 price=0.985 gross_amount=4925
        settlement_date=2013-02-20 net=-4925
    16 INTEREST_CHARGE 2013-02-19 currency=USD symbol=912828AB1 gross_amount=12.34
        settlement_date=2013-02-20 net=-12.34
    22 TRANSFER_IN 2013-02-12 currency=USD symbol=GONE quantity=4 carried_lots=[{'quantity':
        '4', 'acquisition_date': '2013-02-12'}] estimated_reason=purchase day and cost unknown at
        transfer net=0
    # margin interest
    23 INTEREST_CHARGE 2013-02-11 currency=USD gross_amount=7.14 net=-7.14
    24 FEE 2013-02-08 currency=USD symbol=GONE gross_amount=0.25 net=-0.25
    25 WITHDRAWAL 2013-02-06 currency=USD gross_amount=500 net=-500
    26 DEPOSIT 2013-02-05 currency=USD gross_amount=5000 net=5000
    """
)


def test_every_entry_of_a_history() -> None:
    assert lines(A_HISTORY) == A_HISTORY_ENTRIES


def test_every_mistake_of_a_history() -> None:
    assert mistakes(A_HISTORY) == [
        (19, "Symbol", "asset_unsupported"),
        (21, "Action", "action_incomplete"),
        (27, "Action", "type_unknown"),
        (28, "Run Date", "date_invalid"),
        (28, "Price ($)", "number_invalid"),
        (29, "Amount ($)", "amount_mismatch"),
    ]


def test_every_row_of_a_history_that_is_no_entry() -> None:
    assert skips(A_HISTORY) == {
        7: "Withheld from the dividend in row 6; it is kept there.",
        9: "The core account is cash here.",
        13: "Taken back by row 14; together they come to nothing.",
        14: "Taken back by row 13; together they come to nothing.",
        17: "Cancelled by row 18.",
        18: "Cancels row 17.",
        20: "An option expired; no money moved.",
        31: "Text around the table.",
        33: "Text around the table.",
    }


def test_the_accounts_of_the_file_are_kept_apart() -> None:
    assert {draft.account for draft in A_HISTORY.drafts} == {"Z00000001", "Z00000002"}


def test_a_column_of_accounts_without_one_of_numbers_keeps_them_apart() -> None:
    text = (
        "Run Date,Account,Action,Symbol,Quantity,Price ($),Amount ($)\n"
        "02/21/2013,ROTH IRA X22222222,YOU SOLD AT&T (T) (Cash),T,-1,36,36\n"
        "02/20/2013,BROKERAGE X11111111,YOU BOUGHT AT&T (T) (Cash),T,1,35,-35\n"
        "02/19/2013,Joint account,YOU BOUGHT AT&T (T) (Cash),T,1,35,-35\n"
    )
    accounts = [draft.account for draft in read(FORMAT, text).drafts]
    assert accounts == ["Joint account", "X11111111", "X22222222"]


def test_an_older_export_of_one_account_has_other_names() -> None:
    text = (
        "Run Date,Action,Symbol,Security Description,Security Type,Quantity,Price,Commission,Fees,"
        "Accrued Interest,Amount,Settlement Date\n"
        "02/20/2013,YOU BOUGHT ACME CORP,ACME,ACME CORP,Cash,10,$11.00,$4.95,,,-$114.95,\n"
    )
    (draft,) = read(FORMAT, text, account="mine").drafts
    assert (draft.account, draft.fees, draft.security_name) == (
        "mine",
        Decimal("4.95"),
        "ACME CORP",
    )


def test_a_mark_to_market_without_its_opposite_is_a_mistake() -> None:
    text = (
        "Run Date,Action,Symbol,Quantity,Amount ($)\n"
        "02/21/2013,SHORT VS MARGIN MARK TO MARKET (Margin),,0.000,-5.96\n"
    )
    assert mistakes(read(FORMAT, text)) == [(2, "Amount ($)", "amount_mismatch")]


def test_a_dividend_paid_in_shares_is_a_mistake_as_its_ratio_is_not_in_the_file() -> None:
    text = (
        "Run Date,Action,Symbol,Quantity,Amount ($)\n"
        "02/21/2013,DIVIDEND RECEIVED ACME CORP (ACME) (Cash),ACME,5,0.00\n"
    )
    parsed = read(FORMAT, text)
    assert mistakes(parsed) == [(2, "Action", "action_incomplete")]
    assert skips(parsed) == {}


def test_a_purchase_that_takes_shares_and_brings_money_is_a_mistake() -> None:
    text = (
        "Run Date,Action,Symbol,Quantity,Price ($),Amount ($)\n"
        "02/20/2013,YOU BOUGHT AT&T (T) (Cash),T,-100,35,3500\n"
        "02/20/2013,YOU SOLD AT&T (T) (Cash),T,-100,35,-3500\n"
    )
    assert mistakes(read(FORMAT, text)) == [
        (2, "Quantity", "negative_not_allowed"),
        (2, "Amount ($)", "amount_mismatch"),
        (3, "Amount ($)", "negative_not_allowed"),
    ]
