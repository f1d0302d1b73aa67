"""Packs for a span of past sessions, each from what was known the morning after its day."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from accounts.identity import as_service
from accounts.models import User
from accounts.services import record
from market.calc.assembly import Evidence, assemble
from market.calc.completeness import Required
from market.calc.policies import DEFAULT_POLICY, Policy
from market.exceptions import NotASession
from market.models import PackFreshness, PricingPack
from market.selectors import closed_weekdays, policy_named, security_ids, sessions
from market.selectors.evidence import load_evidence
from market.services.freshness import set_freshness
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

CHUNK = 500
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """`closed` are the weekdays without a session, for which there is no pack; `incomplete` the
    sessions of which too little was known to seal one."""

    policy: str
    start: date
    end: date
    sessions: int
    built: int
    kept: int
    closed: tuple[date, ...]
    gaps: int
    carried: int
    incomplete: tuple[date, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, dates as ISO text."""
        answer = asdict(self)
        answer.update(start=str(self.start), end=str(self.end))
        for name in ("closed", "incomplete"):
            answer[name] = [day.isoformat() for day in answer[name]]
        return answer


def backfill_packs(
    start: date,
    end: date,
    policy: str = DEFAULT_POLICY,
    *,
    by: User | None = None,
    progress: Progress | None = None,
    required: Callable[[date], Required] | None = None,
) -> BackfillReport:
    """A sealed pack for each session from `start` to `end`, both included; existing ones are kept.

    Written and sealed in chunks, each its own transaction unless one is open: a backfill that is
    stopped half way is continued by starting it again. The packs are marked fresh, because no
    night of their own is waited for. `required` says what is held on a day; a session of which
    too little is known gets no pack and is named. Raises NotASession when the span holds no
    session at all.
    """
    rules = policy_named(policy)
    days = sessions(rules.calendar, start, end)
    if not days:
        raise NotASession(
            f"{rules.calendar} had no session from {start} to {end}.",
            details={"reason": "date_invalid", "start": str(start), "end": str(end)},
        )
    tally = _Tally()
    with refusals_as_errors():
        with as_service("read observations"):
            evidence = load_evidence(rules, days[0], days[-1], rules.morning_after(days[-1]))
        for first in range(0, len(days), CHUNK):
            with as_service("backfill pricing packs"):
                chunk = days[first : first + CHUNK]
                tally.add(*_backfill(rules, evidence, chunk, required))
            if progress is not None:
                progress(min(first + CHUNK, len(days)), len(days))
    report = BackfillReport(
        policy=policy,
        start=start,
        end=end,
        sessions=len(days),
        built=tally.built,
        kept=len(days) - tally.built - len(tally.incomplete),
        closed=closed_weekdays(rules.calendar, start, end),
        gaps=tally.gaps,
        carried=tally.carried,
        incomplete=tuple(tally.incomplete),
    )
    _note(report, by)
    return report


class _Tally:
    def __init__(self) -> None:
        self.built = self.gaps = self.carried = 0
        self.incomplete: list[date] = []

    def add(self, drafts: Sequence[Draft], incomplete: Sequence[date]) -> None:
        self.incomplete += incomplete
        for draft in drafts:
            states = [price.state for price in draft.content.prices]
            states += [rate.state for rate in draft.content.rates]
            self.built += 1
            self.gaps += len(draft.content.gaps)
            self.carried += states.count("stale")


def _backfill(
    policy: Policy,
    evidence: Evidence,
    days: Sequence[date],
    required: Callable[[date], Required] | None,
) -> tuple[list[Draft], list[date]]:
    """The packs that were built, and the days that lack too much for one."""
    lock_policy(policy.name)
    stored = PricingPack.objects.of_policy(policy.name).between(days[0], days[-1])
    discard_open(list(stored.open().values_list("pk", flat=True)))
    kept = set(stored.values_list("asof_date", flat=True))
    made = [_draft(policy, evidence, day, required) for day in days if day not in kept]
    drafts = [it for it in made if not it.coverage or it.coverage.suffices(policy.completeness)]
    if drafts:
        store_drafts(drafts, security_ids())
        digests = digests_of(drafts)
        seal_drafts(digests)
        set_freshness(list(digests), PackFreshness.State.FRESH)
    sealed = {draft.content.asof_date for draft in drafts}
    return drafts, [it.content.asof_date for it in made if it.content.asof_date not in sealed]


def _draft(
    policy: Policy, evidence: Evidence, day: date, required: Callable[[date], Required] | None
) -> Draft:
    content = assemble(policy, evidence, day, policy.morning_after(day))
    return drafted(policy, evidence, content, required(day) if required is not None else None)


def _note(report: BackfillReport, by: User | None) -> None:
    with as_service("audit a backfill"):
        record(
            action="market.packs.backfill",
            by=by,
            resource_type="pricing_policy",
            resource_id=report.policy,
            details={
                "start": str(report.start),
                "end": str(report.end),
                "built": report.built,
                "kept": report.kept,
            },
        )
