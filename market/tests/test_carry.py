"""Which observation stands for a day, and how old it may be."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from market.calc.carry import Carried, Missing, Observed, Series, age_in_sessions, carry
from market.tests.factories import evening

# Monday to Friday, two weeks of 2013-02.
SESSIONS = [date(2013, 2, day) for day in (11, 12, 13, 14, 15, 19, 20, 21, 22)]


def seen(day: int, value: str = "1", *, known: datetime | None = None) -> Observed:
    on = date(2013, 2, day)
    return Observed(on, known or evening(on), Decimal(value), "USD", "tape", "", "A")


def stands(series: list[Observed], day: int, known_day: int | None = None) -> Carried | Missing:
    return carry(
        Series(series),
        asof=date(2013, 2, day),
        known_at=evening(date(2013, 2, known_day or day)),
        sessions=SESSIONS,
        limit=5,
    )


def test_the_days_own_observation_is_exact() -> None:
    assert stands([seen(14), seen(15, "2")], 15) == Carried(seen(15, "2"), "exact")


def test_the_last_one_is_carried_and_stale() -> None:
    assert stands([seen(14)], 15) == Carried(seen(14), "stale")


def test_five_sessions_may_pass_and_not_six() -> None:
    # After Wednesday the 13th: 14, 15, 19, 20, 21 are five sessions (Monday 18 was a holiday).
    assert age_in_sessions(date(2013, 2, 13), date(2013, 2, 21), SESSIONS) == 5
    assert isinstance(stands([seen(13)], 21), Carried)
    assert stands([seen(13)], 22) == Missing("too_old", date(2013, 2, 13))


def test_nothing_observed_is_missing() -> None:
    assert stands([], 15) == Missing("no_observation", None)
    assert stands([seen(19)], 15) == Missing("no_observation", None)


def test_a_late_observation_is_not_known_yet() -> None:
    late = seen(15, "2", known=evening(date(2013, 2, 20)))
    assert stands([seen(14), late], 15, known_day=19) == Carried(seen(14), "stale")
    assert stands([seen(14), late], 15, known_day=20) == Carried(late, "exact")


def test_the_newest_word_on_a_day_counts() -> None:
    corrected = seen(15, "2", known=evening(date(2013, 2, 16)))
    assert stands([corrected, seen(15, "1")], 15, known_day=15) == Carried(seen(15, "1"), "exact")
    assert stands([corrected, seen(15, "1")], 15, known_day=16) == Carried(corrected, "exact")


HOUR = timedelta(hours=1)
days = st.integers(0, 40).map(lambda n: date(2013, 1, 1) + timedelta(days=n))
instants = st.integers(0, 60 * 24).map(lambda n: datetime(2013, 1, 1, tzinfo=UTC) + n * HOUR)


@given(
    st.lists(st.tuples(days, instants), max_size=30),
    days,
    instants,
)
def test_it_never_looks_ahead(
    told: list[tuple[date, datetime]], asof: date, known_at: datetime
) -> None:
    series = [Observed(day, at, Decimal(1), "USD", "tape", "", "A") for day, at in told]
    every_day = [date(2013, 1, 1) + timedelta(days=n) for n in range(41)]
    got = carry(Series(series), asof=asof, known_at=known_at, sessions=every_day, limit=5)
    knowable = [o for o in series if o.observed_on <= asof and o.available_at <= known_at]
    if isinstance(got, Missing):
        assert all((asof - o.observed_on).days > 5 for o in knowable)
        return
    assert got.observation in knowable
    assert got.observation.observed_on == max(o.observed_on for o in knowable)
    assert (got.state == "exact") == (got.observation.observed_on == asof)
