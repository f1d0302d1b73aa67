"""What the pages of the nights show: the last thirty, and one as it goes on."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.identity import as_service, as_user
from accounts.models import User
from dawsos.models import NightlyRun, StageAttempt, StageChunk, StageFailure, StageRun
from dawsos.night.clock import seconds, span
from market.selectors import policy_named
from patterns.exceptions import DawsError
from portfolios.selectors.access import portfolio_names

NIGHTS = 30
TIME_ALLOWED = dt.timedelta(minutes=10)  # from five past midnight to a quarter past
ON_TIME = dt.timedelta(hours=6)  # a night that starts later was run by hand, or for a past day
SECONDS_SHOWN = ("build_pack", "reconcile_ledger", "compute_daily_metrics")


class NightNotFound(DawsError):
    code = "NOT_FOUND_3051"
    http_status = 404
    suggestion = "Choose one of the list of nights."


@dataclass(frozen=True, slots=True)
class Punctuality:
    """When a night began and its pack was fresh, against the deadline, both in the market's zone.

    `margin` is None for a night that was not run in its own night, or is not that far.
    """

    started_at: dt.datetime
    deadline: dt.datetime
    fresh_at: dt.datetime | None
    margin: dt.timedelta | None
    in_its_night: bool

    @property
    def late(self) -> bool:
        return self.margin is not None and self.margin < dt.timedelta(0)

    @property
    def words(self) -> str:
        if self.margin is None:
            return "Run at another time" if not self.in_its_night else "Not fresh yet"
        return f"{span(abs(self.margin))} {'late' if self.late else 'to spare'}"


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage of a night with its chunks and its attempts added up."""

    stage: StageRun
    seconds: float
    chunks: int
    chunks_done: int
    chunks_failed: int
    attempts: int
    failures: int

    @property
    def label(self) -> str:
        return self.stage.stage.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class NightRow:
    """One night of the list."""

    run: NightlyRun
    stages: tuple[StageRow, ...]
    punctuality: Punctuality

    @property
    def seconds(self) -> float:
        return sum(row.seconds for row in self.stages)

    @property
    def attempts(self) -> int:
        return sum(row.attempts for row in self.stages)

    @property
    def failures(self) -> int:
        return sum(row.failures for row in self.stages)

    @property
    def current(self) -> StageRow | None:
        """The stage that is at work, or at which the night has stopped."""
        left = (row for row in self.stages if row.stage.state != StageRun.State.DONE)
        return next(left, None)


@dataclass(frozen=True, slots=True)
class FailureRow:
    """A portfolio that failed. Name and sentence are its members' alone."""

    stage: str
    portfolio_id: UUID
    code: str
    name: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class NightPage:
    """One night: its stages, each attempt, and the portfolios that failed."""

    night: NightRow
    attempts: tuple[StageAttempt, ...]
    chunks: tuple[StageChunk, ...]
    failures: tuple[FailureRow, ...]

    @property
    def running(self) -> bool:
        return self.night.run.state == NightlyRun.State.RUNNING


def last_nights(limit: int = NIGHTS) -> list[NightRow]:
    """The newest days first."""
    with as_service("pages of the nights"):
        return _rows(NightlyRun.objects.prefetch_related("stages")[:limit])


def night_page(run_id: int, user: User) -> NightPage:
    """Raises NightNotFound."""
    with as_service("pages of the nights"):
        run = NightlyRun.objects.prefetch_related("stages").filter(pk=run_id).first()
        if run is None:
            raise NightNotFound(f"There is no night {run_id}.")
        (night,) = _rows([run])
        attempts = StageAttempt.objects.filter(stage_run__run=run)
        chunks = StageChunk.objects.filter(stage_run__run=run).select_related("stage_run")
        failed = StageFailure.objects.filter(stage_run__run=run).select_related("stage_run")
        page = NightPage(
            night,
            tuple(attempts.select_related("stage_run", "chunk").order_by("started_at", "id")),
            tuple(chunks.order_by("stage_run__position", "number")),
            tuple(
                FailureRow(each.stage_run.stage, each.portfolio_id, each.code) for each in failed
            ),
        )
    return NightPage(page.night, page.attempts, page.chunks, _told(page.failures, run, user))


