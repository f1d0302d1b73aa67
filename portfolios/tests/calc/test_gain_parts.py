"""Price, income, fees, taxes and exchange rates sum to the gain, and each is what a hand finds."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given

from portfolios.calc.booking import book
from portfolios.calc.entries import Entry
from portfolios.calc.gain_parts import GainParts, charged_by_day, gain_parts, nothing_before
from portfolios.calc.history import DayValue
from portfolios.calc.marks import Marks
from portfolios.tests.calc.histories import (
    START,
    day,
    market_days,
    marks_of,
    trading_ledgers,
    valued,
)
from portfolios.tests.calc.ledgers import CAD, entry


def parts_of(ledger: list[Entry], marks: list[Marks]) -> GainParts | None:
    """The parts of a whole history, from the day before its first."""
    days = valued(ledger, marks)
    begun = (nothing_before(days[0], START - timedelta(days=1)), *days)
    booked = book(ledger, CAD, lambda _currency, _on: Decimal("1.3"))
    charged = charged_by_day(booked.accepted, booked.journal, [one.asof_date for one in begun])
    return gain_parts(begun, charged, gain_of(days))


def gain_of(days: tuple[DayValue, ...]) -> Decimal:
    flows = sum(((one.inflow or 0) - (one.outflow or 0) for one in days), Decimal(0))
    return ((days[-1].total_value or Decimal(0)) - flows).quantize(Decimal("0.01"))


def test_one_currency_by_hand() -> None:
    """100 shares at 10 with a fee of 5; a dividend of 30 less 4.50 tax; the price ends at 11."""
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="2000"),
        entry(2, "BUY", "2024-01-01", security="RY", quantity="100", price="10", fees="5"),
        entry(
            3,
            "DIVIDEND",
            "2024-01-02",
            security="RY",
            gross_amount="30",
            taxes="4.50",
            ex_date="2024-01-02",
            pay_date="2024-01-03",
        ),
    ]
    marks = [marks_of(number, {"RY": price}, {}) for number, price in enumerate(["10", "9", "11"])]
    found = parts_of(ledger, marks)
    assert found == GainParts(
        price=Decimal("100.00"),  # 100 × (11 − 10)
        income=Decimal("30.00"),
        fees=Decimal("-5.00"),
        taxes=Decimal("-4.50"),
        fx=Decimal("0.00"),
    )
    assert found.gain == Decimal("120.50")  # 995 + 25.50 + 1,100 − 2,000


def test_a_rate_moves_what_is_held_and_what_is_owed() -> None:
    """1,000 USD at 1.30, of which 100 go into a share that ends at 110; the rate ends at 1.40.

    A dividend of 10 USD is owed from the second day, at 1.35, and paid on the third.
    """
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", "USD", gross_amount="1000"),
        entry(2, "BUY", "2024-01-01", "USD", security="AAPL", quantity="1", price="100"),
        entry(
            3,
            "DIVIDEND",
            "2024-01-02",
            "USD",
            security="AAPL",
            gross_amount="10",
            ex_date="2024-01-02",
            pay_date="2024-01-03",
        ),
    ]
    marks = [
        marks_of(0, {"AAPL": "100"}, {"USD": "1.30"}),
        marks_of(1, {"AAPL": "100"}, {"USD": "1.35"}),
        marks_of(2, {"AAPL": "110"}, {"USD": "1.40"}),
    ]
    found = parts_of(ledger, marks)
    assert found is not None
    assert found.income == Decimal("13.50")  # 10 × 1.35, the rate of the ex-date
    assert found.price == Decimal("13.50")  # 10 × 1.35, the rate before the day of the rise
    # 1,000 × 0.05, then 1,010 × 0.05, and the rise of 10 × 0.05
    assert found.fx == Decimal("101.00")
    assert found.gain == Decimal("128.00")  # 1,020 × 1.40 − 1,000 × 1.30


def test_what_was_owed_before_the_period_is_no_income_of_it() -> None:
    """The ex-date lies on the baseline's day; on the pay date nothing is earned."""
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1000"),
        entry(2, "BUY", "2024-01-01", security="RY", quantity="10", price="10"),
        entry(
            3,
            "DIVIDEND",
            "2024-01-02",
            security="RY",
            gross_amount="30",
            ex_date="2024-01-02",
            pay_date="2024-01-03",
        ),
    ]
    days = valued(ledger, [marks_of(number, {"RY": "10"}, {}) for number in range(3)])[1:]
    booked = book(ledger, CAD, lambda _currency, _on: None)
    charged = charged_by_day(booked.accepted, booked.journal, [one.asof_date for one in days])
    found = gain_parts(days, charged, Decimal("0.00"))
    assert found is not None
    assert found.income == found.price == 0


def test_a_fee_alone_and_a_refund() -> None:
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1000"),
        entry(2, "FEE", "2024-01-02", gross_amount="12"),
        entry(3, "TAX", "2024-01-02", gross_amount="7"),
        entry(4, "FEE_REFUND", "2024-01-03", gross_amount="2"),
        entry(5, "INTEREST", "2024-01-03", gross_amount="10", taxes="3"),
        entry(6, "INTEREST_CHARGE", "2024-01-03", gross_amount="4"),
    ]
    found = parts_of(ledger, [marks_of(number, {}, {}) for number in range(3)])
    assert found == GainParts(
        price=Decimal("0.00"),
        income=Decimal("6.00"),  # 10 earned, 4 charged
        fees=Decimal("-10.00"),
        taxes=Decimal("-10.00"),
        fx=Decimal("0.00"),
    )


def test_an_unpriced_day_has_no_parts() -> None:
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1000"),
        entry(2, "BUY", "2024-01-01", security="RY", quantity="10", price="10"),
    ]
    days = valued(ledger, [marks_of(0, {"RY": "10"}, {}), marks_of(1, {}, {})])
    assert gain_parts(days, {}, Decimal(0)) is None
    assert gain_parts(days[:1], {}, Decimal(0)) is None
    assert day(0) == days[0].asof_date


@given(trading_ledgers(), market_days())
def test_the_parts_sum_to_the_gain_whatever_happened(
    ledger: list[Entry], marks: list[Marks]
) -> None:
    days = valued(ledger, marks)
    found = parts_of(ledger, marks)
    if found is not None:
        assert found.gain == gain_of(days)
