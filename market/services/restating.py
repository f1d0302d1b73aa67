"""Late observations brought into sealed packs: the next revision of every session they change."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.identity import as_service
from accounts.models import User
from accounts.services import record
from market.calc.assembly import Evidence, assemble
from market.calc.packs import pack_digest
from market.calc.policies import DEFAULT_POLICY, Policy
from market.calc.restating import with_listings
from market.models import PackFreshness, PricingPack
from market.selectors import pack_contents, policy_named, security_ids
from market.selectors.evidence import load_evidence
from market.services.packs import require_reason
from market.services.refusals import refusals_as_errors
from market.services.storing import Draft, lock_policy, seal_drafts, store_drafts

CHUNK = 500


@dataclass(frozen=True, slots=True)
class RestatementReport:
    """`first` and `last` are the restated days nearest to the ends; `pack_ids` the new packs."""

    policy: str
    start: date
    end: date
    restated: int
    kept: int
    first: date | None
    last: date | None
    pack_ids: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, dates as ISO text and the packs as their number."""
        answer = asdict(self)
        del answer["pack_ids"]
        for name in ("start", "end", "first", "last"):
            answer[name] = answer[name] and str(answer[name])
        return answer


def restate_packs(
    start: date,
    end: date,
    policy: str = DEFAULT_POLICY,
    *,
    reason: str,
    by: User | None = None,
    known_at: datetime | None = None,
    listings: Collection[str] | None = None,
) -> RestatementReport:
    """Supersede each live pack from `start` to `end` whose content is another one by now.

    Built from what is known at `known_at`, by default now: an observation that came years after
    its day counts, because that is what a restatement is. With `listings` (keys) only their
    prices are looked at anew. A pack that would stay the same is left alone, so a second call
    changes nothing; of two callers at once the later one finds the work done.

    The new packs are warming: `mark_all_fresh` is the caller's, once what stands on them is
    computed again. The newest day is sealed first, so that an old pack is still read with the
    old history before it. Raises ReasonMissing without a reason.
    """
    require_reason(reason)
    rules, moment = policy_named(policy), known_at or timezone.now()
    if listings is not None:
        rules = replace(rules, currencies=())  # the rates stay as sealed and need not be read
    with as_service("restate pricing packs"):
        days = list(_live(policy, start, end).values_list("asof_date", flat=True))
        evidence = _evidence(rules, days, moment, listings)
    made: list[Draft] = []
    for first in range(0, len(days), CHUNK):
        with as_service("restate pricing packs"), refusals_as_errors():
            chunk = days[first : first + CHUNK]
            made += _restate(rules, evidence, chunk, reason.strip(), moment, listings)
    report = RestatementReport(
        policy=policy,
        start=start,
        end=end,
        restated=len(made),
        kept=len(days) - len(made),
        first=made[-1].content.asof_date if made else None,
        last=made[0].content.asof_date if made else None,
        pack_ids=tuple(draft.id for draft in made),
    )
    _note(report, reason, by)
    return report


def _live(policy: str, start: date, end: date) -> QuerySet[PricingPack]:
    """The live packs of a span, the newest first."""
    return PricingPack.objects.of_policy(policy).live().between(start, end).order_by("-asof_date")


def _evidence(
    policy: Policy, days: Sequence[date], known_at: datetime, listings: Collection[str] | None
) -> Evidence:
    if not days:
        return Evidence([], {}, {}, {})
    evidence = load_evidence(policy, days[-1], days[0], known_at)
    if listings is None:
        return evidence
    return replace(evidence, listings=[it for it in evidence.listings if it.key in listings])


def _restate(
    policy: Policy,
    evidence: Evidence,
    days: Sequence[date],
    reason: str,
    known_at: datetime,
    listings: Collection[str] | None,
) -> list[Draft]:
    lock_policy(policy.name)
    # Read again behind the lock: somebody else may have superseded some of them meanwhile.
    packs = list(_live(policy.name, days[-1], days[0]))
    sealed = pack_contents(packs) if listings is not None else {}
    drafts: list[Draft] = []
    digests: dict[str, str] = {}
    for old in packs:
        content = assemble(policy, evidence, old.asof_date, known_at)
        if listings is not None:
            content = with_listings(sealed[old.pk], content, listings)
        digest = pack_digest(content)
        if digest != old.content_hash:
            drafts.append(Draft(content, old.revision + 1, old.pk, reason))
            digests[drafts[-1].id] = digest
    if drafts:
        store_drafts(drafts, security_ids())
        seal_drafts(digests)
        _inherit_errors(list(digests))
    return drafts


def _inherit_errors(pack_ids: Sequence[str]) -> None:
    """A night that stopped is not mended by other prices: its message goes with the new pack."""
    stopped = PackFreshness.objects.filter(
        pack__superseded_by__in=pack_ids, state=PackFreshness.State.ERROR
    )
    for message, pack_id in stopped.values_list("error_message", "pack__superseded_by"):
        PackFreshness.objects.filter(pack=pack_id).update(
            state=PackFreshness.State.ERROR, error_message=message, estimated_ready=None
        )


def _note(report: RestatementReport, reason: str, by: User | None) -> None:
    with as_service("audit a restatement"):
        record(
            action="market.packs.restate",
            by=by,
            resource_type="pricing_policy",
            resource_id=report.policy,
            details=report.as_dict() | {"reason": reason},
        )
