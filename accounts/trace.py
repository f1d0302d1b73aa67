"""Where the present request came from, for whatever writes it down: audit, errors, logs."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Trace:
    correlation_id: str = ""
    address: str | None = None


_current: ContextVar[Trace | None] = ContextVar("accounts_trace", default=None)


def current_trace() -> Trace:
    return _current.get() or Trace()


@contextmanager
def traced(trace: Trace) -> Iterator[Trace]:
    before = _current.get()
    _current.set(trace)
    try:
        yield trace
    finally:
        _current.set(before)
