"""Numbers and days: what a column says together, and what is asked."""

from datetime import date
from decimal import Decimal

import pytest

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.formats.contract import DateStyle, DecimalStyle, Question
from portfolios.formats.reading.dates import date_style, read_day
from portfolios.formats.reading.numbers import Cell, decimal_style, read_decimal

PLACE = Place(2, "Amount")
TODAY = date(2013, 2, 28)
POINT, COMMA = DecimalStyle.POINT, DecimalStyle.COMMA
DAY, MONTH = DateStyle.DAY_FIRST, DateStyle.MONTH_FIRST


def cells(*texts: str) -> list[Cell]:
    return [Cell(Place(row, "Amount"), text) for row, text in enumerate(texts, start=2)]


@pytest.mark.parametrize(
    ("text", "style", "number"),
    [
        ("1234.5", POINT, "1234.5"),
        ("1,234.56", POINT, "1234.56"),
        ("1.234,56", COMMA, "1234.56"),
        ("1 234,56", COMMA, "1234.56"),
        ("1\u202f234,56 €", COMMA, "1234.56"),
        ("1’234.50", POINT, "1234.50"),
        ("($1,234.56)", POINT, "-1234.56"),
        ("-$5", POINT, "-5"),
        ("$-5", POINT, "-5"),
        ("C$12.00", POINT, "12"),
        ("USD 12", POINT, "12"),
        ("12,5-", COMMA, "-12.5"),
        ("−3", POINT, "-3"),
        ("+3", POINT, "3"),
        (".5", POINT, "0.5"),
        ("1,234", POINT, "1234"),
        ("1,234", COMMA, "1.234"),
        ("123456789012345.1234567891", POINT, "123456789012345.1234567891"),
    ],
)
def test_a_number_as_people_write_it(text: str, style: DecimalStyle, number: str) -> None:
    assert read_decimal(text, PLACE, style) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "NaN", "NAN", "Infinity", "-INF", "1E5", "1E+1000000", "1_000", "１２３", "٣", "0x10",
        "--5", "-5-", "5%", "1,23.4", "1,2345", "1.234.5", "12ABC", "=1+1", ".", "-", "$", "()",
        "(-5)", "9" * 5000, "1234567890123456", "1 2", "5\x00",
    ],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    fault = read_decimal(text, PLACE)
    assert isinstance(fault, Fault)
    assert (fault.row, fault.column, fault.reason) == (2, "Amount", "number_invalid")
    assert fault.remedy and len(fault.as_dict()["value"]) <= 100


def test_decimals_beyond_the_ledger_and_a_missing_number() -> None:
    fault = read_decimal("1.12345678901", PLACE)
    assert isinstance(fault, Fault) and fault.reason == "too_many_decimals"
    assert read_decimal("1.10", PLACE, places=1) == Decimal("1.1")
    fault = read_decimal(" ", PLACE)
    assert isinstance(fault, Fault) and fault.reason == "value_missing"


@pytest.mark.parametrize(
    ("texts", "style"),
    [
        (("1,234", "2,5"), COMMA),
        (("1,234", "1,234,567"), POINT),
        (("1.234", "1.5"), POINT),
        (("1.234", "1.234.567"), COMMA),
        (("1.234", "0.123"), POINT),
        (("1,000.00", "7"), POINT),
        (("7", "8 000", ""), POINT),
        ((), POINT),
    ],
)
def test_one_value_decides_for_its_column(texts: tuple[str, ...], style: DecimalStyle) -> None:
    assert decimal_style(cells(*texts)) is style


def test_a_column_that_reads_both_ways_is_asked_about() -> None:
    question = decimal_style(cells("7", "1,234"))
    assert isinstance(question, Question)
    assert (question.about, question.example, question.row) == ("decimal_style", "1,234", 3)
    assert [value for value, _ in question.choices] == ["point", "comma"]
    assert "means 1234." in question.choices[0][1] and "means 1.234." in question.choices[1][1]
    assert decimal_style(cells("1,234"), COMMA) is COMMA  # the answer


def test_a_column_that_contradicts_itself_is_asked_about() -> None:
    question = decimal_style(cells("1.5", "2,5"))
    assert isinstance(question, Question)
    assert "'2,5' in row 3" in question.message and "'1.5' in row 2" in question.message


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("2013-02-04", DateStyle.ISO),
        ("20130204", DateStyle.ISO),
        ("20130204;163000", DateStyle.ISO),
        ("2013/02/04", DateStyle.ISO),
        ("2013-02-04, 16:30:00", DateStyle.ISO),
        ("2013-02-04T16:30:00.123Z", DateStyle.ISO),
        ("2013-02-04 16:30:00 EST", DateStyle.ISO),
        ("4 Feb 2013", DateStyle.ISO),
        ("04-FEB-13", DateStyle.ISO),
        ("February 4, 2013", DateStyle.ISO),
        ("4. February 2013", DateStyle.ISO),
        ("04/02/2013", DAY),
        ("4.2.13", DAY),
        ("04-02-2013 16:30", DAY),
        ("02/04/2013 4:30 PM", MONTH),
        ("2/4/13", MONTH),
    ],
)
def test_a_day_as_people_write_it(text: str, style: DateStyle) -> None:
    assert read_day(text, PLACE, style, latest=TODAY) == date(2013, 2, 4)


@pytest.mark.parametrize(
    ("text", "style", "reason"),
    [
        ("2013-02-30", DateStyle.ISO, "date_invalid"),
        ("0001-01-01", DateStyle.ISO, "date_invalid"),
        ("9999-12-31", DateStyle.ISO, "date_invalid"),
        ("2013-03-01", DateStyle.ISO, "date_invalid"),  # tomorrow
        ("01/03/14", DAY, "date_invalid"),  # 2014, not 1914
        ("31/02/2013", DAY, "date_invalid"),
        ("02/28/2013", DAY, "date_invalid"),
        ("4 Foo 2013", DateStyle.ISO, "date_invalid"),
        ("2013-02-04 25", DateStyle.ISO, "date_invalid"),
        ("２０１３-02-04", DateStyle.ISO, "date_invalid"),
        ("2" * 5000, DateStyle.ISO, "date_invalid"),
        ("", DateStyle.ISO, "value_missing"),
        ("03/04/2013", DateStyle.ISO, "ambiguous"),
    ],
)
def test_what_is_no_day(text: str, style: DateStyle, reason: str) -> None:
    fault = read_day(text, PLACE, style, latest=TODAY)
    assert isinstance(fault, Fault)
    assert (fault.row, fault.column, fault.reason) == (2, "Amount", reason)


@pytest.mark.parametrize(
    ("texts", "style"),
    [
        (("04/03/2012", "28/02/2013"), DAY),
        (("04/03/2012", "02/28/2013"), MONTH),
        (("2013-02-04", "4 Feb 2013", ""), DateStyle.ISO),
        (("05/05/2012",), DAY),  # the same day both ways
    ],
)
def test_one_day_decides_for_its_column(texts: tuple[str, ...], style: DateStyle) -> None:
    assert date_style(cells(*texts)) is style


def test_days_that_read_both_ways_are_asked_about() -> None:
    question = date_style(cells("05/05/2012", "04/03/13"))
    assert isinstance(question, Question)
    assert (question.about, question.example, question.row) == ("date_style", "04/03/13", 3)
    assert "means 2013-03-04." in question.choices[0][1]
    assert "means 2013-04-03." in question.choices[1][1]
    assert date_style(cells("04/03/2012"), MONTH) is MONTH  # the answer
    assert isinstance(date_style(cells("13/01/2012", "01/13/2012")), Question)
