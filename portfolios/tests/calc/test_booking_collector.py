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


def test_what_a_pass_has_made_is_not_walked_over_as_new() -> None:
    walks: list[str] = []
    with undisturbed(when=True):
        made = [[number] for number in range(5_000)]
        gc.callbacks.append(lambda phase, _said: walks.append(phase))
    try:
        made += [[number] for number in range(50)]
    finally:
        gc.callbacks.pop()
    assert walks == []
    assert gc.get_freeze_count() == 0


def test_what_a_server_has_frozen_stays_frozen() -> None:
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        with undisturbed(when=True):
            pass
        assert gc.get_freeze_count() == frozen
    finally:
        gc.unfreeze()
