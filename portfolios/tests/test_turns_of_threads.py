"""Threads hand Python on more often while a helper feeds PostgreSQL, and only then."""

import sys
from contextlib import ExitStack

import pytest

from portfolios.services.rows import TURN, _turns


def test_whoever_leaves_last_puts_it_back() -> None:
    """Two imports overlap: the first one leaves while the second is still inside."""
    usual = sys.getswitchinterval()
    first, second = ExitStack(), ExitStack()
    first.enter_context(_turns.quick())
    second.enter_context(_turns.quick())
    assert sys.getswitchinterval() == pytest.approx(TURN)
    first.close()
    assert sys.getswitchinterval() == pytest.approx(TURN)
    second.close()
    assert sys.getswitchinterval() == usual


def test_a_failure_puts_it_back() -> None:
    usual = sys.getswitchinterval()
    with pytest.raises(ZeroDivisionError), _turns.quick():
        1 / 0  # noqa: B018
    assert sys.getswitchinterval() == usual
