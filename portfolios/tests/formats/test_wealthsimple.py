"""Wealthsimple files, new and old: every row becomes an entry, a mistake or a reason."""

from portfolios.formats.wealthsimple import FORMAT
from portfolios.tests.formats.reading_aloud import entries, lines, mistakes, read, sample, skips

ACTIVITIES = read(FORMAT, sample("wealthsimple.csv"), base_currency="CAD")
ACTIVITIES_ENTRIES = entries(
    """
    # 389.4418 × 46.22 = 18,000.00
    2 BUY 2013-02-04 currency=CAD symbol=ACME quantity=389.4418 price=46.22 gross_amount=18000
        settlement_date=2013-02-07 net=-18000
    3 SELL 2013-02-05 currency=CAD symbol=ACME quantity=10 price=47 gross_amount=470
        settlement_date=2013-02-08 net=470
    # 10 × 30 less 1
    4 SHORT_SALE 2013-02-06 currency=USD symbol=BETA quantity=10 price=30 gross_amount=300
        fees=1 net=299
    5 COVER 2013-02-07 currency=USD symbol=BETA quantity=10 price=28 gross_amount=280 fees=1
        net=-281
    # 10 less the 1.50 of row 7
    6 DIVIDEND 2013-02-08 currency=USD symbol=BETA gross_amount=10 taxes=1.5 net=8.5
    # rows 8 and 9 are one conversion
    8 FX_CONVERSION 2013-02-11 currency=CAD gross_amount=1030 to_amount=1000 to_currency=USD
        net=-1030
    10 INTEREST_CHARGE 2013-02-12 currency=CAD gross_amount=1.25 net=-1.25
    11 INTEREST 2013-02-12 currency=CAD gross_amount=3.26 net=3.26
    12 INTEREST 2013-02-13 currency=CAD gross_amount=10 net=10
    13 DEPOSIT 2013-02-13 currency=CAD gross_amount=20000 net=20000
    14 WITHDRAWAL 2013-02-14 currency=CAD gross_amount=75 net=-75
    15 TRANSFER_IN 2013-02-15 currency=CAD symbol=GONE quantity=4 carried_lots=[{'quantity':
        '4', 'acquisition_date': '2013-02-15'}] estimated_reason=purchase day and cost unknown at
        transfer net=0
    16 FEE 2013-02-15 currency=CAD gross_amount=5 net=-5
    """
)


def test_every_entry_of_activities() -> None:
    assert lines(ACTIVITIES) == ACTIVITIES_ENTRIES


def test_every_mistake_of_activities() -> None:
    assert mistakes(ACTIVITIES) == [
        (18, "symbol", "asset_unsupported"),
        (19, "activity_type", "action_incomplete"),
        (21, "activity_type", "type_unknown"),
        (22, "effective_date", "date_invalid"),
        (22, "currency", "currency_unknown"),
        (22, "quantity", "number_invalid"),
        (23, "activity_sub_type", "type_unknown"),
        (24, "net_cash_amount", "amount_mismatch"),
    ]


def test_every_row_of_activities_that_is_no_entry() -> None:
    assert skips(ACTIVITIES) == {
        7: "Withheld from the dividend in row 6; it is kept there.",
        9: "The other side of the conversion in row 8.",
        17: "An option expired; no money moved.",
        20: "Shares were lent or returned; they stay yours.",
        25: "Text around the table.",
    }


A_STATEMENT = read(FORMAT, sample("wealthsimple-statement.csv"), base_currency="CAD")
A_STATEMENT_ENTRIES = entries(
    """
    2 DEPOSIT 2013-02-01 currency=CAD gross_amount=1000 net=1000
    # executed on the 4th, as the sentence says; no price is printed
    3 BUY 2013-02-04 currency=CAD symbol=ACME quantity=10 gross_amount=250 net=-250
    4 SELL 2013-02-05 currency=CAD symbol=ACME quantity=2 gross_amount=52 net=52
    5 DIVIDEND 2013-02-11 currency=CAD symbol=BETA gross_amount=10 taxes=1.5 net=8.5
    8 INTEREST 2013-02-13 currency=CAD gross_amount=0.05 net=0.05
    """
)


def test_every_entry_of_a_statement() -> None:
    assert lines(A_STATEMENT) == A_STATEMENT_ENTRIES


def test_every_mistake_of_a_statement() -> None:
    assert mistakes(A_STATEMENT) == [
        (9, "transaction", "action_incomplete"),
        (10, "description", "value_missing"),
    ]


def test_every_row_of_a_statement_that_is_no_entry() -> None:
    assert skips(A_STATEMENT) == {
        6: "Withheld from the dividend in row 5; it is kept there.",
        7: "Shares were lent or returned; they stay yours.",
    }


HEAD = (
    "effective_date,account_id,activity_type,activity_sub_type,description,symbol,currency,"
    "quantity,unit_price,commission,net_cash_amount\n"
)


def test_a_price_in_dollars_of_a_trade_paid_in_canadian_ones() -> None:
    # 10 × 50 USD at 1.30 are 650 CAD
    row = '2013-02-04,AA1,Trade,BUY,"BETA: Bought 10 shares, FX Rate: 1.30",BETA,CAD,10,50,0,-650\n'
    assert lines(read(FORMAT, HEAD + row, base_currency="CAD")) == entries(
        """
        2 BUY 2013-02-04 currency=CAD symbol=BETA quantity=10 price=50 gross_amount=650
            security_currency=USD gross_amount_security=500 settlement_fx_rate=1.3 net=-650
        """
    )
    wrong = row.replace("-650", "-660")
    assert mistakes(read(FORMAT, HEAD + wrong)) == [(2, "net_cash_amount", "amount_mismatch")]
    same = row.replace("10,50,", "10,65,")
    (draft,) = read(FORMAT, HEAD + same, base_currency="CAD").drafts
    assert not draft.security_currency  # the price is in Canadian dollars already


def test_a_conversion_without_its_other_side_is_a_mistake() -> None:
    row = "2013-02-11,AA1,FxExchange,-,Convert CAD,,CAD,-1030,,,-1030\n"
    assert mistakes(read(FORMAT, HEAD + row)) == [(2, "net_cash_amount", "amount_mismatch")]
