"""An activity statement: a stack of tables, read as Flex is, told in its own columns."""

from portfolios.formats.ibkr_activity import FORMAT
from portfolios.tests.formats.reading_aloud import entries, lines, mistakes, read, sample, skips

PARSED = read(FORMAT, sample("ibkr_activity.csv"), base_currency="EUR")
UNKNOWN_LOTS = "purchase day and cost unknown at transfer"
EXPECTED = entries(
    f"""
    # 1,000 × 10, and 1.005 commission
    20 BUY 2013-02-04 currency=USD symbol=ACME exchange=NYSE quantity=1000 price=10
        gross_amount=10000 fees=1.005 isin=US0001112223 net=-10001.005
    22 SELL 2013-02-11 currency=USD symbol=ACME exchange=NYSE quantity=5 price=12
        gross_amount=60 fees=1.02 isin=US0001112223 net=58.98
    24 SHORT_SALE 2013-02-12 currency=EUR symbol=BETA exchange=IBIS quantity=10 price=30
        gross_amount=300 fees=2 isin=DE0001112223 net=298
    25 COVER 2013-02-18 currency=EUR symbol=BETA exchange=IBIS quantity=10 price=28
        gross_amount=280 fees=2 isin=DE0001112223 net=-282
    30 FX_CONVERSION 2013-02-01 currency=EUR gross_amount=750 fees=2 to_amount=1000
        to_currency=USD net=-752
    32 DEPOSIT 2013-01-03 currency=EUR gross_amount=2000 net=2000
    34 WITHDRAWAL 2013-02-27 currency=EUR gross_amount=500 net=-500
    # 500 less the 75 of row 42
    37 DIVIDEND 2013-02-15 currency=USD symbol=ACME exchange=NYSE gross_amount=500 taxes=75
        isin=US0001112223 net=425
    38 RETURN_OF_CAPITAL 2013-02-20 currency=USD symbol=ACME exchange=NYSE gross_amount=100
        isin=US0001112223 net=100
    # a dividend owed on the short
    39 FEE 2013-02-15 currency=EUR symbol=BETA exchange=IBIS gross_amount=6 isin=DE0001112223
        net=-6
    44 INTEREST_CHARGE 2013-02-04 currency=EUR gross_amount=0.4 net=-0.4
    47 FEE 2013-02-05 currency=EUR gross_amount=3 net=-3
    49 TAX 2013-02-18 currency=EUR symbol=BETA exchange=IBIS gross_amount=0.84
        isin=DE0001112223 net=-0.84
    51 SPLIT 2013-02-22 currency=USD symbol=ACME new_shares=3 old_shares=1 isin=US0001112223
        net=0
    54 TRANSFER_IN 2013-01-07 currency=USD symbol=GONE quantity=4
        carried_lots=[{{'quantity': '4', 'acquisition_date': '2013-01-07'}}]
        estimated_reason={UNKNOWN_LOTS} net=180
    """
)


def test_every_entry_of_a_statement() -> None:
    assert lines(PARSED) == EXPECTED
    assert {draft.account for draft in PARSED.drafts} == {"U0000003"}


def test_every_mistake_names_the_column_of_this_file() -> None:
    assert mistakes(PARSED) == [
        (26, "Asset Category", "asset_unsupported"),
        (33, "Settle Date", "date_invalid"),
        (45, "Amount", "number_invalid"),
        (52, "Description", "action_incomplete"),
    ]


def test_every_row_that_is_no_entry_has_its_reason() -> None:
    total = "A total or a note."
    details = "it sums up or details rows that are read."
    assert skips(PARSED) == {
        14: "A sum over all currencies.",
        **dict.fromkeys((18, 27, 28, 35, 40), total),
        21: f"TRADE: {details}",
        23: f"CLOSEDLOT: {details}",
        42: "Withheld from the dividend in row 37; it is kept there.",
    }


def test_balances_stand_at_the_end_of_the_period() -> None:
    told = {(s.kind, str(s.amount), s.currency, s.symbol) for s in PARSED.stated}
    assert told == {
        ("quantity", "1020", "USD", "ACME"),
        ("cash", "1023.45", "USD", ""),
        ("nav", "2000.5", "EUR", ""),
    }
    assert {s.asof_date.isoformat() for s in PARSED.stated} == {"2013-02-28"}


def test_money_in_a_section_that_is_not_read_is_told_of() -> None:
    assert any("Stock Grant Activity" in note for note in PARSED.notes)


HEAD = "Statement,Header,Field Name,Field Value\nStatement,Data,Title,Activity Statement\n"


def test_executions_count_where_no_order_sums_them_up() -> None:
    text = (
        f"{HEAD}Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,"
        "T. Price,Proceeds,Comm/Fee,Code\n"
        'Trades,Data,Trade,Stocks,USD,ACME,"2013-02-04, 10:15:30",4,10,-40,-1,O\n'
    )
    assert len(read(FORMAT, text).drafts) == 1


def test_a_line_cut_short_or_without_its_header_is_a_mistake() -> None:
    text = f"{HEAD}Fees,Header,Subtitle,Currency,Date,Description,Amount\nFees,Data,Other,EUR\n"
    assert mistakes(read(FORMAT, text)) == [(4, None, "file_malformed")]
    assert mistakes(read(FORMAT, f"{HEAD}Fees,Data,Other,EUR\n")) == [(3, None, "file_malformed")]
    assert mistakes(read(FORMAT, f"{HEAD}Fees,Dat\n")) == [(3, None, "file_malformed")]


def test_a_reverse_split_and_a_cash_merger_are_known_by_their_sentence() -> None:
    head = f"{HEAD}Corporate Actions,Header,Currency,Report Date,Description,Quantity,Proceeds\n"
    row = 'Corporate Actions,Data,USD,2013-02-22,"{}",{},{}\n'
    text = row.format("A(US0001112223) Split 1 for 10 (A, A CORP, US0001112224)", 10, 0)
    text += row.format(
        "B(US0001112225) Merged(Acquisition) for USD 5.00 per Share (B, B CORP, US0001112225)",
        -4,
        20,
    )
    parsed = read(FORMAT, head + text)
    assert [(d.entry_type, d.symbol, d.gross_amount) for d in parsed.drafts] == [
        ("REVERSE_SPLIT", "A", None),
        ("MERGER", "B", 20),
    ]


def test_a_consolidated_statement_names_the_account_in_each_line() -> None:
    head = f"{HEAD}Deposits & Withdrawals,Header,Currency,Account,Settle Date,Description,Amount\n"
    rows = "".join(f"Deposits & Withdrawals,Data,EUR,U{n},2013-02-0{n},In,5\n" for n in (1, 2))
    parsed = read(FORMAT, f"{head}{rows}Deposits & Withdrawals,Data,Total,,,,10\n")
    assert [draft.account for draft in parsed.drafts] == ["U1", "U2"]
