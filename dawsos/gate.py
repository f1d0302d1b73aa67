"""The freshness gate: a figure is not served from a pack whose chain is not done, unless asked."""

from __future__ import annotations

from market.selectors import pack_health
from patterns.context import Context
from patterns.exceptions import DawsError


class PackNotFresh(DawsError):
    """The pack is warming, stale or broken, and the caller wants a fresh one."""

    code = "BUSINESS_4005"
    http_status = 503
    suggestion = "Try again at the estimate, or send require_fresh=false for the last good pack."


def check_fresh(ctx: Context, *, required: bool) -> None:
    """Raise ``PackNotFresh`` with the pack's state and estimate when a fresh pack is required."""
    if not required or ctx.pricing_pack_id is None or ctx.pack_state == "fresh":
        return
    health = pack_health(pack_id=ctx.pricing_pack_id)
    raise PackNotFresh(
        f"Pricing pack {ctx.pricing_pack_id} is {ctx.pack_state}.",
        details={"pack": health},
    )
