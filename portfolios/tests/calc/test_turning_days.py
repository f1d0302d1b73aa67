"""Between two days that a ledger names, its book stays what it is."""

from bisect import bisect_right
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolios.calc.booking import book
from portfolios.calc.booking.turning_days import turning_days
from portfolios.calc.entries import BookingSettings, CostMethod, Entry, MethodChange
from portfolios.tests.calc.histories import trading_ledgers
from portfolios.tests.calc.ledgers import CAD, buy, entry, fixed

RATES = fixed(USD="1.31", EUR="1.47")


def test_every_day_that_is_written_down_is_one() -> None:
    change = MethodChange(effective_from=date(2024, 1, 9), cost_method=CostMethod.LIFO)
    paid = entry(
        2,
        "DIVIDEND",
        "2024-01-05",
        security="X",
        gross_amount="1",
        ex_date="2024-01-04",
        pay_date="2024-01-08",
    )
    ledger = [buy(1, "2024-01-02", "1", "10", settlement_date="2024-01-03"), paid]
    chosen = replace(CAD, method_changes=(change,))
    assert turning_days(ledger, chosen) == tuple(date(2024, 1, day) for day in (2, 3, 4, 5, 8, 9))


@pytest.mark.parametrize("method", [CostMethod.FIFO, CostMethod.AVERAGE])
@given(
    ledger=trading_ledgers(),
    dividends=st.lists(st.tuples(*[st.integers(0, 40)] * 3), max_size=3),
    change=st.none() | st.integers(0, 60),
)
@settings(max_examples=40, deadline=None)
def test_a_book_is_that_of_the_last_turning_day(
    method: CostMethod,
    ledger: list[Entry],
    dividends: list[tuple[int, int, int]],
    change: int | None,
) -> None:
    first = ledger[0].transaction_date
    chosen = BookingSettings(base_currency="CAD", cost_method=method)
    if change is not None:
        day = first + timedelta(days=change)
        later = MethodChange(effective_from=day, cost_method=CostMethod.LIFO)
        chosen = replace(chosen, method_changes=(later,))
    owed = [
        replace(
            entry(900 + number, "DIVIDEND", "2024-01-01", security="X", gross_amount="3"),
            transaction_date=first + timedelta(days=on),
            ex_date=first + timedelta(days=min(ex, pay)),
            pay_date=first + timedelta(days=max(ex, pay)),
        )
        for number, (on, ex, pay) in enumerate(dividends)
    ]
    whole = [*ledger, *owed]
    days = turning_days(whole, chosen)
    for offset in range(-1, 62):
        day = first + timedelta(days=offset)
        at = bisect_right(days, day)
        until = days[at - 1] if at else date.min
        assert book(whole, chosen, RATES, asof=day) == book(whole, chosen, RATES, asof=until)
    if change is None:  # a method that begins later would sort the lots of all days before
        assert book(whole, chosen, RATES) == book(whole, chosen, RATES, asof=days[-1])
