"""The quick way through a long file and the long way read the same."""

from dataclasses import fields
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portfolios.formats.draft import Draft
from portfolios.formats.entry_row import CURRENCY, DATES, LOTS, NAMES, TEXTS, read_entry
from portfolios.formats.entry_rules import COLUMNS, RULES
from portfolios.formats.plain_rows import PlainRows

TODAY = date(2013, 2, 28)
DAYS = (
    "2013-02-01",
    "2013-02-04",
    "2013-02-07",
    "2013-03-15",
    "2014-06-01",
    "1899-12-31",
    "4.2.13",
)
NUMBERS = ("1", "20", "0.5", "187.25", "0", "1.00", "0.004", "-3", "1e5", "1.12345678901", "200")


def texts(column: str) -> tuple[str, ...]:
    """What a file may hold in a column, right and wrong."""
    if column in DATES:
        return DAYS
    if column in CURRENCY:
        return ("USD", "CAD", "JPY", "XXQ")
    if column in LOTS:
        return ('[{"label": "a"}]', "[")
    if column in TEXTS or column in NAMES:
        return ("A", "é", "x" * 64, "x" * 101)
    return {"treatment": ("taxable", "no"), "jurisdiction": ("US", "no")}.get(column, NUMBERS)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, str]:
    """A row that fills in most of what its type needs and some of what it takes."""
    kind = draw(st.sampled_from([*RULES, "GIFT", ""]))
    rule = RULES.get(kind, RULES["BUY"])
    row = {column: draw(st.sampled_from(("", *texts(column)))) for column in rule.needs}
    extra = st.sampled_from(sorted(rule.takes) if draw(st.booleans()) else COLUMNS)
    for column in draw(st.lists(extra, max_size=4)):
        row[column] = draw(st.sampled_from(texts(column)))
    plain = {"date": "2013-02-04", "currency": "USD", "symbol": "A", "quantity": "20"}
    for column in draw(st.sets(st.sampled_from(sorted(plain)))):
        if column in rule.needs:
            row[column] = plain[column]
    return row | {"type": kind}


def read_plainly(row: dict[str, str]) -> Draft | None:
    columns = sorted(row | {"date": ""})
    return PlainRows(columns, base_currency="CAD", today=TODAY).read(
        7, [row.get(column, "") for column in columns]
    )


def said(draft: Draft) -> dict[str, str]:
    """Every field, a number digit by digit."""
    return {field.name: repr(getattr(draft, field.name)) for field in fields(Draft)}


TRADE = {"date": "2013-02-04", "type": "BUY", "symbol": "A", "quantity": "20", "currency": "USD"}


@given(row=rows())
@example(row=TRADE | {"price": "187.25", "fees": "1.00"})
@example(row=TRADE | {"gross_amount": "200", "type": "DIVIDEND", "pay_date": "2013-02-01"})
@example(row=TRADE | {"price": "0.004", "currency": "JPY"})
def test_what_is_read_plainly_is_what_the_long_way_reads(row: dict[str, str]) -> None:
    draft = read_plainly(row)
    if draft is not None:
        long, faults = read_entry(7, row, base_currency="CAD", today=TODAY)
        assert long is not None
        assert (said(draft), faults) == (said(long), [])


@pytest.mark.parametrize(
    "row",
    [
        TRADE | {"price": "187.25", "fees": "1.00"},
        TRADE | {"type": "SELL", "price": "5", "account": "B", "external_id": "T1"},
        TRADE | {"type": "DIVIDEND", "gross_amount": "20", "ex_date": "2013-02-01"},
        {"date": "2013-02-04", "type": "DEPOSIT", "gross_amount": "200", "currency": "CAD"},
    ],
)
def test_an_ordinary_row_is_plain(row: dict[str, str]) -> None:
    assert read_plainly(row) is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": "-20"},
        {"quantity": "20", "currency": "CAD", "fx_rate": "1.1"},
        {"gross_amount": "500", "price": "10"},
        {"settlement_date": "2013-02-01", "price": "10"},
        {"to_symbol": "B", "price": "10"},
    ],
)
def test_a_row_with_a_mistake_is_left_to_the_long_way(wrong: dict[str, str]) -> None:
    assert read_plainly(TRADE | wrong) is None
