"""Late observations brought into sealed packs: the next revision of every session they change."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.identity import as_service
from accounts.models import User
from accounts.services import record
from market.calc.assembly import Evidence, assemble
from market.calc.completeness import Required
from market.calc.packs import PackContent, pack_digest
from market.calc.policies import DEFAULT_POLICY, Policy
from market.calc.restating import with_listings
from market.models import PackFreshness, PricingPack
from market.selectors import pack_contents, policy_named, security_ids
from market.selectors.evidence import load_evidence
from market.services.packs import require_reason
from market.services.refusals import refusals_as_errors
from market.services.storing import Draft, drafted, lock_policy, seal_drafts, store_drafts

CHUNK = 500
RequiredOn = Callable[[date], Required]


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
    required: RequiredOn | None = None,
) -> RestatementReport:
    """Supersede each live pack from `start` to `end` whose content is another one by now.

    Built from what is known at `known_at`, by default now: an observation that came years after
    its day counts, because that is what a restatement is. With `listings` (keys) only their
    prices are looked at anew. A pack that would stay the same is left alone, so a second call
    changes nothing; of two callers at once the later one finds the work done. `required` says
    what is held on a day: what lacks of it is marked, and stops nothing.

    The new packs are warming: `mark_all_fresh` is the caller's, once what stands on them is
    computed again. The newest day is sealed first, so that an old pack is still read with the
    old history before it. Raises ReasonMissing without a reason.
    """
    require_reason(reason)
    rules, moment = policy_named(policy), known_at or timezone.now()
    with as_service("restate pricing packs"):
        days = list(_live(policy, start, end).values_list("asof_date", flat=True))
        known = _known(rules, days, moment, listings, required)
    made: list[Draft] = []
    for first in range(0, len(days), CHUNK):
        with as_service("restate pricing packs"), refusals_as_errors():
            chunk = days[first : first + CHUNK]
            made += _restate(known, chunk, reason.strip())
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


@dataclass(frozen=True, slots=True)
class Known:
    """What packs are built from again. With `listings`, only theirs is taken anew: `narrow` is the
    policy of that, whose rates stay as sealed and need not be read."""

    policy: Policy
    narrow: Policy
    evidence: Evidence
    at: datetime
    listings: Collection[str] | None
    required: RequiredOn | None

    def content(self, day: date, sealed: PackContent | None) -> PackContent:
        """What the pack of the day holds by now; `sealed` is kept but for the listings."""
        if self.listings is None or sealed is None:
            return assemble(self.policy, self.evidence, day, self.at)
        looked_at = [it for it in self.evidence.listings if it.key in self.listings]
        evidence = replace(self.evidence, listings=looked_at)
        return with_listings(sealed, assemble(self.narrow, evidence, day, self.at), self.listings)

    def draft(self, content: PackContent) -> Draft:
        held = self.required(content.asof_date) if self.required is not None else None
        return drafted(self.policy, self.evidence, content, held)


def _known(
    policy: Policy,
    days: Sequence[date],
    known_at: datetime,
    listings: Collection[str] | None,
    required: RequiredOn | None,
) -> Known:
    narrow = policy if listings is None else replace(policy, currencies=())
    evidence = (
        load_evidence(narrow, days[-1], days[0], known_at) if days else Evidence([], {}, {}, {})
    )
    return Known(policy, narrow, evidence, known_at, listings, required)


def _restate(known: Known, days: Sequence[date], reason: str) -> list[Draft]:
    policy = known.policy.name
    lock_policy(policy)
    # Read again behind the lock: somebody else may have superseded some of them meanwhile.
    packs = list(_live(policy, days[-1], days[0]))
    sealed = pack_contents(packs) if known.listings is not None else {}
    drafts: list[Draft] = []
    digests: dict[str, str] = {}
    for old in packs:
        content = known.content(old.asof_date, sealed.get(old.pk))
        digest = pack_digest(content)
        if digest != old.content_hash:
            draft = known.draft(content)
            drafts.append(
                replace(draft, revision=old.revision + 1, supersedes=old.pk, reason=reason)
            )
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
