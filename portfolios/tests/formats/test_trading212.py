"""Trading 212's export: pence, fees inside totals, dividends after withholding."""

import pytest

from portfolios.formats.contract import Parsed, Source
from portfolios.formats.trading212 import FORMAT
from portfolios.tests.formats.sample_files import options, sample, survives, told, wrong

ACME = {"isin": "US0000000002", "symbol": "ACME", "security_name": "Acme, Inc", "currency": "EUR"}
BRIT = {"isin": "GB0000000009", "symbol": "BRIT", "security_name": "Brit plc"}
ABROAD = {"security_currency": "USD", "settlement_fx_rate": "0.8"}  # 1 ÷ 1.25


def with_change(old: str, new: str) -> Parsed:
    content = sample("trading212.csv").content
    assert old.encode() in content
    return FORMAT.parse(Source(content.replace(old.encode(), new.encode(), 1)), options())


def test_the_entries_of_a_messy_export() -> None:
    parsed = FORMAT.parse(sample("trading212.csv"), options())
    assert not parsed.faults
    assert [told(draft) for draft in parsed.drafts] == [
        {
            "entry_type": "DEPOSIT",
            "transaction_date": "2025-01-02",
            "currency": "EUR",
            "gross_amount": "1000",
            "net_amount": "1000",
            "narration": "Deposit: Bank transfer",
            "external_id": "D1",
        },
        ACME
        | ABROAD
        | {
            "entry_type": "BUY",
            "transaction_date": "2025-01-03",
            "quantity": "10",
            "price": "20",
            "gross_amount_security": "200",
            "gross_amount": "160",  # 160.24 that left, less 0.24; 200 USD ÷ 1.25
            "fees": "0.24",
            "net_amount": "-160.24",
            "narration": "Market buy",
            "external_id": "EOF1",
        },
        BRIT
        | {
            "entry_type": "BUY",
            "transaction_date": "2025-01-06",
            "currency": "EUR",
            "quantity": "100",
            "price": "2",  # 200 pence
            "security_currency": "GBP",
            "gross_amount_security": "200",
            "settlement_fx_rate": "1.25",  # 80 pence for a euro
            "gross_amount": "250",
            "fees": "0.4",
            "taxes": "1.25",
            "net_amount": "-251.65",
            "narration": "Limit buy",
            "external_id": "EOF2",
        },
        ACME
        | ABROAD
        | {
            "entry_type": "SELL",
            "transaction_date": "2025-02-03",
            "quantity": "4",
            "price": "25",
            "gross_amount_security": "100",
            "gross_amount": "80",
            "fees": "0.12",
            "net_amount": "79.88",
            "narration": "Limit sell",
            "external_id": "EOF3",
        },
        ACME
        | ABROAD
        | {
            "entry_type": "DIVIDEND",
            "transaction_date": "2025-03-03",
            "quantity": "6",
            "gross_amount_security": "3.5",  # 6 × 0.50 after withholding, and 0.50 withheld
            "gross_amount": "2.8",  # 3.00 USD were 2.40 EUR, so 0.50 USD were 0.40
            "taxes": "0.4",
            "net_amount": "2.4",
            "narration": "Dividend (Ordinary)",
            "estimated_reason": "withholding_rate_implied",
        },
        {
            "entry_type": "DIVIDEND",
            "transaction_date": "2025-03-04",
            "isin": "FR0000000004",
            "symbol": "BON",
            "security_name": "Bon SA",
            "currency": "EUR",
            "quantity": "10",
            "gross_amount": "20",
            "taxes": "5",
            "net_amount": "15",
            "narration": "Dividend (Ordinary)",
        },
        {
            "entry_type": "INTEREST",
            "transaction_date": "2025-03-31",
            "currency": "EUR",
            "gross_amount": "0.11",
            "net_amount": "0.11",
            "narration": "Interest on cash: Interest on cash",
            "external_id": "I1",
        },
        {
            "entry_type": "SPLIT",
            "transaction_date": "2025-04-01",
            "isin": "US0000000002",
            "symbol": "ACME",
            "security_name": "Acme, Inc",
            "new_shares": "12",
            "old_shares": "6",
            "narration": "Stock split",
        },
        {
            "entry_type": "WITHDRAWAL",
            "transaction_date": "2025-04-02",
            "currency": "EUR",
            "gross_amount": "12.5",
            "net_amount": "-12.5",
            "narration": "Card debit: Coffee",
            "external_id": "C1",
        },
        {
            "entry_type": "WITHDRAWAL",
            "transaction_date": "2025-04-03",
            "currency": "EUR",
            "gross_amount": "100",
            "net_amount": "-100",
            "narration": "Withdrawal",
            "external_id": "W1",
        },
    ]
    assert [(row.row, "split" in row.reason) for row in parsed.skipped] == [(9, True)]
    assert any("GBX" in note and "100" in note for note in parsed.notes)


