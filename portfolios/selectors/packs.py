"""The pack that a context stands on, read once for all that ask about it."""

from __future__ import annotations

from market.models import PricingPack
from market.selectors import PackView, pack_by_id, view_of
from patterns.context import Context
from patterns.memo import once_a_context


@once_a_context
def pack_of_context(ctx: Context) -> PricingPack | None:
    """The pack with its freshness and revisions; None where the context has none."""
    return pack_by_id(ctx.pricing_pack_id) if ctx.pricing_pack_id else None


def pack_view(ctx: Context) -> PackView:
    """What the pack holds. Raises ValueError where the context has none."""
    pack = pack_of_context(ctx)
    if pack is None:
        raise ValueError("this context stands on no pack")
    return view_of(pack)
