"""Keeping Python's cycle collector out of a long pass.

Booking makes hundreds of thousands of small records and not one cycle. Each time their number
has grown by a quarter the collector walks over all of them, and over the whole ledger, to find
nothing: a fifth of the time of a ledger of 100,000 entries. What other threads leave behind
meanwhile is collected a second later.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

LONG = 5_000


@contextmanager
def undisturbed(records: int) -> Iterator[None]:
    """No automatic collection inside, if there are many records; afterwards it is as before."""
    pause = records >= LONG and gc.isenabled()
    if pause:
        gc.disable()
    try:
        yield
    finally:
        if pause:
            gc.enable()
