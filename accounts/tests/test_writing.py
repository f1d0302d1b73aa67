"""Numbers and days as their reader writes them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.writing import NEUTRAL, OFFERED, current, writing_for, writing_of, written

DAY = date(2013, 2, 28)


@pytest.mark.parametrize(
    ("tag", "number", "day"),
    [
        ("en-CA", "−1,234,567.50 CAD", "2013-02-28"),
        ("en-US", "−1,234,567.50 CAD", "Feb 28, 2013"),
        ("en-GB", "−1,234,567.50 CAD", "28 Feb 2013"),
        ("en-IN", "−12,34,567.50 CAD", "28 Feb 2013"),
        ("de", "−1.234.567,50 CAD", "28.02.2013"),
        ("de-CH", "−1’234’567.50 CAD", "28.02.2013"),
        ("fr", "−1\u00a0234\u00a0567,50 CAD", "28/02/2013"),
        ("sv", "−1\u00a0234\u00a0567,50 CAD", "2013-02-28"),
        ("ja", "−1,234,567.50 CAD", "2013/02/28"),
    ],
)
def test_each_country_in_its_way(tag: str, number: str, day: str) -> None:
    how = writing_of(tag)

    assert how is not None
    assert how.number("−1,234,567.50 CAD") == number
    assert how.date(DAY) == day


def test_a_browser_is_followed_to_the_first_language_that_is_known() -> None:
    assert writing_for("", "tlh;q=0.9, de-AT;q=0.8, en;q=0.5") == writing_of("de-AT")
    assert writing_for("", "tlh, *") == NEUTRAL
    assert writing_for("", "") == NEUTRAL


def test_a_choice_beats_the_browser() -> None:
    assert writing_for("fr", "de") == writing_of("fr")
    assert writing_for("no such tag", "de") == NEUTRAL


def test_english_readers_never_see_a_day_that_could_be_another_one() -> None:
    for tag in ("en", "en-US", "en-GB", "en-AU", "en-NZ", "en-IE"):
        how = writing_of(tag)
        assert how is not None
        assert "Mar" in how.date(date(2013, 3, 2)), tag


def test_days_within_a_sentence_are_rewritten_and_nothing_else() -> None:
    how = writing_of("de")
    assert how is not None

    assert how.days_in("carried from 2013-02-26, pack 2013-02-27-ECB-r1.") == (
        "carried from 26.02.2013, pack 2013-02-27-ECB-r1."
    )
    assert how.days_in("2013-02-30 is no day") == "2013-02-30 is no day"


def test_a_moment_keeps_its_clock() -> None:
    how = writing_of("de")
    assert how is not None

    assert how.moment(datetime(2013, 2, 28, 23, 5, 9, tzinfo=UTC)) == "28.02.2013 23:05"
    assert how.moment(datetime(2013, 2, 28, 23, 5, 9, tzinfo=UTC), seconds=True).endswith(":05:09")


def test_it_holds_within_its_block_only() -> None:
    how = writing_of("de")
    assert how is not None

    with written(how):
        assert current() is how
    assert current() is NEUTRAL


@given(st.sampled_from(OFFERED), st.integers(0, 10**15), st.integers(0, 99))
def test_every_writing_says_the_same_number(tag: str, whole: int, hundredths: int) -> None:
    how = writing_of(tag)
    assert how is not None

    said = how.number(f"{whole:,}.{hundredths:02}")

    digits, _, decimals = said.rpartition(how.decimal)
    assert int(digits.replace(how.group, "")) == whole
    assert int(decimals) == hundredths


@given(st.sampled_from(OFFERED), st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_every_writing_says_the_same_day(tag: str, day: date) -> None:
    how = writing_of(tag)
    assert how is not None

    said = how.date(day)

    assert f"{day.year:04}" in said
    assert f"{day.day:02}" in said
