"""Long work in one go, without the search for unreachable cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed(*, when: bool) -> Iterator[None]:
    """While a long batch is read, booked and written the collector rests. The work makes no cycles,
    and half of its time would go into looking through its millions of parts again and again."""
    pause = when and gc.isenabled()
    if pause:
        gc.disable()
    try:
        yield
    finally:
        if pause:
            gc.enable()
