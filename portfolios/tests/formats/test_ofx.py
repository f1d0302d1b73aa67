"""OFX and QFX statements: each kind of transaction, both syntaxes, and what is refused."""

import time

import pytest

from portfolios.formats.contract import Parsed, Source
from portfolios.formats.ofx import FORMAT
from portfolios.tests.formats.sample_files import options, sample, survives, told, wrong

ACME = {
    "symbol": "ACME",
    "isin": "US0000000002",
    "security_name": "Acme Inc",
    "account": "A-77",
    "currency": "USD",
}
CASH = {"account": "A-77", "currency": "USD"}
FUND = CASH | {"security_name": "Bob's Fund (CUSIP 999999999)"}
BOND = CASH | {"symbol": "T30", "security_name": "Treasury 2030"}


def read(name: str, base: str = "USD") -> Parsed:
    return FORMAT.parse(sample(name), options(base_currency=base))


def with_change(old: str, new: str) -> Parsed:
    content = sample("ofx.qfx").content
    assert old.encode() in content
    changed = content.replace(old.encode(), new.encode(), 1)
    return FORMAT.parse(Source(changed), options(base_currency="USD"))


def test_the_entries_of_a_messy_statement() -> None:
    parsed = read("ofx.qfx")
    assert not parsed.faults
    assert [told(draft) for draft in parsed.drafts] == [
        CASH
        | {
            "entry_type": "DEPOSIT",
            "transaction_date": "2025-01-02",
            "gross_amount": "5000",
            "net_amount": "5000",
            "narration": "Wire from Alice",
            "external_id": "t1",
        },
        ACME
        | {
            "entry_type": "BUY",
            "transaction_date": "2025-01-03",
            "settlement_date": "2025-01-06",
            "quantity": "100",
            "price": "20",
            "gross_amount": "2000",  # 2,005.00 that left, less 4.95 and 0.05
            "fees": "4.95",
            "taxes": "0.05",
            "net_amount": "-2005",
            "narration": "ACME & SONS",
            "external_id": "t2",
        },
        ACME
        | {
            "entry_type": "SELL",
            "transaction_date": "2025-02-03",
            "settlement_date": "2025-02-04",
            "quantity": "40",
            "price": "25",
            "gross_amount": "1000",  # 994.98 that came, with 5.00 and 0.02
            "fees": "5.02",
            "net_amount": "994.98",
            "external_id": "t3",
        },
        ACME
        | {
            "entry_type": "DIVIDEND",
            "transaction_date": "2025-03-03",
            "gross_amount": "30",
            "taxes": "4.5",
            "net_amount": "25.5",
            "external_id": "t4",
        },
        FUND
        | {
            "entry_type": "DRIP",
            "transaction_date": "2025-03-04",
            "quantity": "0.4",
            "price": "25",
            "gross_amount": "10",
            "external_id": "t5",
        },
        BOND
        | {
            "entry_type": "BUY",
            "transaction_date": "2025-03-05",
            "quantity": "1000",
            "gross_amount": "995",  # 99.50 per cent of 1,000: the price itself is no amount
            "fees": "1",
            "net_amount": "-996",
            "external_id": "t6",
        },
        BOND
        | {
            "entry_type": "INTEREST_CHARGE",
            "transaction_date": "2025-03-05",
            "gross_amount": "5",
            "net_amount": "-5",
            "narration": "Accrued interest",
            "external_id": "t6:accrued",
        },
        ACME
        | {
            "entry_type": "SPLIT",
            "transaction_date": "2025-04-01",
            "new_shares": "2",
            "old_shares": "1",
            "external_id": "t7",
        },
        FUND
        | {
            "entry_type": "TRANSFER_IN",
            "transaction_date": "2025-04-02",
            "quantity": "7",
            "carried_lots": [{"quantity": "7", "acquisition_date": "2019-09-09"}],
            "narration": "(average cost basis stated: 11.00)",
            "external_id": "t8",
        },
        ACME
        | {
            "entry_type": "FEE",
            "transaction_date": "2025-04-03",
            "gross_amount": "0.6",
            "net_amount": "-0.6",
            "narration": "ADR fee",
            "external_id": "t9",
        },
        {
            "entry_type": "BUY",
            "transaction_date": "2025-04-04",
            "account": "A-77",
            "symbol": "BRIT",
            "isin": "GB0000000009",
            "security_name": "Brit plc",
            "currency": "GBP",
            "fx_rate": "1.25",
            "quantity": "10",
            "price": "3",
            "gross_amount": "30",
            "fees": "1",
            "net_amount": "-31",
            "external_id": "t10",
        },
        CASH
        | {
            "entry_type": "INTEREST_CHARGE",
            "transaction_date": "2025-04-05",
            "gross_amount": "1.1",
            "net_amount": "-1.1",
            "external_id": "t11",
        },
        CASH
        | {
            "entry_type": "FEE",
            "transaction_date": "2025-04-06",
            "gross_amount": "2",
            "net_amount": "-2",
            "narration": "Paper statement",
            "external_id": "t12",
        },
    ]


