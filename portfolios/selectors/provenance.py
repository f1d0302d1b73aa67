"""On which pack and which ledger a page stands, for the strip that every page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from market.models import PricingPack
from market.selectors import pack_by_id
from patterns.context import Context


@dataclass(frozen=True, slots=True)
class Provenance:
    """Pack, ledger head, day and freshness; `restated` names the revision that came after."""

    pack_id: str | None
    pack_hash: str | None
    pack_url: str | None
    ledger_commit_hash: str | None
    asof_date: date | None
    freshness: str | None
    stale_banner: str = ""
    restated: dict[str, Any] | str = ""


def provenance(ctx: Context) -> Provenance:
    """What a run stood on, as the strip shows it."""
    pack = pack_by_id(ctx.pricing_pack_id) if ctx.pricing_pack_id else None
    return Provenance(
        pack_id=ctx.pricing_pack_id,
        pack_hash=ctx.pack_hash,
        pack_url=pack_url(ctx.pricing_pack_id),
        ledger_commit_hash=ctx.ledger_commit_hash,
        asof_date=ctx.asof_date,
        freshness=ctx.pack_state,
        stale_banner=_stale(ctx),
        restated=_restated(pack),
    )


def pack_url(pack_id: str | None) -> str | None:
    return reverse("market:pack", args=[pack_id]) if pack_id else None


def _stale(ctx: Context) -> str:
    if ctx.pack_state in (None, "fresh"):
        return ""
    if ctx.pack_state == "stale":
        return (
            f"Pack {ctx.pricing_pack_id} is the last one before the day that was asked for: "
            f"these figures are of {ctx.asof_date}, and later sessions have no pack."
        )
    return (
        f"Pack {ctx.pricing_pack_id} is {ctx.pack_state}: its nightly chain is not done, "
        "and these figures may still change."
    )


def _restated(pack: PricingPack | None) -> dict[str, Any] | str:
    """The later revision of a superseded pack, or why this one replaced an earlier one."""
    if pack is None:
        return ""
    later = getattr(pack, "superseded_by", None)
    if later is not None:
        return {"pack_id": later.pk, "pack_url": pack_url(later.pk), "reason": later.reason}
    if pack.supersedes_id:
        return f"Restated: {pack.pk} replaces {pack.supersedes_id}. {pack.reason}"
    return ""
