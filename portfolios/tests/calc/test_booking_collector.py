"""The collector rests while a long ledger is booked, and only then."""

import gc

import pytest

from portfolios.calc.booking.collector import undisturbed


def test_a_long_pass_is_undisturbed_and_a_short_one_as_ever() -> None:
    with undisturbed(when=True):
        assert not gc.isenabled()
    assert gc.isenabled()
    with undisturbed(when=False):
        assert gc.isenabled()


def test_a_failure_wakes_it_again() -> None:
    with pytest.raises(ZeroDivisionError), undisturbed(when=True):
        1 / 0  # noqa: B018
    assert gc.isenabled()


def test_whoever_put_it_to_rest_finds_it_at_rest() -> None:
    gc.disable()
    try:
        with undisturbed(when=True):
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
