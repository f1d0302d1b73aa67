"""Build a pack, seal it, and replace it by a better revision."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.utils import timezone

from accounts.identity import as_service
from accounts.models import User
from accounts.services import record
from market.calc.assembly import assemble
from market.calc.completeness import Coverage, Required
from market.calc.packs import pack_digest
from market.calc.policies import DEFAULT_POLICY, Policy
from market.exceptions import (
    NotASession,
    PackIncomplete,
    PackNotSealed,
    PackSuperseded,
    ReasonMissing,
)
from market.models import PricingPack
from market.selectors import (
    is_session,
    live_pack,
    pack_by_id,
    pack_content,
    policy_named,
    security_ids,
    sessions,
)
from market.selectors.evidence import load_evidence
from market.services.refusals import refusals_as_errors
from market.services.storing import (
    Draft,
    digests_of,
    discard_open,
    drafted,
    lock_policy,
    seal_drafts,
    store_drafts,
)

NAMED = 10


def build_pack(
    asof: date,
    policy: str = DEFAULT_POLICY,
    *,
    known_at: datetime | None = None,
    by: User | None = None,
    seal: bool = True,
    required: Required | None = None,
) -> PricingPack:
    """The pack of a session from what was known at `known_at`, by default now.

    A sealed pack of the day is returned as it is; one that was left open is built again. With
    `seal=False` the pack stays open, for checks between building and sealing.

    `required` is what is held on the day: its gaps are marked, and below the policy's bar nothing
    is built, but PackIncomplete raised. None judges nothing.
    """
    rules = policy_named(policy)
    require_session(rules, asof)
    with as_service("build a pricing pack"), refusals_as_errors():
        lock_policy(policy)
        existing = live_pack(policy, asof)
        if existing is not None:
            return existing
        left_open = PricingPack.objects.of_policy(policy).asof(asof).open()
        discard_open([pack.pk for pack in left_open])
        draft = _draft(rules, asof, known_at or timezone.now(), required)
        if draft.coverage is not None:
            require_coverage(rules, asof, draft.coverage)
        store_drafts([draft], security_ids())
        if seal:
            _note("market.pack.seal", by, draft.id, content_hash=_seal(draft))
        return pack_by_id(draft.id)


def seal_pack(pack_id: str, *, by: User | None = None) -> PricingPack:
    """Seal an open pack as it is stored. Sealing a sealed one changes nothing."""
    with as_service("seal a pricing pack"), refusals_as_errors():
        lock_policy(pack_by_id(pack_id).policy)
        # Locked before its content is read: a price on its way in is waited for.
        pack = PricingPack.objects.select_for_update().get(pk=pack_id)
        if not pack.is_sealed:
            digest = pack_digest(pack_content(pack_id))
            seal_drafts({pack_id: digest})
            _note("market.pack.seal", by, pack_id, content_hash=digest)
        return pack_by_id(pack_id)


def supersede_pack(
    pack_id: str,
    reason: str,
    by: User | None,
    *,
    known_at: datetime | None = None,
    required: Required | None = None,
) -> PricingPack:
    """Build and seal the next revision from what is known at `known_at`, by default now.

    The old pack stays as it is and is only pointed to. Of two callers at once one wins; the
    other, like everyone later, is told that the pack is superseded already. The coverage of
    what is `required` is said and stops nothing: that day has a pack already.
    """
    require_reason(reason)
    with as_service("supersede a pricing pack"), refusals_as_errors():
        lock_policy(pack_by_id(pack_id).policy)
        old = PricingPack.objects.select_for_update().get(pk=pack_id)
        _require_supersedable(old)
        draft = replace(
            _draft(policy_named(old.policy), old.asof_date, known_at or timezone.now(), required),
            revision=old.revision + 1,
            supersedes=old.pk,
            reason=reason.strip(),
        )
        store_drafts([draft], security_ids())
        digest = _seal(draft)
        _note(
            "market.pack.supersede",
            by,
            draft.id,
            supersedes=old.pk,
            reason=draft.reason,
            old_content_hash=old.content_hash,
            content_hash=digest,
        )
        return pack_by_id(draft.id)


def require_reason(reason: str) -> None:
    """Refuse a supersession that says nothing about why."""
    if not reason.strip():
        raise ReasonMissing(
            "A pack is superseded for a reason, and the reason is missing.",
            details={"reason": "reason_missing", "field": "reason"},
        )


def require_session(policy: Policy, asof: date) -> None:
    """Refuse a day without a session, naming the sessions around it."""
    if is_session(policy.calendar, asof):
        return
    near = sessions(policy.calendar, asof - timedelta(days=6), asof + timedelta(days=6))
    around = [day for day in near if day < asof][-1:] + [day for day in near if day > asof][:1]
    raise NotASession(
        f"{policy.calendar} was closed on {asof:%A} {asof}; there is no pack for that day.",
        details={
            "reason": "date_invalid",
            "asof_date": asof.isoformat(),
            "sessions_around": [day.isoformat() for day in around],
        },
    )


def require_coverage(policy: Policy, asof: date, coverage: Coverage) -> None:
    """Refuse a pack that lacks too much of what is held, naming what it lacks."""
    rule = policy.completeness
    if coverage.suffices(rule):
        return
    lacking = coverage.missing if coverage.priced < rule.priced else coverage.late
    named = ", ".join(lacking[:NAMED]) + (" and more" if len(lacking) > NAMED else "")
    raise PackIncomplete(
        f"The pack of {asof} is not sealed: of {coverage.required} prices and rates that are "
        f"needed {len(coverage.missing)} are missing and {len(coverage.late)} late. {named}.",
        details={
            "reason": "coverage_too_low",
            "asof_date": asof.isoformat(),
            "policy": policy.name,
            "at_least": {"priced": str(rule.priced), "observed": str(rule.observed)},
            "coverage": coverage.as_dict(),
        },
    )


def _draft(policy: Policy, asof: date, known_at: datetime, required: Required | None) -> Draft:
    evidence = load_evidence(policy, asof, asof, known_at)
    return drafted(policy, evidence, assemble(policy, evidence, asof, known_at), required)


def _seal(draft: Draft) -> str:
    digests = digests_of([draft])
    seal_drafts(digests)
    return digests[draft.id]


def _require_supersedable(pack: PricingPack) -> None:
    if not pack.is_sealed:
        raise PackNotSealed(f"Pack {pack.pk} is still open.", details={"pack_id": pack.pk})
    successor = PricingPack.objects.filter(supersedes=pack.pk).first()
    if successor is not None:
        raise PackSuperseded(
            f"Pack {pack.pk} is superseded by {successor.pk} already.",
            details={"pack_id": pack.pk, "superseded_by": successor.pk},
        )


def _note(action: str, by: User | None, pack_id: str, **details: str) -> None:
    record(
        action=action,
        by=by,
        resource_type="pricing_pack",
        resource_id=pack_id,
        details=details,
    )
