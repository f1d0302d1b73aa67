"""Keeping Python's cycle collector out of a long pass.

Booking and writing a long ledger make millions of small objects and not one cycle. Each time
their number has grown by a quarter the collector walks over all of them, and over the whole
ledger, to find nothing: a fifth of the time of a ledger of 100,000 entries. What other threads
leave behind meanwhile is collected a second later.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

LONG = 5_000  # records; a shorter pass is over before the collector comes


@contextmanager
def undisturbed(*, when: bool) -> Iterator[None]:
    """No automatic collection inside, if it is asked for; afterwards it is as before."""
    pause = when and gc.isenabled()
    if pause:
        gc.disable()
    try:
        yield
    finally:
        if pause:
            gc.enable()