def _told(failures: Iterable[FailureRow], run: NightlyRun, user: User) -> tuple[FailureRow, ...]:
    """The rows with names and sentences of the portfolios that are open to the user."""
    with as_user(user.pk):
        names = {pk: name for pk, name, _ in portfolio_names(user)}
        seen = StageFailure.objects.filter(stage_run__run=run).values_list(
            "stage_run__stage", "portfolio_id", "message"
        )
        said = {(stage, pk): message for stage, pk, message in seen}
    return tuple(
        FailureRow(
            each.stage,
            each.portfolio_id,
            each.code,
            names.get(each.portfolio_id, ""),
            said.get((each.stage, each.portfolio_id), ""),
        )
        for each in failures
    )


def _rows(runs: Iterable[NightlyRun]) -> list[NightRow]:
    nights = list(runs)
    stage_ids = [stage.pk for run in nights for stage in run.stages.all()]
    chunks = Counter(
        StageChunk.objects.filter(stage_run__in=stage_ids).values_list("stage_run", "state")
    )
    attempts = Counter(
        StageAttempt.objects.filter(stage_run__in=stage_ids).values_list("stage_run", flat=True)
    )
    failures = Counter(
        StageFailure.objects.filter(stage_run__in=stage_ids).values_list("stage_run", flat=True)
    )
    return [
        NightRow(
            run,
            tuple(
                _stage_row(stage, chunks, attempts[stage.pk], failures[stage.pk])
                for stage in run.stages.all()
            ),
            _punctuality(run),
        )
        for run in nights
    ]


def _stage_row(
    stage: StageRun, chunks: Counter[tuple[int, str]], attempts: int, failures: int
) -> StageRow:
    of_state = {state: chunks[stage.pk, state] for state in StageRun.State.values}
    return StageRow(
        stage=stage,
        seconds=seconds(stage),
        chunks=sum(of_state.values()),
        chunks_done=of_state[StageRun.State.DONE],
        chunks_failed=of_state[StageRun.State.FAILED],
        attempts=attempts,
        failures=failures,
    )


def _punctuality(run: NightlyRun) -> Punctuality:
    rules = policy_named(run.policy)
    due = rules.morning_after(run.asof_date)
    deadline = due + TIME_ALLOWED
    in_its_night = due - ON_TIME <= run.started_at <= due + ON_TIME
    fresh = next((s for s in run.stages.all() if s.stage == "mark_pack_fresh"), None)
    at = fresh.ended_at if fresh is not None and fresh.state == StageRun.State.DONE else None
    zone = ZoneInfo(rules.zone)
    local = None if at is None else at.astimezone(zone)
    margin = deadline - local if local is not None and in_its_night else None
    return Punctuality(run.started_at.astimezone(zone), deadline, local, margin, in_its_night)


def chart_of(nights: Sequence[NightRow]) -> dict[str, Any]:
    """Seconds by night, the oldest first: all of it, and the three longest stages."""
    rows = list(reversed(nights))
    found: list[tuple[str, list[float]]] = [
        ("Whole night", [round(night.seconds, 3) for night in rows])
    ]
    for name in SECONDS_SHOWN:
        spent = [_seconds_of(night, name) for night in rows]
        found.append((name.replace("_", " ").capitalize(), spent))
    return {
        "kind": "line",
        "categories": [night.run.asof_date.isoformat() for night in rows],
        "category_kind": "text",
        "series": [
            {
                "label": label,
                "values": values,
                "texts": [f"{value:,.2f} s" for value in values],
                "states": ["exact"] * len(values),
                "unit": "s",
                "format": "number",
                "currency": "",
            }
            for label, values in found
        ],
        "unit": "s",
        "currency": "",
        "signed": False,
    }


def _seconds_of(night: NightRow, name: str) -> float:
    return round(sum(row.seconds for row in night.stages if row.stage.stage == name), 3)
