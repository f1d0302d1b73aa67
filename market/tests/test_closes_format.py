"""A file of closes: what is read, and every mistake with its row."""

from datetime import date
from decimal import Decimal

import pytest

from market.formats.closes import Close, closed_days, jumps, parse_closes
from market.formats.csv_records import Limits

TODAY = date(2013, 3, 1)
THU, FRI = date(2013, 2, 28), date(2013, 3, 1)


def reasons(content: str | bytes, **limits: int) -> list[tuple[int | None, str | None, str]]:
    raw = content.encode() if isinstance(content, str) else content
    parsed = parse_closes(raw, currency="CAD", today=TODAY, limits=Limits(**limits))
    assert all(fault.message and fault.remedy for fault in parsed.faults)
    return [(fault.row, fault.column, fault.reason) for fault in parsed.faults]


def test_closes_are_read_in_the_order_of_days() -> None:
    content = "\ufeffclose, date ,currency\r\n62.10,2013-03-01,CAD\r\n\r\n 61.5 ,2013-02-28,\r\n"
    parsed = parse_closes(content.encode(), currency="CAD", today=TODAY)
    assert parsed.faults == ()
    assert parsed.closes == (Close(4, THU, Decimal("61.5")), Close(2, FRI, Decimal("62.10")))


def test_all_mistakes_are_reported_together() -> None:
    rows = [
        ("NaN", "number_invalid"),
        ("Infinity", "number_invalid"),
        ("-inf", "number_invalid"),
        ("1e5", "number_invalid"),
        ("1E+1000000", "number_invalid"),
        ("-62.10", "negative_not_allowed"),
        ("0", "zero_not_allowed"),
        ("0.00", "zero_not_allowed"),
        ("1,062.10", "ambiguous"),
        ("62.123456789", "too_many_decimals"),
        ("1000000000000", "number_invalid"),
        ("\u0661\u0662", "number_invalid"),
        ("=1+1", "number_invalid"),
        ("", "value_missing"),
    ]
    content = "date,close\n" + "".join(f'2013-02-28,"{text}"\n' for text, _ in rows)
    expected = [(row, "close", reason) for row, (_, reason) in enumerate(rows, start=2)]
    assert reasons(content) == expected


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2013-02-30", "date_invalid"),
        ("28.02.2013", "ambiguous"),
        ("02/03/2013", "ambiguous"),
        ("yesterday", "date_invalid"),
        ("2013-03-02", "date_invalid"),  # a day after today
        ("0001-01-01", "date_invalid"),
        ("", "value_missing"),
    ],
)
def test_a_day_that_is_none(day: str, reason: str) -> None:
    assert reasons(f"date,close\n{day},62.10\n") == [(2, "date", reason)]


def test_a_row_can_have_several_mistakes() -> None:
    found = reasons("date,close,currency\n2013-02-30,nan,USD\n")
    assert found == [
        (2, "currency", "currency_mismatch"),
        (2, "date", "date_invalid"),
        (2, "close", "number_invalid"),
    ]


def test_a_day_comes_once() -> None:
    assert reasons("date,close\n2013-02-28,62\n2013-02-28,62\n") == [(3, "date", "duplicate")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file_malformed"),
        (b"date,close\n", "file_malformed"),
        (b"date,close\n2013-02-28,6\x002\n", "file_malformed"),
        (b"date,close\n2013-02-28,6\xff\n", "file_malformed"),
        ("date,close\n2013-02-28,62\n".encode("utf-16"), "file_malformed"),
        (b"date,price\n2013-02-28,62\n", "column_unknown"),
        (b"date\n2013-02-28\n", "column_missing"),
        (b"date,close\n2013-02-28,62,63\n", "file_malformed"),
        (b'date,close\n2013-02-28,"62\n', "file_malformed"),
    ],
)
def test_a_file_that_is_none(content: bytes, reason: str) -> None:
    assert reason in [found for _, _, found in reasons(content)]


def test_a_file_has_its_bounds() -> None:
    assert (Limits().max_bytes, Limits().max_rows) == (10_485_760, 50_000)
    two = "date,close\n2013-02-28,62\n2013-03-01,62\n"
    assert reasons(two, max_rows=1) == [(None, None, "file_too_large")]
    assert reasons(two, max_bytes=len(two) - 1) == [(None, None, "file_too_large")]
    assert reasons(two, max_rows=2, max_bytes=len(two)) == []


def test_a_day_without_a_session_is_named() -> None:
    (fault,) = closed_days([Close(2, THU, Decimal(1)), Close(3, FRI, Decimal(1))], [FRI], "XTSE")
    assert (fault.row, fault.message) == (2, "XTSE has no session on Thursday 2013-02-28.")


@pytest.mark.parametrize(
    ("before", "after", "suspicious"),
    [
        ("62.10", "6210", True),  # cents after dollars
        ("62.10", "6150", True),  # and a day's move of 1%
        ("6210", "62.10", True),
        ("62.10", "0.6210", True),
        ("1", "50", False),  # a consolidation of 50 shares to one
        ("1", "75", True),
        ("75", "1", True),
        ("50", "1", False),
    ],
)
def test_a_hundredfold_jump_is_suspicious(before: str, after: str, suspicious: bool) -> None:
    closes = [Close(2, THU, Decimal(before)), Close(3, FRI, Decimal(after))]
    assert [fault.row for fault in jumps(closes, {}, "CAD")] == ([3] if suspicious else [])


def test_a_file_must_fit_the_closes_it_continues() -> None:
    late = [Close(2, FRI, Decimal(6210))]
    (fault,) = jumps(late, {THU: Decimal(62)}, "CAD")
    assert (fault.row, fault.value) == (2, "6210")
    assert jumps(late, {FRI: Decimal(62)}, "CAD") == []  # it corrects that very day
