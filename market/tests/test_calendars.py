"""On which days an exchange was open."""

from datetime import date

import pytest

from market.exceptions import DateRangeInvalid
from market.selectors import closed_weekdays, is_session, sessions


def test_a_week_with_a_holiday() -> None:
    # Monday 2013-02-18 was Presidents' Day in New York and Family Day in Toronto.
    week = sessions("XNYS", date(2013, 2, 16), date(2013, 2, 24))
    assert [day.day for day in week] == [19, 20, 21, 22]
    assert closed_weekdays("XTSE", date(2013, 2, 16), date(2013, 2, 24)) == (date(2013, 2, 18),)


def test_toronto_closes_when_new_york_does_not() -> None:
    canada_day = date(2013, 7, 1)
    assert is_session("XNYS", canada_day)
    assert not is_session("XTSE", canada_day)


def test_nasdaq_keeps_new_york_days() -> None:
    span = (date(2012, 10, 26), date(2012, 11, 2))  # Hurricane Sandy closed both on 29 and 30
    assert sessions("XNAS", *span) == sessions("XNYS", *span)
    assert len(sessions("XNAS", *span)) == 4


@pytest.mark.parametrize(
    ("exchange", "start", "end"),
    [
        ("XNYS", date(2013, 3, 1), date(2013, 2, 28)),
        ("XNYS", date(1, 1, 1), date(2013, 2, 28)),
        ("XNYS", date(2013, 3, 1), date(9999, 12, 31)),
        ("NOWHERE", date(2013, 3, 1), date(2013, 3, 1)),
    ],
)
def test_what_no_calendar_can_answer(exchange: str, start: date, end: date) -> None:
    with pytest.raises(DateRangeInvalid):
        sessions(exchange, start, end)