def test_rows_that_move_nothing_are_left_out_and_said() -> None:
    assert [(row.row, row.reason) for row in read("ofx.qfx").skipped] == [
        (13, "Moved within the account."),
        (14, "Taken back by row 15."),
        (15, "Takes back row 14."),
    ]


def test_positions_and_cash_become_statements() -> None:
    """5000 − 2005 + 994.98 + 25.50 − 996 − 5 − 0.60 − 1.10 − 2 = 3010.78; the pounds are apart."""
    parsed = read("ofx.qfx")
    assert [(s.kind, s.symbol, str(s.amount), str(s.asof_date)) for s in parsed.stated] == [
        ("quantity", "ACME", "120", "2025-05-31"),  # (100 − 40) × 2
        ("quantity", "", "7.4", "2025-05-31"),  # 0.4 reinvested, 7 transferred
        ("cash", "", "3010.78", "2025-05-31"),
    ]
    assert (
        sum(d.net_amount or 0 for d in parsed.drafts if d.currency == "USD")
        == parsed.stated[2].amount
    )


def test_a_recorded_rate_counts_only_in_the_currency_of_the_portfolio() -> None:
    british = [draft for draft in read("ofx.qfx", base="EUR").drafts if draft.currency == "GBP"]
    assert [draft.fx_rate for draft in british] == [None]  # 1.25 is dollars for a pound


def test_an_original_currency_gives_the_actual_rate() -> None:
    """90.00 EUR at 0.9 EUR for 1 USD are 100.00 USD."""
    buy, short = read("ofx.ofx", base="EUR").drafts
    assert told(buy) == {
        "entry_type": "BUY",
        "transaction_date": "2025-01-10",
        "account": "X-1",
        "symbol": "ACME",
        "currency": "EUR",
        "quantity": "4",
        "gross_amount": "90",
        "net_amount": "-90",
        "security_currency": "USD",
        "gross_amount_security": "100",
        "settlement_fx_rate": "0.9",
        "external_id": "x1",
    }
    assert short.entry_type == "SHORT_SALE"


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "reason"),
    [
        ("<UNITS>100", "<UNITS>many", 2, "UNITS", "number_invalid"),
        ("<UNITS>100", "<UNITS>-100", 2, "UNITS", "negative_not_allowed"),
        ("<TOTAL>-2005.00", "<TOTAL>1995.00", 2, "TOTAL", "amount_mismatch"),
        ("<TOTAL>994.98", "<TOTAL>-1005.02", 3, "TOTAL", "negative_not_allowed"),
        ("<UNITS>0.4", "<UNITS>-0.4", 5, "UNITS", "negative_not_allowed"),
        ("<UNITS>100", "<UNITS>0", 2, "UNITS", "zero_not_allowed"),
        ("<TOTAL>-2005.00", "<TOTAL>-2105.00", 2, "gross_amount", "amount_mismatch"),
        ("<TOTAL>-2005.00", "<TOTAL>-1E+1000000", 2, "TOTAL", "number_invalid"),
        ("<DTTRADE>20250203", "<DTTRADE>20250230", 3, "DTTRADE", "date_invalid"),
        ("<DTTRADE>20250203", "<DTTRADE>20260203", 3, "DTTRADE", "date_invalid"),
        ("<DTTRADE>20250203", "<DTTRADE>3 February", 3, "DTTRADE", "date_invalid"),
        ("<TOTAL>30.00", "<TOTAL>-30.00", 4, "TOTAL", "negative_not_allowed"),
        ("<CURSYM>GBP", "<CURSYM>ZZZ", 10, "CURSYM", "currency_unknown"),
        ("<CURRATE>1.25", "<CURRATE>0", 10, "CURRATE", "number_invalid"),
        ("<REVERSALFITID>t14", "<REVERSALFITID>t99", 15, "REVERSALFITID", "reversal_astray"),
        ("<FITID>t3", "<FITID>", 3, "FITID", "value_missing"),
        ("<TFERACTION>IN", "<TFERACTION>UP", 8, "TFERACTION", "type_unknown"),
        ("<NUMERATOR>2", "<NUMERATOR>0", 7, "NUMERATOR", "zero_not_allowed"),
    ],
)
def test_a_broken_row_is_named(old: str, new: str, row: int, column: str, reason: str) -> None:
    assert wrong(with_change(old, new)) == [(row, column, reason)]


