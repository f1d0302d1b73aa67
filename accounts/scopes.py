"""What an API token may be used for, while a request that came with one is served.

    with within(frozenset({"read"})): …      the rest of the block can do no more than read

A session and a login by password have no such limit. The limit belongs to the request and not to
the user: whoever looks the user up again meets it as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum


class Scope(StrEnum):
    """Every scope reads; there is none for administration."""

    READ = "read"
    WRITE_TRADES = "write:trades"
    MANAGE = "manage"


Scopes = frozenset[Scope]

_current: ContextVar[Scopes | None] = ContextVar("accounts_scopes", default=None)


def current_scopes() -> Scopes | None:
    """None where no token limits what the user may do."""
    return _current.get()


def limit(scopes: Scopes) -> None:
    """For doors that learn of the token inside the block that `within` has opened."""
    _current.set(scopes)


@contextmanager
def within(scopes: Scopes | None) -> Iterator[None]:
    """Put back at the end, whatever was limited meanwhile."""
    before = _current.get()
    _current.set(scopes)
    try:
        yield
    finally:
        _current.set(before)
