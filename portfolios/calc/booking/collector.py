"""Keeping Python's cycle collector out of a long pass.

Booking and writing a long ledger make millions of small objects and not one cycle. Each time
their number has grown by a quarter the collector walks over all of them, and over the whole
ledger, to find nothing: a fifth of the time of a ledger of 100,000 entries. What other threads
leave behind meanwhile is collected with the old objects, as is all that the pass has made: to the
collector millions of new ones would be the first thing to walk over when it wakes.
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
            _call_all_old()
            gc.enable()


def _call_all_old() -> None:
    """Both steps take no time: lists are joined, no object is looked at. Where a server has frozen
    what it shares with its workers, that stays frozen."""
    if not gc.get_freeze_count():
        gc.freeze()
        gc.unfreeze()
