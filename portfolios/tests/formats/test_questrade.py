"""Questrade activities: every row becomes an entry, a mistake or a reason."""

import csv
import io
import random
from datetime import date

from openpyxl import Workbook

from portfolios.formats.contract import Source
from portfolios.formats.questrade import FORMAT
from portfolios.formats.registry import SURE
from portfolios.tests.formats.reading_aloud import entries, lines, mistakes, read, sample, skips
from portfolios.tests.formats.test_hostile_files import damaged

ACTIVITIES = read(FORMAT, sample("questrade.csv"), base_currency="CAD")
ACTIVITIES_ENTRIES = entries(
    """
    # 10 × 25.50 and 4.95
    2 BUY 2013-02-27 currency=CAD symbol=ACME.TO quantity=10 price=25.5 gross_amount=255
        fees=4.95 settlement_date=2013-03-04 net=-259.95
    3 SELL 2013-02-26 currency=USD symbol=BETA quantity=5 price=30 gross_amount=150 fees=4.96
        settlement_date=2013-03-01 net=145.04
    # rows 4 and 5 are one conversion
    4 FX_CONVERSION 2013-02-25 currency=CAD gross_amount=1030 settlement_date=2013-02-25
        to_amount=1000 to_currency=USD net=-1030
    # 10 less the 1.50 of row 7
    6 DIVIDEND 2013-02-22 currency=USD symbol=BETA gross_amount=10 taxes=1.5 net=8.5
    # the dividend of row 9, reinvested
    8 BUY 2013-02-21 currency=CAD symbol=ACME.TO quantity=0.4 price=25 gross_amount=10
        settlement_date=2013-02-21 net=-10
    9 DIVIDEND 2013-02-21 currency=CAD symbol=ACME.TO gross_amount=10 net=10
    10 DEPOSIT 2013-02-20 currency=CAD gross_amount=5000 net=5000
    11 WITHDRAWAL 2013-02-19 currency=CAD gross_amount=200 net=-200
    12 FEE 2013-02-18 currency=CAD gross_amount=19.95 net=-19.95
    13 INTEREST_CHARGE 2013-02-15 currency=CAD gross_amount=3.21 net=-3.21
    14 SHORT_SALE 2013-02-14 currency=CAD symbol=GAMMA quantity=10 price=30 gross_amount=300
        fees=4.95 settlement_date=2013-02-19 net=295.05
    15 COVER 2013-02-15 currency=CAD symbol=GAMMA quantity=10 price=28 gross_amount=280
        fees=4.95 settlement_date=2013-02-20 net=-284.95
    17 TRANSFER_IN 2013-02-12 currency=USD symbol=GONE quantity=4 settlement_date=2013-02-12
        carried_lots=[{'quantity': '4', 'acquisition_date': '2013-02-12'}] estimated_reason=purchase
        day and cost unknown at transfer net=0
    """
)


def test_every_entry_of_activities() -> None:
    assert lines(ACTIVITIES) == ACTIVITIES_ENTRIES


def test_every_mistake_of_activities() -> None:
    assert mistakes(ACTIVITIES) == [
        (16, "Description", "asset_unsupported"),
        (18, "Action", "action_incomplete"),
        (19, "Action", "action_incomplete"),
        (20, "Activity Type", "type_unknown"),
        (21, "Net Amount", "amount_mismatch"),
        (22, "Transaction Date", "date_invalid"),
        (22, "Currency", "currency_unknown"),
        (22, "Quantity", "number_invalid"),
        (23, "Gross Amount", "amount_mismatch"),
    ]


def test_every_row_of_activities_that_is_no_entry() -> None:
    assert skips(ACTIVITIES) == {
        5: "The other side of the conversion in row 4.",
        7: "Withheld from the dividend in row 6; it is kept there.",
    }


def workbook(text: str) -> bytes:
    """The same rows as Questrade writes them: every cell is a text."""
    book = Workbook()
    for row in csv.reader(io.StringIO(text)):
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def test_a_workbook_holds_the_same_as_a_csv_file() -> None:
    source = Source(workbook(sample("questrade.csv").content.decode()), "activities.xlsx")
    assert FORMAT.recognises(source) > SURE
    parsed = read(FORMAT, source, base_currency="CAD")
    assert lines(parsed) == ACTIVITIES_ENTRIES
    assert mistakes(parsed) == mistakes(ACTIVITIES)


def test_a_damaged_workbook_is_refused() -> None:
    content = workbook("Action\nBuy\n")
    for size in (10, len(content) // 2, len(content) - 30):
        parsed = read(FORMAT, Source(content[:size], "activities.xlsx"))
        assert [reason for _, _, reason in mistakes(parsed)] == ["file_malformed"]


def test_a_workbook_with_days_and_numbers_reads_the_same() -> None:
    book = Workbook()
    book.active.append(["Transaction Date", "Action", "Symbol", "Quantity", "Net Amount",
                        "Activity Type", "Currency"])  # fmt: skip
    book.active.append([date(2013, 2, 4), "CON", None, 0, 5000.5, "Deposits", "CAD"])
    held = io.BytesIO()
    book.save(held)
    parsed = read(FORMAT, Source(held.getvalue()), base_currency="CAD")
    assert lines(parsed) == ["2 DEPOSIT 2013-02-04 currency=CAD gross_amount=5000.5 net=5000.5"]


def test_a_workbook_with_broken_bytes_is_read_or_refused() -> None:
    content = workbook(sample("questrade.csv").content.decode())
    dice = random.Random(20130228)
    for _ in range(60):
        source = Source(damaged(content, dice), "activities.xlsx")
        assert 0 <= FORMAT.recognises(source) <= 1
        parsed = read(FORMAT, source, base_currency="CAD")
        assert parsed.drafts or parsed.faults or parsed.questions
