"""A year of days is read by month, ten years of them by year; every group follows exactly."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patterns.explanation import Explanation, Source, breach
from portfolios.capabilities.why.grouping import Daily

START = date(2012, 1, 30)


def daily(values: list[float], kind: Literal["sum", "chain"] = "sum") -> Daily:
    def day(place: int) -> Explanation:
        source = Source("calendar", str(place))
        return Explanation(label="day", value=values[place], unit="fraction", source=source)

    dates = [START + timedelta(days=place) for place in range(len(values))]
    return Daily(name="return", dates=dates, values=np.array(values), day=day, kind=kind)


def leaves(node: Explanation) -> Iterator[Explanation]:
    if not node.children:
        yield node
    for child in node.children:
        yield from leaves(child)


def test_a_few_days_stand_side_by_side() -> None:
    assert [node.label for node in daily([0.0] * 31).parts()] == ["day"] * 31


def test_more_of_them_stand_by_month() -> None:
    # Two days of January, 29 of February and one of March 2012.
    months = daily([0.5, 0.5, *[0.0] * 29, 0.25], "chain").parts()
    assert [(node.label, node.value) for node in months] == [
        ("return in 2012-01", 1.25),
        ("return in 2012-02", 0),
        ("return in 2012-03", 0.25),
    ]


def test_years_come_before_months_where_these_are_too_many() -> None:
    years = daily([0.01] * 1_500).parts()
    assert [node.label for node in years] == [f"return in {year}" for year in range(2012, 2017)]
    assert years[1].children[11].label == "return in 2013-12"
    assert years[1].value == pytest.approx(3.65)


@given(
    st.lists(st.floats(-0.005, 0.005), min_size=1, max_size=5),
    st.integers(min_value=1, max_value=1_200),
    st.sampled_from(["sum", "chain"]),
)
def test_every_group_follows_and_no_day_is_lost(
    pattern: list[float], many: int, kind: Literal["sum", "chain"]
) -> None:
    values = (pattern * many)[:many]
    whole = daily(values, kind).node("whole")
    assert [leaf.value for leaf in leaves(whole)] == values
    assert [breach(node) for node in whole.walk() if breach(node)] == []
