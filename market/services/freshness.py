"""How far a pack's chain has come. It lives beside the seal, because it changes."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from accounts.identity import as_service
from market.exceptions import PackNotFound
from market.models import PackFreshness

ESTIMATE = timedelta(minutes=15)


def mark_warming(pack_id: str) -> None:
    """The pack's chain has begun; it is ready in about a quarter of an hour."""
    _mark(pack_id, PackFreshness.State.WARMING)


def mark_fresh(pack_id: str) -> None:
    """The pack's own chain is done: reconciled and prewarmed."""
    _mark(pack_id, PackFreshness.State.FRESH, reconciled=True)


def mark_all_fresh(pack_ids: Sequence[str]) -> int:
    """Packs that no night is waited for, once what stands on them is computed; counts them.

    They are not reconciled, and say so. One whose chain has stopped stays in error.
    """
    with as_service("mark restated packs fresh"):
        waiting = PackFreshness.objects.filter(pack__in=pack_ids, state=PackFreshness.State.WARMING)
        return set_freshness(list(waiting.values_list("pk", flat=True)), PackFreshness.State.FRESH)


def mark_error(pack_id: str, message: str) -> None:
    """The pack's chain has stopped, and why."""
    _mark(pack_id, PackFreshness.State.ERROR, message)


def _mark(
    pack_id: str,
    state: PackFreshness.State,
    message: str = "",
    *,
    reconciled: bool | None = None,
) -> None:
    with as_service("mark how far a pack is"):
        if not set_freshness([pack_id], state, message, reconciled=reconciled):
            raise PackNotFound(
                f"There is no pricing pack {pack_id!r}.", details={"pack_id": pack_id}
            )


def set_freshness(
    pack_ids: Sequence[str],
    state: PackFreshness.State,
    message: str = "",
    *,
    reconciled: bool | None = None,
) -> int:
    """Set the state of packs, under an identity that is open; counts those there are.

    `reconciled` is None where no reconciliation was run, which is not the same as passed.
    """
    now = timezone.now()
    fresh, warming = state == PackFreshness.State.FRESH, state == PackFreshness.State.WARMING
    return PackFreshness.objects.filter(pack__in=pack_ids).update(
        state=state,
        prewarm_done=fresh,
        reconciliation_passed=reconciled,
        error_message=message,
        updated_at=now,
        estimated_ready=now + ESTIMATE if warming else None,
    )
