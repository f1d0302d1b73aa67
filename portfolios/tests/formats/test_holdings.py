"""Holdings without a history: opening balances of a day, and what must be said about them."""

import pytest

from portfolios.formats.contract import Parsed, Shape, Source
from portfolios.formats.holdings import FORMAT
from portfolios.tests.formats.sample_files import options, sample, survives, told, wrong

DAY = {"entry_type": "OPENING_BALANCE", "transaction_date": "2025-05-31"}


def read(text: str, **said: str) -> Parsed:
    return FORMAT.parse(Source(text.encode()), options(**said))


def test_a_table_becomes_opening_balances() -> None:
    parsed = FORMAT.parse(sample("holdings.csv"), options())
    assert not parsed.faults
    assert [told(draft) for draft in parsed.drafts] == [
        DAY
        | {
            "symbol": "ACME",
            "isin": "US0000000002",
            "security_name": "Acme Inc",
            "currency": "USD",
            "quantity": "10.5",
            "cost_basis": "210",  # 10.5 × 20.00
        },
        DAY
        | {
            "symbol": "BON",
            "isin": "FR0000000004",
            "security_name": "Bon SA",
            "currency": "EUR",
            "quantity": "1000",  # no cost is stated, so it is unknown, not zero
        },
        DAY | {"currency": "EUR", "gross_amount": "250.75"},
    ]
    assert [(row.row, row.value) for row in parsed.skipped] == [(6, "Total")]


def test_the_shape_and_its_note_say_that_flows_are_missing() -> None:
    assert FORMAT.shape is Shape.HOLDINGS
    note = FORMAT.parse(sample("holdings.csv"), options()).notes[0]
    assert "withheld" in note and "2025-05-31" in note


def test_the_positions_of_a_statement() -> None:
    """20 is near the price of 30, so it is per share; 2,000 is near the worth of 3,000, so it is
    a total; 40 of two shares at 30 could be either, and is left out."""
    parsed = FORMAT.parse(sample("holdings.ofx"), options(base_currency="USD"))
    assert not parsed.faults
    common = DAY | {"account": "H-1", "currency": "USD"}
    assert [told(draft) for draft in parsed.drafts] == [
        common | {"symbol": "ACME", "quantity": "100", "cost_basis": "2000"},
        common | {"symbol": "BON", "quantity": "100", "cost_basis": "2000"},
        common | {"symbol": "TWO", "quantity": "2"},
        common | {"gross_amount": "-12.5", "narration": "Cash"},
    ]


def test_a_file_without_a_day_is_taken_over_today() -> None:
    parsed = read("Symbol,Quantity,Cost basis,Currency\nACME,10,200.00,USD\n")
    assert str(parsed.drafts[0].transaction_date) == "2025-06-30"
    assert any("no day" in note for note in parsed.notes)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("ACME,ten,200,USD", "quantity", "number_invalid"),
        ("ACME,-10,200,USD", "quantity", "negative_not_allowed"),
        ("ACME,,200,USD", "quantity", "value_missing"),
        ("ACME,10,-200,USD", "cost", "negative_not_allowed"),
        ("ACME,10,200,ZZZ", "currency", "currency_unknown"),
        ("ACME,10,200,", "currency", "value_missing"),
    ],
)
def test_a_broken_row_is_named(row: str, column: str, reason: str) -> None:
    assert wrong(read(f"Symbol,Quantity,Cost basis,Currency\n{row}\n")) == [(2, column, reason)]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("CASH,,1,1500.25,,,USD", "cost"),
        ("CASH,,1,,1500.25,,USD", "unit_cost"),
        ("CASH,,1,,,1500.25,USD", "value"),
        ("CASH,,15,900,,,USD", "cost"),  # perhaps shares of the bank whose ticker it is
    ],
)
def test_cash_that_is_not_what_it_costs_is_a_mistake(row: str, column: str) -> None:
    head = "Symbol,Name,Quantity,Cost basis,Average cost,Market value,Currency"
    assert wrong(read(f"{head}\n{row}\n")) == [(2, column, "amount_mismatch")]


def test_cash_may_be_named_without_a_symbol_and_shares_called_cash_by_isin() -> None:
    parsed = read(
        "Symbol,ISIN,Name,Quantity,Cost basis,Currency\n"
        ",,Cash,1500.25,,USD\n"
        "CASH,,,20,20,EUR\n"
        "CASH,US59100U1088,Pathward,15,900,USD\n"
        ",,Cash & sweep,3,,USD\n"
    )
    said = [(str(d.gross_amount), str(d.quantity), d.symbol) for d in parsed.drafts]
    assert said == [("1500.25", "None", ""), ("20", "None", ""), ("None", "15", "CASH")]
    assert [skipped.row for skipped in parsed.skipped] == [5]
    assert "by hand" in parsed.skipped[0].reason


def test_the_currency_may_come_from_the_reader() -> None:
    parsed = read("Symbol,Quantity,Cost basis\nACME,10,200\n", currency="USD")
    assert parsed.drafts[0].currency == "USD"


def test_a_date_that_can_be_read_in_two_ways_is_asked_for() -> None:
    parsed = read("As of,Symbol,Quantity,Cost,Currency\n03/04/2025,ACME,10,200,USD\n")
    assert [question.about for question in parsed.questions] == ["date_style"]


def test_damaged_holdings_never_break_the_reader() -> None:
    survives(FORMAT, sample("holdings.csv").content, seeds=100)
    survives(FORMAT, sample("holdings.ofx").content, seeds=50)
