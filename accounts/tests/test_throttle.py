"""Five failures in fifteen minutes close the door for thirty."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import LoginThrottle
from accounts.services.throttle import admit, forget

pytestmark = pytest.mark.django_db

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


def at(minute: float, email: str = "alice@example.org", address: str | None = HOME) -> bool:
    return admit(email=email, address=address, now=NOON + timedelta(minutes=minute))


def test_the_sixth_attempt_is_refused_and_the_fifth_starts_the_half_hour() -> None:
    assert [at(minute) for minute in range(6)] == [True] * 5 + [False]
    assert not at(4 + 29.9)  # locked at 12:04
    assert at(4 + 30)


def test_refused_attempts_do_not_prolong_the_lock() -> None:
    for minute in range(30):
        at(minute)
    assert at(34)


def test_a_window_that_has_passed_is_forgotten() -> None:
    assert [at(0), at(1), at(2), at(3)] == [True] * 4
    assert [at(15), at(16), at(17), at(18), at(19), at(20)] == [True] * 5 + [False]


def test_elsewhere_and_other_people_are_not_locked_out() -> None:
    for minute in range(6):
        at(minute)
    assert at(6, address=ELSEWHERE)
    assert at(6, email="bob@example.org")
    assert not at(6, email="ALICE@example.org")  # the same person, shouting


def test_an_address_that_is_unknown_counts_as_one() -> None:
    assert [at(0, address=None) for _ in range(6)] == [True] * 5 + [False]


def test_a_success_forgets_and_sweeps_what_no_longer_counts() -> None:
    at(-60, email="guess@example.org")
    at(0)
    forget(email="Alice@example.org", address=HOME, now=NOON)
    assert not LoginThrottle.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_get_exactly_five_through() -> None:
    def attempt(_: int) -> bool:
        try:
            return at(0)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(attempt, range(16))) == 5
