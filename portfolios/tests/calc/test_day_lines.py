"""All days cut at once, against Decimals day by day."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings

from portfolios.calc.cutting import cut
from portfolios.calc.entries import Entry
from portfolios.calc.marks import Marks
from portfolios.calc.returns import history_returns
from portfolios.tests.calc.day_by_day import decompose_day
from portfolios.tests.calc.histories import (
    START,
    cut_lines,
    day,
    market_days,
    marks_of,
    sheet_of,
    trading_ledgers,
    valued,
)
from portfolios.tests.calc.ledgers import entry


def test_a_day_cut_by_hand() -> None:
    # 1,000 USD at 1.30, 100 of them in one share; it closes at 110, the dollar at 1.35.
    # local 10·1.30 = 13, interaction 10·0.05 = 0.50, fx 1,000·0.05 = 50
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", "USD", gross_amount="1000"),
        entry(2, "BUY", "2024-01-01", "USD", security="AAPL", quantity="1", price="100"),
    ]
    marks = [marks_of(0, {"AAPL": "100"}, {"USD": "1.30"}),
             marks_of(1, {"AAPL": "110"}, {"USD": "1.35"})]  # fmt: skip
    found = cut_lines(ledger, marks)
    share, cash = found.lines.index(("USD", "AAPL")), found.lines.index(("USD", None))
    assert found.capital.tolist() == [1300.0]
    assert found.local[0, share] == pytest.approx(13)
    assert found.interaction[0, share] == pytest.approx(0.5)
    assert found.fx[0, [share, cash]].tolist() == pytest.approx([5, 45])
    assert found.returns[0] == pytest.approx(63.5 / 1300)
    assert found.invested[0, [share, cash]].tolist() == pytest.approx([130, 1170])


def test_a_purchase_works_from_the_start_of_the_day_and_a_sale_to_its_end() -> None:
    # Day 1: 1,000 CAD, all in RY at 100. Day 2: half is sold at 110, and it closes at 120.
    # RY had 1,000 to work with and ends with 600 + 550; the cash had nothing.
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1000"),
        entry(2, "BUY", "2024-01-02", security="RY", quantity="10", price="100"),
        entry(3, "SELL", "2024-01-03", security="RY", quantity="5", price="110"),
    ]
    marks = [
        marks_of(number, {"RY": close}, {}) for number, close in enumerate(("99", "100", "120"))
    ]
    found = cut_lines(ledger, marks)
    share, cash = found.lines.index(("CAD", "RY")), found.lines.index(("CAD", None))
    assert found.invested[:, share].tolist() == pytest.approx([1000, 1000])
    assert found.invested[:, cash].tolist() == pytest.approx([0, 0])
    assert found.profit[:, share].tolist() == pytest.approx([0, 150])
    assert found.returns.tolist() == pytest.approx([0, 0.15])


def test_an_unpriced_day_has_no_return_and_neither_has_the_next() -> None:
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1000"),
        entry(2, "BUY", "2024-01-01", security="RY", quantity="5", price="100"),
    ]
    marks = [marks_of(0, {"RY": "100"}, {}), marks_of(1, {}, {}), marks_of(2, {"RY": "1"}, {}),
             marks_of(3, {"RY": "1"}, {})]  # fmt: skip
    found = cut_lines(ledger, marks, day(-1))
    assert found.has_return.tolist() == [True, False, False, True]
    assert np.isnan(found.returns).tolist() == [False, True, True, False]


def test_a_history_without_days_is_refused() -> None:
    with pytest.raises(ValueError, match="without days"):
        cut((), sheet_of([]))


@settings(max_examples=60, deadline=None)
@given(trading_ledgers(), market_days())
def test_arrays_say_what_the_decimals_of_each_day_say(
    ledger: list[Entry], marks: list[Marks]
) -> None:
    """Every effect of every line, the return of every day, whatever is traded."""
    days = valued(ledger, marks)
    found = cut_lines(ledger, marks, day(-1))
    assert found.dates == tuple(one.asof_date for one in days)
    for at, (before, after) in enumerate(pairwise([None, *days])):
        assert after is not None
        exact = decompose_day(before, after)
        assert (exact is not None) == bool(found.has_return[at])
        if exact is None:
            continue
        for name in ("local", "fx", "interaction"):
            got = dict(zip(found.lines, found.fractions(getattr(found, name))[at], strict=True))
            for line, effects in exact.lines.items():
                assert got.pop(line) == pytest.approx(getattr(effects, name), abs=1e-12)
            assert all(rest == pytest.approx(0.0, abs=1e-12) for rest in got.values())
    returns = history_returns(days, day(-1)).returns
    for one, two in zip(found.series().returns, returns, strict=True):
        assert one == (None if two is None else pytest.approx(two, abs=1e-12))


@settings(max_examples=40, deadline=None)
@given(trading_ledgers(), market_days())
def test_capitals_sum_to_what_the_day_began_with(ledger: list[Entry], marks: list[Marks]) -> None:
    found = cut_lines(ledger, marks, day(-1))
    assert found.base_date == day(-1) < START
    assert found.invested.sum(axis=1) == pytest.approx(found.capital, abs=1e-6)
