"""The runs of the portfolios that a user may see, the newest first, without their results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, FloatField, Func, IntegerField, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from accounts.models import User
from patterns.library import library
from patterns.models import PatternRun
from portfolios.selectors.access import portfolio_names

PAGE_SIZE = 25
STEPS = "jsonb_array_length(jsonb_path_query_array(%(expressions)s, '$.steps[*]'))"
KEPT_STEPS = (
    "jsonb_array_length(jsonb_path_query_array("
    "%(expressions)s, '$.steps[*] ? (@.cache_hit == true)'))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run as it was asked first; asked again, its record is served and no row is added.
    `kept` of its `steps` had been computed for an earlier run."""

    run_id: UUID
    pattern_id: str
    pattern: str
    portfolio_id: UUID | None
    portfolio: str
    asof_date: date | None
    pack_id: str | None
    state: str
    took_ms: float | None
    steps: int
    kept: int
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of runs; pages count from 1. The choices are for the filters."""

    rows: tuple[RunRow, ...]
    page: int
    pages: int
    total: int
    portfolios: tuple[tuple[UUID, str], ...]
    patterns: tuple[tuple[str, str], ...]


def run_page(
    user: User, *, portfolio_id: UUID | None = None, pattern_id: str = "", page: int = 1
) -> RunPage:
    """In three queries. A page outside the range is answered with the nearest one."""
    names = {pk: name for pk, name, _ in portfolio_names(user)}
    found = _visible(user, names)
    if portfolio_id is not None:
        found = found.filter(portfolio_id=portfolio_id)
    if pattern_id:
        found = found.filter(pattern_id=pattern_id)
    total = found.count()
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(page, 1), pages)
    start = (number - 1) * PAGE_SIZE
    titles = {spec.id: spec.name for spec in library().patterns()}
    rows = _told(found)[start : start + PAGE_SIZE]
    return RunPage(
        rows=tuple(_row(row, names, titles) for row in rows),
        page=number,
        pages=pages,
        total=total,
        portfolios=tuple(names.items()),
        patterns=tuple(sorted(titles.items(), key=lambda item: item[1])),
    )


def _visible(user: User, portfolio_ids: Iterable[UUID]) -> QuerySet[PatternRun]:
    """Runs of the portfolios, and those without one that the user asked."""
    own = Q(portfolio_id=None, user_id=user.pk)
    return PatternRun.objects.filter(Q(portfolio_id__in=list(portfolio_ids)) | own)


def _told(runs: QuerySet[PatternRun]) -> QuerySet[PatternRun, dict[str, Any]]:
    """What a row needs of a trace is taken out of it by the database."""
    return (
        runs.newest_first()  # type: ignore[attr-defined]
        .annotate(
            took_ms=Cast(KT("trace__duration_ms"), FloatField()),
            steps=Func(F("trace"), template=STEPS, output_field=IntegerField()),
            kept=Func(F("trace"), template=KEPT_STEPS, output_field=IntegerField()),
        )
        .values(
            "id", "pattern_id", "portfolio_id", "asof_date", "pack_id", "state", "created_at",
            "took_ms", "steps", "kept",
        )
    )  # fmt: skip


def _row(row: dict[str, Any], names: dict[UUID, str], titles: dict[str, str]) -> RunRow:
    return RunRow(
        run_id=row["id"],
        pattern_id=row["pattern_id"],
        pattern=titles.get(row["pattern_id"], row["pattern_id"]),
        portfolio_id=row["portfolio_id"],
        portfolio=names.get(row["portfolio_id"], ""),
        asof_date=row["asof_date"],
        pack_id=row["pack_id"],
        state=row["state"],
        took_ms=row["took_ms"],
        steps=row["steps"],
        kept=row["kept"],
        asked_at=row["created_at"],
    )
