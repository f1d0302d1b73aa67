"""Python's cycle collector in a process that serves: it stays out of the way."""

import gc
from typing import Final

YOUNG: Final = 20_000  # new objects before they are looked at; a cold page makes as many


def leave_loaded_alone() -> None:
    """For a process that has loaded everything and now serves.

    Half a million objects were loaded to stay. The collector need not walk over all of them, a
    tenth of a second long, whenever a request has made some thousands of new ones. Nor need it
    walk over what a request makes each time that 700 objects are more: they are rows and figures,
    without cycles, and a twentieth of the time went into finding none.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
