"""Whether a pack is ready: the payload of /health/pack."""

from datetime import date, timedelta
from typing import Final, Literal, TypedDict

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from market.calc.policies import DEFAULT_POLICY, Policy
from market.models import PackFreshness, PricingPack
from market.providers.bundled import last_day
from market.selectors.calendars import sessions
from market.selectors.packs import latest_pack, pack_by_id
from market.selectors.policies import policy_named

WARMING_TIME: Final = timedelta(minutes=15)
Status = Literal["warming", "fresh", "stale", "error"]


class PackHealth(TypedDict):
    """Dates and instants as ISO text; `estimated_ready` only while the pack warms."""

    status: Status
    pack_id: str | None
    asof_date: str | None
    updated_at: str | None
    prewarm_done: bool
    is_fresh: bool
    reconciliation_passed: bool | None
    error_message: str | None
    estimated_ready: str | None


NO_PACK: Final[PackHealth] = {
    "status": "warming",
    "pack_id": None,
    "asof_date": None,
    "updated_at": None,
    "prewarm_done": False,
    "is_fresh": False,
    "reconciliation_passed": None,
    "error_message": "No pricing pack is sealed yet.",
    "estimated_ready": None,
}


def pack_health(
    policy: str = DEFAULT_POLICY, *, pack_id: str | None = None, today: date | None = None
) -> PackHealth:
    """The state of a policy's latest pack, or of one pack that was asked for.

    Fresh means that the pack's own chain is done. Age matters only for the latest pack: it is
    stale once its sources have had a later session.
    """
    if pack_id is not None:
        return _payload(pack_by_id(pack_id), overdue=False)
    pack = latest_pack(policy)
    return NO_PACK.copy() if pack is None else health_of(pack, latest=True, today=today)


def health_of(pack: PricingPack, *, latest: bool, today: date | None = None) -> PackHealth:
    """The state of a pack that is at hand; `latest` says that it is its policy's newest, and was
    asked for as such."""
    if not latest:
        return _payload(pack, overdue=False)
    due = last_due_session(policy_named(pack.policy), today or timezone.now().date())
    return _payload(pack, overdue=due is not None and pack.asof_date < due)


def last_due_session(policy: Policy, today: date) -> date | None:
    """The newest session whose night is over and which the sources still cover."""
    end = min(today - timedelta(days=1), last_day())
    recent = sessions(policy.calendar, end - timedelta(days=14), end)
    return recent[-1] if recent else None


def _payload(pack: PricingPack, *, overdue: bool) -> PackHealth:
    freshness = _freshness(pack)
    status: Status = "warming"
    if freshness.state == PackFreshness.State.ERROR:
        status = "error"
    elif freshness.state == PackFreshness.State.FRESH:
        status = "stale" if overdue else "fresh"
    updated = freshness.updated_at
    return {
        "status": status,
        "pack_id": pack.pk,
        "asof_date": pack.asof_date.isoformat(),
        "updated_at": updated.isoformat(),
        "prewarm_done": freshness.prewarm_done,
        "is_fresh": status == "fresh",
        "reconciliation_passed": freshness.reconciliation_passed,
        "error_message": freshness.error_message or None,
        "estimated_ready": (updated + WARMING_TIME).isoformat() if status == "warming" else None,
    }


def _freshness(pack: PricingPack) -> PackFreshness:
    try:
        return pack.freshness
    except ObjectDoesNotExist:
        return PackFreshness(pack=pack, updated_at=pack.built_at)
