"""Trade Republic's export: signed charges, gross amounts, shares that only change depositories."""

import pytest

from portfolios.formats.contract import Parsed, Source
from portfolios.formats.trade_republic import FORMAT
from portfolios.tests.formats.sample_files import options, sample, survives, told, wrong

FUND = {"isin": "IE0000000007", "security_name": "World ETF", "currency": "EUR"}
ACME = {"isin": "US0000000002", "security_name": "Acme", "currency": "EUR"}


def with_change(old: str, new: str) -> Parsed:
    content = sample("trade_republic.csv").content
    assert old.encode() in content
    return FORMAT.parse(Source(content.replace(old.encode(), new.encode(), 1)), options())


def test_the_entries_of_a_messy_export() -> None:
    parsed = FORMAT.parse(sample("trade_republic.csv"), options())
    assert not parsed.faults
    assert [told(draft) for draft in parsed.drafts] == [
        {
            "entry_type": "DEPOSIT",
            "transaction_date": "2025-01-02",
            "currency": "EUR",
            "gross_amount": "1000",
            "net_amount": "1000",
            "narration": "Incoming transfer",
            "external_id": "r-1",
        },
        FUND
        | {
            "entry_type": "BUY",
            "transaction_date": "2025-01-03",
            "quantity": "1.5",
            "price": "100",
            "gross_amount": "150",
            "fees": "1",
            "net_amount": "-151",
            "narration": "Buy trade",
            "external_id": "r-2",
        },
        FUND
        | {
            "entry_type": "SELL",
            "transaction_date": "2025-02-03",
            "quantity": "0.5",
            "price": "120",
            "gross_amount": "60",
            "fees": "1",
            "taxes": "2.5",
            "net_amount": "56.5",
            "narration": "Sell trade",
            "external_id": "r-3",
        },
        ACME
        | {
            "entry_type": "DIVIDEND",
            "transaction_date": "2025-03-03",
            "quantity": "10",
            "gross_amount": "9",
            "taxes": "1.35",
            "net_amount": "7.65",
            "security_currency": "USD",
            "gross_amount_security": "10",
            "settlement_fx_rate": "0.9",  # EUR for 1 USD
            "narration": "Cash dividend",
            "external_id": "r-4",
        },
        {
            "entry_type": "INTEREST",
            "transaction_date": "2025-03-31",
            "currency": "EUR",
            "gross_amount": "4",
            "taxes": "1",
            "net_amount": "3",
            "narration": "Interest",
            "external_id": "r-5",
        },
        {
            "entry_type": "WITHDRAWAL",
            "transaction_date": "2025-04-01",
            "currency": "EUR",
            "gross_amount": "4.5",
            "net_amount": "-4.5",
            "narration": "Coffee",
            "external_id": "r-6",
        },
        {
            "entry_type": "FEE",
            "transaction_date": "2025-04-01",
            "currency": "EUR",
            "gross_amount": "5",
            "net_amount": "-5",
            "narration": "Card",
            "external_id": "r-7:fee",
        },
        ACME
        | {
            "entry_type": "TRANSFER_IN",
            "transaction_date": "2025-04-03",
            "quantity": "2",
            "narration": "From another bank",
            "external_id": "r-10",
        },
        {
            "entry_type": "BUY",
            "transaction_date": "2025-04-04",
            "currency": "EUR",
            "symbol": "BTC",
            "security_name": "Bitcoin",
            "quantity": "0.001",
            "price": "80000",
            "gross_amount": "80",
            "fees": "1",
            "net_amount": "-81",
            "narration": "Buy",
            "external_id": "r-11",
        },
    ]
    assert [row.row for row in parsed.skipped] == [9, 10]


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "reason"),
    [
        ('"1.5000000000"', '"many"', 3, "shares", "number_invalid"),
        ('"1.5000000000"', '"-1.5"', 3, "shares", "negative_not_allowed"),
        ('"-150.00"', '"150.00"', 3, "amount", "amount_mismatch"),
        ('"60.00"', '"-60.00"', 4, "amount", "negative_not_allowed"),
        ('"1.5000000000"', '""', 3, "shares", "value_missing"),
        ('"-150.00"', '"-250.00"', 3, "gross_amount", "amount_mismatch"),
        ('"-150.00"', '"0"', 3, "amount", "zero_not_allowed"),
        ('"-1.00",""', '"1.00",""', 3, "fee", "negative_not_allowed"),
        ('"2025-01-03","DEFAULT"', '"2025-02-30","DEFAULT"', 3, "date", "date_invalid"),
        ('"EUR"', '"ZZZ"', 2, "currency", "currency_unknown"),
        ('"BUY"', '"SPIN_OFF"', 3, "type", "type_unknown"),
        ('"-1.0000000000"', '"-2.0000000000"', 9, "shares", "amount_mismatch"),
    ],
)
def test_a_broken_row_is_named(old: str, new: str, row: int, column: str, reason: str) -> None:
    assert (row, column, reason) in wrong(with_change(old, new))


def test_a_rate_that_does_not_fit_is_left_out_and_said() -> None:
    parsed = with_change('"10.00","USD","0.9"', '"10.00","USD","1.9"')
    assert not parsed.faults
    assert parsed.drafts[3].security_currency == ""
    assert any("rates" in note for note in parsed.notes)


def test_a_damaged_export_never_breaks_the_reader() -> None:
    survives(FORMAT, sample("trade_republic.csv").content)