def test_what_cannot_be_imported_is_refused_by_name() -> None:
    """An exercised option moves what the statement does not say."""
    exercised = sample("ofx.qfx").content.replace(b"JRNLFUND>", b"CLOSUREOPT>")
    parsed = FORMAT.parse(Source(exercised), options(base_currency="USD"))
    assert wrong(parsed) == [(13, "CLOSUREOPT", "type_unknown")]


def test_a_margin_balance_is_not_compared() -> None:
    parsed = with_change("<MARGINBALANCE>0", "<MARGINBALANCE>-50.00")
    assert [said.kind for said in parsed.stated] == ["quantity", "quantity"]
    assert any("margin" in note for note in parsed.notes)


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
XXE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declared", [BOMB, XXE, b"<!doctype ofx>"])
def test_entities_are_refused_before_the_parser(declared: bytes) -> None:
    content = sample("ofx.ofx").content.replace(b"<OFX>", declared + b"<OFX>", 1)
    assert wrong(FORMAT.parse(Source(content), options())) == [(None, None, "xml_refused")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"OFXHEADER:100\n",
        b"<OFX></OFX>",
        sample("ofx.ofx").content.replace(b"X-1", b"X\0"),
        sample("ofx.ofx").content.replace(b"INVSTMTRS", b"STMTRS"),
        sample("ofx.ofx").content.replace(b"<OFX>", b"<OFX>" + b"<SECID>" * 200_000, 1),
        sample("ofx.ofx").content.replace(b"?>", b" " * 1_000_000 + b"?>", 1),
        b"<?xml" + b" " * 1_000_000 + b"<OFX>",
        sample("ofx.ofx").content.replace(b"X-1", b"<![CDATA[" * 100_000, 1),
        b"OFXHEADER:100" + b" " * 1_000_000 + b"<OFX>",
        sample("ofx.qfx").content.replace(b"CHARSET:1252", b"CHARSET:9999"),
    ],
)
def test_a_file_that_is_refused(content: bytes) -> None:
    started = time.perf_counter()
    parsed = FORMAT.parse(Source(content), options())
    assert {fault.reason for fault in parsed.faults} == {"file_malformed"}
    assert time.perf_counter() - started < 2


def test_marked_text_is_text() -> None:
    parsed = with_change("<MEMO>ACME &amp; SONS", "<MEMO><![CDATA[ACME <& SONS>]]>")
    assert parsed.drafts[1].narration == "ACME <& SONS>"


def test_a_damaged_statement_never_breaks_the_reader() -> None:
    survives(FORMAT, sample("ofx.qfx").content, seeds=75)
    survives(FORMAT, sample("ofx.ofx").content, seeds=75)