def test_an_older_file_has_its_currency_in_the_names() -> None:
    """100 × 200 pence are 200.00 pounds; with a stamp duty of 1.00 it is the total."""
    parsed = FORMAT.parse(sample("trading212-old.csv"), options(base_currency="GBP"))
    assert not parsed.faults
    assert told(parsed.drafts[1]) == BRIT | {
        "entry_type": "BUY",
        "transaction_date": "2025-01-06",
        "currency": "GBP",
        "quantity": "100",
        "price": "2",
        "gross_amount": "200",
        "taxes": "1",
        "net_amount": "-201",
        "narration": "Market buy",
        "external_id": "EOF9",
    }


def test_what_is_withheld_from_returned_capital_counts() -> None:
    """15.00 arrived after 5.00 were withheld: 20.00 lower the cost, and 5.00 are a tax."""
    parsed = with_change(
        "Dividend (Ordinary),2025-03-04", "Dividend (Return of capital),2025-03-04"
    )
    (returned,) = [told(d) for d in parsed.drafts if d.entry_type == "RETURN_OF_CAPITAL"]
    amounts = returned["gross_amount"], returned["taxes"], returned["net_amount"]
    assert amounts == ("20", "5", "15")


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "reason"),
    [
        ("10.0000000000,20.00", "ten,20.00", 3, "No. of shares", "number_invalid"),
        ("10.0000000000,20.00", "0,20.00", 3, "No. of shares", "zero_not_allowed"),
        ("10.0000000000,20.00", "-10,20.00", 3, "No. of shares", "negative_not_allowed"),
        ("160.24,EUR", "260.24,EUR", 3, "gross_amount_security", "amount_mismatch"),
        ("160.24,EUR", ",EUR", 3, "Total", "value_missing"),
        ("160.24,EUR", "160.24,ZZZ", 3, "Currency (Total)", "currency_unknown"),
        ("0.24,EUR", "0.24,USD", 3, "Currency conversion fee", "currency_mismatch"),
        ("US0000000002,ACME", "Acme,ACME", 3, "ISIN", "isin_invalid"),
        ("2025-01-03 14", "2025-02-30 14", 3, "Time", "date_invalid"),
        ("2025-01-03 14", "03/01/2025 14", 3, "Time", "ambiguous"),
        ("Market buy", "Market hold", 3, "Action", "type_unknown"),
        ("Stock split open,", "Deposit,", 10, "Total", "value_missing"),
    ],
)
def test_a_broken_row_is_named(old: str, new: str, row: int, column: str, reason: str) -> None:
    assert (row, column, reason) in wrong(with_change(old, new))


def test_half_a_split_is_a_mistake() -> None:
    parsed = with_change("Stock split open,2025-04-01", "Stock split open,2025-04-02")
    assert wrong(parsed) == [(9, "Action", "split_incomplete"), (10, "Action", "split_incomplete")]


def test_a_damaged_export_never_breaks_the_reader() -> None:
    survives(FORMAT, sample("trading212.csv").content)
