"""The documented CSV format: what it reads, and every mistake with its place and remedy."""

from datetime import date
from decimal import Decimal

import pytest

from market.formats.csv_records import Limits
from market.formats.faults import Fault
from portfolios.formats.contract import Parsed
from portfolios.formats.dawsos_csv import parse

TODAY = date(2013, 2, 28)
HEADER = "date,type,symbol,quantity,price,gross_amount,fees,currency\n"
BUY = "2013-02-04,BUY,ACME,20,10,,1.00,USD\n"


def read(text: str | bytes, limits: Limits | None = None) -> Parsed:
    content = text if isinstance(text, bytes) else text.encode()
    return parse(content, base_currency="CAD", today=TODAY, limits=limits)


def only(parsed: Parsed) -> Fault:
    (fault,) = parsed.faults
    return fault


def with_field(column: str, value: str, **others: str) -> Parsed:
    """A purchase in which one field says something else."""
    fields = {
        "date": "2013-02-04",
        "type": "BUY",
        "symbol": "ACME",
        "quantity": "20",
        "price": "10",
        "currency": "USD",
    } | others
    fields[column] = value
    quoted = (f'"{text}"' for text in fields.values())
    return read(f"{','.join(fields)}\n{','.join(quoted)}\n")


def test_a_purchase_is_read_and_completed() -> None:
    (draft,) = read(HEADER + BUY).drafts
    assert (draft.row, draft.entry_type, draft.transaction_date) == (2, "BUY", date(2013, 2, 4))
    assert draft.gross_amount == 200  # 20 × 10
    assert draft.net_amount == -201  # 200 + 1 leave


def test_a_byte_order_mark_crlf_and_blank_lines_are_fine() -> None:
    text = "\ufeff" + (HEADER + "\n" + BUY).replace("\n", "\r\n")
    parsed = read(text)
    assert not parsed.faults
    assert parsed.drafts[0].row == 3  # rows count as in a spreadsheet


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("NaN", "number_invalid"),
        ("Infinity", "number_invalid"),
        ("1E+1000000", "number_invalid"),
        ("1_000", "number_invalid"),
        ("１２３", "number_invalid"),
        ("9" * 5000, "number_invalid"),
        ("+5", "number_invalid"),
        ("", "value_missing"),
        ("1.234,56", "ambiguous"),
        ("1,234.56", "ambiguous"),
        ("-5", "negative_not_allowed"),
        ("0", "zero_not_allowed"),
        ("1.12345678901", "too_many_decimals"),
    ],
)
def test_a_quantity_that_is_none(value: str, reason: str) -> None:
    fault = only(with_field("quantity", value))
    assert (fault.row, fault.column, fault.reason) == (2, "quantity", reason)
    assert fault.message and fault.remedy
    assert len(fault.as_dict()["value"] or "") <= 100


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2013-02-30", "date_invalid"),
        ("0001-01-01", "date_invalid"),
        ("9999-12-31", "date_invalid"),
        ("2013-03-01", "date_invalid"),  # tomorrow
        ("20130204", "date_invalid"),
        ("03/04/2013", "ambiguous"),
        ("", "value_missing"),
    ],
)
def test_a_day_that_is_none(value: str, reason: str) -> None:
    assert only(with_field("date", value)).reason == reason


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("currency", "ZZZ", "currency_unknown"),
        ("currency", "usd", "currency_unknown"),
        ("type", "SWAP", "type_unknown"),
        ("to_amount", "5", "value_unexpected"),
        ("settlement_date", "2013-02-01", "date_order"),
        ("settlement_date", "2013-04-15", "date_invalid"),
        ("gross_amount", "199.98", "amount_mismatch"),
        ("net_amount", "205.00", "amount_mismatch"),
        ("narration", "x" * 501, "text_too_long"),
        ("fees", "0.00000000001", "too_many_decimals"),
    ],
)
def test_a_field_that_does_not_fit(column: str, value: str, reason: str) -> None:
    assert only(with_field(column, value)).reason == reason


def test_a_cent_of_rounding_is_no_mismatch() -> None:
    assert not with_field("gross_amount", "200.01").faults


def test_all_mistakes_are_told_together() -> None:
    rows = "2013-02-30,BUY,ACME,x,10,,,USD\n2013-02-04,NONSENSE,,,,,,\n"
    parsed = read(HEADER + BUY + rows)
    assert [(f.row, f.column, f.reason) for f in parsed.faults] == [
        (3, "date", "date_invalid"),
        (3, "quantity", "number_invalid"),
        (4, "type", "type_unknown"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n\n",
        HEADER.encode(),
        HEADER.encode() + b"2013-02-04,BUY\n",
        HEADER.encode() + BUY.encode().replace(b"ACME", b"AC\0ME"),
        (HEADER + BUY).encode("utf-16"),
        (HEADER + BUY).encode("utf-16-le"),
        HEADER.encode() + BUY.encode().replace(b"ACME", b"\xed\xa0\x80"),
        HEADER.encode() + b'2013-02-04,"BUY,ACME\n',
        b"\xff\xfe\xfd",
    ],
)
def test_a_file_that_is_no_csv(content: bytes) -> None:
    parsed = read(content)
    assert parsed.faults and {fault.reason for fault in parsed.faults} == {"file_malformed"}


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("date,type,date", "column_duplicate"),
        ("date,type,colour", "column_unknown"),
        ("date,symbol", "column_missing"),
    ],
)
def test_a_header_that_is_none(header: str, reason: str) -> None:
    assert only(read(f"{header}\nx,y,z\n")).reason == reason


def test_a_header_of_thousands_is_one_mistake() -> None:
    assert only(read(",".join(f"c{n}" for n in range(10_000)))).reason == "file_malformed"


def test_what_is_too_large_is_refused_before_it_is_read() -> None:
    huge = b"x" * (10 * 1024 * 1024 + 1)
    cell = HEADER + BUY.replace("ACME", '"' + "A" * (1024 * 1024 + 1) + '"')
    many = HEADER + BUY * 50_001
    blank = HEADER + "\n" * 200_000
    for content in (huge, cell.encode(), many.encode(), blank.encode()):
        assert only(read(content)).reason == "file_too_large"
    assert not read(HEADER + BUY * 3, Limits(max_rows=None)).faults


def test_a_conversion_obeys_its_recorded_rate() -> None:
    """50,000 CAD for 50,000 USD is a rate of 1 CAD for 1 USD; 1.01 is 100 basis points away."""
    head = "date,type,gross_amount,currency,fx_rate,to_amount,to_currency\n"
    row = "2013-02-04,FX_CONVERSION,50000.00,CAD,{},50000.00,USD\n"
    (draft,) = read(head + row.format("1.0001")).drafts  # one basis point
    assert draft.net_amount == -50000
    assert only(read(head + row.format("1.01"))).reason == "rate_mismatch"


def test_a_formula_is_text() -> None:
    (draft,) = with_field("narration", "=1+1").drafts
    assert draft.narration == "=1+1"


def test_yen_have_no_decimals() -> None:
    (draft,) = with_field("price", "10.5", currency="JPY", quantity="3").drafts
    assert draft.gross_amount == Decimal(32)  # 31.5, half-up
