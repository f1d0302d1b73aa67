"""When trades settle, by market and day, and what of the cash has."""

from datetime import date
from decimal import Decimal

import pytest

from portfolios.calc.booking import book
from portfolios.calc.settlement import (
    CashStanding,
    bank_holidays_us,
    cash_standing,
    cycle_of,
    open_except,
    settlement_date,
)
from portfolios.tests.calc.ledgers import CAD, buy, entry, fixed, sell

FRIDAY = date(2024, 6, 7)


@pytest.mark.parametrize(
    ("market", "day", "cycle"),
    [
        ("US", "1995-06-06", 5),
        ("US", "1995-06-07", 3),
        ("US", "2017-09-01", 3),
        ("US", "2017-09-05", 2),
        ("US", "2024-05-27", 2),
        ("US", "2024-05-28", 1),
        ("CA", "2024-05-24", 2),
        ("CA", "2024-05-27", 1),
        ("GB", "2014-10-03", 3),
        ("GB", "2014-10-06", 2),
        ("EU", "2027-10-08", 2),
        ("CH", "2027-10-11", 1),
    ],
)
def test_a_market_s_cycle_on_a_day(market: str, day: str, cycle: int) -> None:
    got = cycle_of(market, date.fromisoformat(day))
    assert got is not None
    assert got.days == cycle
    assert got.planned is (day == "2027-10-11")


def test_a_market_that_is_not_listed_has_no_cycle() -> None:
    assert cycle_of("MOON", FRIDAY) is None


def test_weekends_and_holidays_do_not_count() -> None:
    # Friday + 2: Monday is a holiday, so Tuesday is 1 and Wednesday is 2
    closed_monday = open_except([date(2024, 6, 10)])
    assert settlement_date(FRIDAY, 2, closed_monday) == date(2024, 6, 12)


def test_a_trade_on_a_closed_day_counts_from_the_next_open_one() -> None:
    assert settlement_date(date(2024, 6, 8), 1, open_except(())) == date(2024, 6, 11)


def test_a_calendar_without_open_days_is_refused() -> None:
    with pytest.raises(ValueError, match="within a month"):
        settlement_date(FRIDAY, 1, lambda day: False)


def test_days_on_which_us_exchanges_trade_and_nothing_settles() -> None:
    # 14 October 2024 is the second Monday; 11 November 2029 is a Sunday, 2028's a Saturday
    assert bank_holidays_us(2024) == (date(2024, 10, 14), date(2024, 11, 11))
    assert bank_holidays_us(2029)[1] == date(2029, 11, 12)
    assert bank_holidays_us(2028)[1] == date(2028, 11, 11)


def standing(*, asof: date) -> tuple[CashStanding, ...]:
    """1,000 CAD paid in; bought for 600 and sold for 250 on Friday, both settling on Monday."""
    ledger = [
        entry(1, "DEPOSIT", "2024-06-03", gross_amount="1000"),
        buy(2, "2024-06-07", "10", "60"),
        sell(3, "2024-06-07", "4", "62.50"),
        entry(4, "DEPOSIT", "2024-06-07", "USD", gross_amount="70"),
    ]
    monday = date(2024, 6, 10)
    booked = book(ledger, CAD, fixed(USD="1.36"))
    return cash_standing(booked.journal, {2: monday, 3: monday}.get, asof)


def test_only_settled_cash_that_is_not_owed_can_be_withdrawn() -> None:
    cad, usd = standing(asof=FRIDAY)
    assert cad == CashStanding("CAD", Decimal(1000), Decimal(-600), Decimal(250))
    assert (cad.pending, cad.withdrawable) == (Decimal(-350), Decimal(400))
    assert (usd.settled, usd.pending) == (Decimal(70), Decimal(0))


def test_cash_is_settled_from_the_settlement_date_on() -> None:
    cad, _ = standing(asof=date(2024, 6, 10))
    assert cad == CashStanding("CAD", Decimal(650))


def test_what_happens_later_is_not_there_yet() -> None:
    (cad,) = standing(asof=date(2024, 6, 6))
    assert (cad.settled, cad.pending) == (Decimal(1000), Decimal(0))


def test_owing_more_than_there_is_leaves_nothing_to_withdraw() -> None:
    assert CashStanding("CAD", Decimal(100), Decimal(-600)).withdrawable == 0
