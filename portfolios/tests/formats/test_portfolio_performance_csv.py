"""Portfolio Performance's CSV exports, German portfolios and English accounts."""

import pytest

from portfolios.formats.contract import Parsed, Source
from portfolios.formats.portfolio_performance_csv import FORMAT
from portfolios.tests.formats.sample_files import options, sample, survives, told, wrong

DE, EN = "portfolio_performance_csv-de.csv", "portfolio_performance_csv-en.csv"
ACME = {"symbol": "ACME", "isin": "US0000000002", "security_name": "Acme Inc", "currency": "EUR"}
BON = {"symbol": "BON", "isin": "FR0000000004", "security_name": "Bon SA", "currency": "EUR"}


def with_change(old: str, new: str) -> Parsed:
    content = sample(DE).content
    assert old.encode() in content
    return FORMAT.parse(Source(content.replace(old.encode(), new.encode(), 1)), options())


def test_the_transactions_of_german_portfolios() -> None:
    parsed = FORMAT.parse(sample(DE), options())
    assert not parsed.faults
    assert [told(draft) for draft in parsed.drafts] == [
        ACME
        | {
            "entry_type": "BUY",
            "transaction_date": "2025-01-03",
            "quantity": "100",
            "gross_amount": "2000",  # 2.005,00 less 4,95 and 0,05
            "security_currency": "USD",
            "gross_amount_security": "2500",
            "settlement_fx_rate": "0.8",
            "fees": "4.95",
            "taxes": "0.05",
            "net_amount": "-2005",
            "narration": "erste",
        },
        BON
        | {
            "entry_type": "SELL",
            "transaction_date": "2025-02-03",
            "quantity": "5",
            "gross_amount": "50",
            "fees": "1",
            "net_amount": "49",
        },
        BON
        | {
            "entry_type": "DELIVERY_IN",
            "transaction_date": "2025-02-04",
            "quantity": "10",
            "net_amount": "90",
        },
    ]
    assert [row.row for row in parsed.skipped] == [5, 6]  # both sides of one transfer


def test_the_transactions_of_english_accounts() -> None:
    """The purchase is in the portfolios' export; half a transfer crosses the file's border."""
    parsed = FORMAT.parse(sample(EN), options())
    assert not parsed.faults
    assert [(d.entry_type, int((d.net_amount or 0) * 100)) for d in parsed.drafts] == [
        ("DEPOSIT", 500_000),
        ("DIVIDEND", 2_040),
        ("WITHDRAWAL", -10_000),
        ("INTEREST_CHARGE", -150),
    ]
    assert parsed.drafts[1].gross_amount == 24  # 20.40 after 3.60 were withheld
    assert [row.row for row in parsed.skipped] == [3]
    assert any("both" in note for note in parsed.notes)


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "reason"),
    [
        ("Kauf;-2.005,00", "Kauf;viel", 2, "value", "number_invalid"),
        ("Kauf;-2.005,00", "Kauf;", 2, "value", "zero_not_allowed"),
        ("Kauf;-2.005,00", "Kauf;-3,00", 2, "value", "amount_mismatch"),
        ("2025-01-03T", "2025-02-30T", 2, "date", "date_invalid"),
        (";Kauf;", ";Tausch;", 2, "type", "type_unknown"),
        ("0,05;100;", "0,05;;", 2, "shares", "value_missing"),
        ("US0000000002", "Acme", 2, "isin", "isin_invalid"),
        ("90,00;EUR", "90,00;ZZZ", 4, "currency", "currency_unknown"),
    ],
)
def test_a_broken_row_is_named(old: str, new: str, row: int, column: str, reason: str) -> None:
    assert (row, column, reason) in wrong(with_change(old, new))


def test_a_damaged_export_never_breaks_the_reader() -> None:
    survives(FORMAT, sample(DE).content, seeds=75)
    survives(FORMAT, sample(EN).content, seeds=75)
