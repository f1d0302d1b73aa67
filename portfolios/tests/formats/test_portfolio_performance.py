"""Portfolio Performance's XML: references of both kinds, crossings counted once."""

import pytest

from portfolios.formats.contract import Parsed, Source
from portfolios.formats.portfolio_performance import FORMAT
from portfolios.tests.formats.sample_files import options, sample, survives, told, wrong

PATH, BY_ID = "portfolio_performance-path.xml", "portfolio_performance-id.xml"
ACME = {"symbol": "ACME", "isin": "US0000000002", "security_name": "Acme Inc", "currency": "EUR"}
BON = {"symbol": "BON", "isin": "FR0000000004", "security_name": "Bon SA", "currency": "EUR"}
ABROAD = {"security_currency": "USD", "settlement_fx_rate": "0.8"}


def with_change(old: str, new: str, name: str = PATH) -> Parsed:
    content = sample(name).content
    assert old.encode() in content
    return FORMAT.parse(Source(content.replace(old.encode(), new.encode(), 1)), options())


def test_the_entries_of_a_file_with_paths() -> None:
    parsed = FORMAT.parse(sample(PATH), options())
    assert not parsed.faults
    assert [told(draft) for draft in parsed.drafts] == [
        {
            "entry_type": "DEPOSIT",
            "transaction_date": "2025-01-02",
            "account": "Cash EUR",
            "currency": "EUR",
            "gross_amount": "5000",
            "net_amount": "5000",
            "narration": "from Alice",
            "external_id": "t-1",
        },
        ACME
        | ABROAD
        | {
            "entry_type": "BUY",
            "transaction_date": "2025-01-03",
            "account": "Depot",
            "cash_account": "Cash EUR",
            "quantity": "100",
            "gross_amount": "2000",  # 2,005.00 less 4.95 and 0.05
            "gross_amount_security": "2500",
            "fees": "4.95",
            "taxes": "0.05",
            "net_amount": "-2005",
            "external_id": "t-2p",
        },
        BON
        | {
            "entry_type": "DELIVERY_IN",
            "transaction_date": "2025-02-01",
            "account": "Depot",
            "quantity": "10",
            "net_amount": "90",
            "external_id": "t-5p",
        },
        BON
        | {
            "entry_type": "SELL",
            "transaction_date": "2025-02-10",
            "account": "Depot",
            "cash_account": "Cash EUR",
            "quantity": "5",
            "gross_amount": "50",
            "fees": "1",
            "net_amount": "49",
            "external_id": "t-6p",
        },
        ACME
        | ABROAD
        | {
            "entry_type": "DIVIDEND",
            "transaction_date": "2025-03-03",
            "account": "Cash EUR",
            "quantity": "100",
            "gross_amount": "24",
            "gross_amount_security": "30",
            "taxes": "3.6",
            "net_amount": "20.4",
            "external_id": "t-3",
        },
        {
            "entry_type": "CASH_TRANSFER",
            "transaction_date": "2025-03-04",
            "account": "Cash EUR",
            "to_account": "Cash USD",
            "currency": "EUR",
            "gross_amount": "100",
            "net_amount": "-100",
            "to_amount": "125",
            "to_currency": "USD",
            "external_id": "t-4",
        },
        {
            "entry_type": "INTEREST_CHARGE",
            "transaction_date": "2025-03-05",
            "account": "Cash USD",
            "currency": "USD",
            "gross_amount": "1.5",
            "net_amount": "-1.5",
            "external_id": "t-7",
        },
    ]


def test_the_entries_of_a_file_with_ids() -> None:
    parsed = FORMAT.parse(sample(BY_ID), options())
    assert not parsed.faults
    acme = {"symbol": "ACME", "security_name": "Acme Inc", "currency": "EUR", "account": "Depot"}
    assert [told(draft) for draft in parsed.drafts] == [
        acme
        | {
            "entry_type": "BUY",
            "transaction_date": "2025-01-03",
            "cash_account": "Cash",
            "quantity": "4",
            "gross_amount": "100",
            "fees": "1",
            "net_amount": "-101",
            "external_id": "t-1p",
        },
        acme
        | {
            "entry_type": "TRANSFER",
            "transaction_date": "2025-02-03",
            "to_account": "Kids",
            "quantity": "2",
            "external_id": "t-2f",
        },
    ]
    assert any("split" in note for note in parsed.notes)


@pytest.mark.parametrize(
    ("old", "new", "column", "reason"),
    [
        ("<amount>500000<", "<amount>lots<", "amount", "number_invalid"),
        ("<amount>500000<", "<amount>-5<", "amount", "negative_not_allowed"),
        ("<shares>1000000000<", "<shares>0<", "shares", "zero_not_allowed"),
        ("<date>2025-01-02T", "<date>2025-02-30T", "date", "date_invalid"),
        ("<date>2025-01-02T", "<date>2035-01-02T", "date", "date_invalid"),
        (">EUR</currencyCode><amount>500000", ">ZZZ</currencyCode><amount>5", "currencyCode",
         "currency_unknown"),
        ("<type>DEPOSIT<", "<type>GIFT<", "type", "type_unknown"),
        ('amount="495"', 'amount="x"', "units", "number_invalid"),
        ('amount="495"', 'amount="999999"', "amount", "zero_not_allowed"),
        ("US0000000002", "Acme", "isin", "isin_invalid"),
        ('<portfolioTransaction reference="../portfolio/', '<portfolioTransaction reference="../x/',
         "crossEntry", "reference_astray"),
    ],
)  # fmt: skip
def test_a_broken_transaction_is_named(old: str, new: str, column: str, reason: str) -> None:
    parsed = with_change(old, new)
    assert (column, reason) in [(fault.column, fault.reason) for fault in parsed.faults]
    assert all(fault.row for fault in parsed.faults)


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ('<!DOCTYPE c [<!ENTITY e SYSTEM "file:///etc/passwd">]><client>', "xml_refused"),
        ('<!DOCTYPE c [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;&a;">]><client>', "xml_refused"),
        ("<client>" + "<a>" * 200_000, "xml_refused"),
        ("<client", "file_malformed"),
        ("<other>", "file_malformed"),
    ],
)
def test_a_file_that_is_refused(declared: str, reason: str) -> None:
    assert wrong(with_change("<client>", declared))[0][2] == reason


def test_references_in_a_circle_lead_nowhere() -> None:
    parsed = with_change('<security reference="3"/>', '<security id="30" reference="30"/>', BY_ID)
    assert not parsed.faults


def test_a_damaged_file_never_breaks_the_reader() -> None:
    survives(FORMAT, sample(PATH).content, seeds=75)
    survives(FORMAT, sample(BY_ID).content, seeds=75)
