"""On which pack and which ledger a page stands, for the strip that every page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from market.models import PricingPack
from market.selectors import health_of, latest_pack
from patterns.context import Context
from portfolios.models import Portfolio
from portfolios.selectors.ledger import Head, ledger_head
from portfolios.selectors.packs import pack_of_context


@dataclass(frozen=True, slots=True)
class Provenance:
    """Pack, ledger head, day and freshness; `restated` names the revision that came after, or a
    sentence about what was restated, and where it says what moved."""

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
    return Provenance(
        pack_id=ctx.pricing_pack_id,
        pack_hash=ctx.pack_hash,
        pack_url=pack_url(ctx.pricing_pack_id),
        ledger_commit_hash=ctx.ledger_commit_hash,
        asof_date=ctx.asof_date,
        freshness=ctx.pack_state,
        stale_banner=_stale(ctx.pricing_pack_id, ctx.asof_date, ctx.pack_state),
        restated=_restated(pack_of_context(ctx)),
    )


def provenance_now(portfolio: Portfolio, head: Head | None = None) -> Provenance | None:
    """What `provenance` says of a context that asks for no day and no pack, without what else
    such a context reads. `head` is the ledger's head where it is at hand.

    None before the first pack: a ledger can be read and filled without any price.
    """
    asked = portfolio.default_asof_date
    pack = latest_pack(portfolio.pricing_policy, asked)
    if pack is None:
        return None
    state = health_of(pack, latest=asked is None)["status"]
    return Provenance(
        pack_id=pack.pk,
        pack_hash=pack.content_hash,
        pack_url=pack_url(pack.pk),
        ledger_commit_hash=(head or ledger_head(portfolio.pk)).entry_hash,
        asof_date=pack.asof_date,
        freshness=state,
        stale_banner=_stale(pack.pk, pack.asof_date, state),
        restated=_replaces(pack),  # a live pack has no later revision
    )


def pack_url(pack_id: str | None) -> str | None:
    return reverse("market:pack", args=[pack_id]) if pack_id else None


def _stale(pack_id: str | None, asof_date: date | None, state: str | None) -> str:
    if state in (None, "fresh"):
        return ""
    if state == "stale":
        return (
            f"Pack {pack_id} is the last one before the day that was asked for: "
            f"these figures are of {asof_date}, and later sessions have no pack."
        )
    return (
        f"Pack {pack_id} is {state}: its nightly chain is not done, "
        "and these figures may still change."
    )


def _restated(pack: PricingPack | None) -> dict[str, Any] | str:
    """The later revision of a superseded pack, why this one replaced an earlier one, or why the
    session before it was restated: the day's return begins there. `report_url` says what moved."""
    if pack is None:
        return ""
    later = getattr(pack, "superseded_by", None)
    if later is not None:
        named = {"pack_id": later.pk, "pack_url": pack_url(later.pk), "reason": later.reason}
        return named | {"report_url": report_url(later.pk)}
    return _replaces(pack) or _begins_restated(pack)


def _replaces(pack: PricingPack) -> dict[str, Any] | str:
    if not pack.supersedes_id:
        return ""
    said = f"Restated: {pack.pk} replaces {pack.supersedes_id}. {pack.reason}"
    return {"sentence": said, "report_url": report_url(pack.pk)}


def _begins_restated(pack: PricingPack) -> dict[str, Any] | str:
    before = latest_pack(pack.policy, pack.asof_date - timedelta(days=1))
    if before is None or not before.supersedes_id:
        return ""
    said = (
        "Restated: the session before this one, where the day’s return begins. "
        f"{before.pk} replaces {before.supersedes_id}. {before.reason}"
    )
    return {"sentence": said, "report_url": report_url(before.pk)}


def report_url(pack_id: str) -> str:
    """Where a restatement says what it moved."""
    return reverse("portfolios:restatement", args=[pack_id])
