"""Bytes to text to rows: encodings, delimiters, headers, limits."""

import pytest

from market.formats.csv_records import Limits
from market.formats.faults import Fault
from portfolios.formats.contract import Source
from portfolios.formats.reading.encodings import Decoded, decode, opening
from portfolios.formats.reading.tables import (
    Record,
    Table,
    delimiter_of,
    find_header,
    name_rows,
    peek,
    read_table,
)

TEXT = "date;name\n2013-02-04;Zürich\n"


def table(content: str | bytes, limits: Limits | None = None) -> Table:
    found = read_table(Source(content if isinstance(content, bytes) else content.encode()), limits)
    assert isinstance(found, Table), found
    return found


def refusal(content: bytes, limits: Limits | None = None) -> Fault:
    found = read_table(Source(content), limits)
    assert isinstance(found, Fault)
    assert found.message and found.remedy
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_every_encoding_gives_the_same_text(encoding: str) -> None:
    decoded = decode(TEXT.encode(encoding))
    assert isinstance(decoded, Decoded)
    assert decoded.text == TEXT
    assert bool(decoded.notes) == (encoding == "cp1252")  # only the guessless one is told of
    assert opening(TEXT.encode(encoding)).startswith("date;name")


def test_a_byte_that_windows_does_not_have_is_read_as_latin_1() -> None:
    decoded = decode(b"\x81\xe9")
    assert isinstance(decoded, Decoded)
    assert (decoded.text, decoded.encoding) == ("\x81é", "latin-1")


@pytest.mark.parametrize(
    "content", [b"a,b\n\0,1", b"\xff\xfe\x00\xd8", b"\xef\xbb\xbf\xff", b"\xff\xfe\x00\x00\xff"]
)
def test_nul_and_broken_wide_text_are_refused(content: bytes) -> None:
    assert refusal(content).reason == "file_malformed"


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_divides_the_rows_alike(sign: str) -> None:
    rows = [["date", "name", "amount"], ["2013-02-04", "Acme, the old one", "1"]] * 3
    assert delimiter_of("\n".join(sign.join(f'"{f}"' for f in row) for row in rows)) == sign


def test_decimal_commas_do_not_make_a_comma_the_delimiter() -> None:
    assert table("date;amount;fee\n04.02.2013;1,50;0,10\n05.02.2013;2,50;0,20\n").delimiter == ";"


def test_a_first_line_may_announce_the_delimiter() -> None:
    found = table("sep=|\na|b\n1|2\n")
    assert found.delimiter == "|"
    assert [record.row for record in found.records] == [2, 3]  # as a spreadsheet counts


def test_rows_count_as_a_spreadsheet_does() -> None:
    found = table('Account 7\n\n"a","b"\n"1","two\nlines"\n"3","4"\n')
    assert [(record.row, record.first) for record in found.records] == [
        (1, "Account 7"),
        (3, "a"),
        (4, "1"),
        (5, "3"),
    ]


def test_a_header_is_found_below_a_title_and_named_whatever_its_case() -> None:
    records = table("Title\n\nDATE,Amount ,x\n1,2,3\nTotal\n").records
    index = find_header(records, "date", "amount")
    assert index == 1
    rows, faults, footers = name_rows(
        records[1], records[2:], is_footer=lambda record: record.first == "Total"
    )
    assert [(row.number, row["Amount"]) for row in rows] == [(4, "2")]
    assert rows[0]["nothing"] == "" and rows[0].first_of("nothing", "x") == "3"
    assert not faults and [record.row for record in footers] == [5]


def test_a_row_that_ends_early_or_late_is_a_mistake() -> None:
    header = Record(1, ("a", "b"))
    body = [Record(2, ("1",)), Record(3, ("1", "2", "")), Record(4, ("1", "2", "3"))]
    rows, faults, _ = name_rows(header, body)
    assert [row.number for row in rows] == [3]  # an empty surplus field is a spreadsheet's habit
    assert [(fault.row, fault.reason) for fault in faults] == [
        (2, "file_malformed"),
        (4, "file_malformed"),
    ]


def test_a_column_named_twice_is_a_mistake() -> None:
    _, faults, _ = name_rows(Record(1, ("a", "a")), [])
    assert [(fault.column, fault.reason) for fault in faults] == [("a", "column_duplicate")]


def test_the_limits_of_a_file() -> None:
    assert refusal(b"a" * 11, Limits(max_bytes=10)).reason == "file_too_large"
    assert refusal(b"a,b\n" * 4, Limits(max_rows=2)).reason == "file_too_large"
    assert refusal(b'"' + b"a" * (1024 * 1024 + 1) + b'",b\n').reason == "file_too_large"
    assert refusal(b"").reason == "file_malformed"
    assert refusal(b'a,b\n"1,2\n').row == 2  # where the quote opens


def test_peeking_leaves_out_a_row_cut_in_half() -> None:
    content = ("a,b\n" + "1,22222222\n" * 5000).encode()
    assert {record.fields for record in peek(Source(content))[1:]} == {("1", "22222222")}
