"""Which observations wait for a person, and what was decided of the others."""

from dataclasses import dataclass
from typing import Final

from market.models import Quarantine

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    """What waits, the newest arrival first, and the newest decisions. `waiting` counts all."""

    held: tuple[Quarantine, ...]
    decided: tuple[Quarantine, ...]
    waiting: int
    page: int
    pages: int


def quarantine_page(page: int = 1) -> QuarantinePage:
    """A page outside the range is answered with the nearest one that exists."""
    held = Quarantine.objects.held().select_related("security")
    waiting = held.count()
    pages = max(1, -(-waiting // PAGE_SIZE))
    number = min(max(page, 1), pages)
    start = (number - 1) * PAGE_SIZE
    decided = Quarantine.objects.exclude(state=Quarantine.State.HELD)
    newest = decided.select_related("security", "decided_by").order_by("-decided_at")
    return QuarantinePage(
        tuple(held[start : start + PAGE_SIZE]), tuple(newest[:20]), waiting, number, pages
    )


def waiting_count() -> int:
    return Quarantine.objects.held().count()
