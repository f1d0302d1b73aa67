"""Import runs: who brought which file, what became of its rows, and whether it still stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.selectors import authors
from portfolios.calc.booking.reversals import effective
from portfolios.exceptions import ImportRunNotFound
from portfolios.models import BalanceAssertion, ImportRun, Transaction
from portfolios.selectors.ledger import ledger_rows, to_entries


def import_runs(portfolio_id: UUID) -> QuerySet[ImportRun]:
    """All runs of a portfolio, the newest first, each with `standing`, the entries that count."""
    standing = Count("transactions", filter=Q(transactions__reversed_by__isnull=True))
    runs = ImportRun.objects.filter(portfolio_id=portfolio_id)
    runs = runs.prefetch_related(Prefetch("created_by", authors()))
    return runs.annotate(standing=standing).order_by("-pk")


def import_run(portfolio_id: UUID, run_id: int) -> ImportRun:
    """One run of this portfolio. Raises ImportRunNotFound for any other."""
    run = import_runs(portfolio_id).filter(pk=run_id).first()
    if run is None:
        raise ImportRunNotFound(run_id)
    return run


def rests_on_what_stands(run: ImportRun) -> bool:
    """Whether every entry that a run found in the ledger, and so left out, still counts there."""
    relied = {each["entry"] for each in run.report.get("duplicates", ()) if each["entry"]}
    entries = Transaction.objects.filter(portfolio_id=run.portfolio_id)
    if not entries.filter(seq__in=relied, reversed_by__isnull=False).exists():
        return True
    standing, _ = effective(to_entries(ledger_rows(run.portfolio_id), run.portfolio.base_currency))
    return relied <= {entry.seq for entry in standing}


@dataclass(frozen=True, slots=True)
class RunRows:
    """What a run added, and what it left out: rows of its file with their reasons."""

    entries: QuerySet[Transaction]
    duplicates: tuple[dict[str, Any], ...]
    skipped: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    title: str
    assertions: QuerySet[BalanceAssertion]


def run_rows(run: ImportRun) -> RunRows:
    """The rows of a run. What was left out is kept with it; the file itself is not."""
    entries = Transaction.objects.filter(import_run=run)
    assertions = BalanceAssertion.objects.filter(import_run=run).select_related("security")
    return RunRows(
        entries=entries.select_related("security", "reversed_by").order_by("seq"),
        duplicates=tuple(run.report.get("duplicates", ())),
        skipped=tuple(run.report.get("skipped", ())),
        notes=tuple(run.report.get("notes", ())),
        title=run.report.get("title", "") or run.format,
        assertions=assertions.order_by("asof_date", "kind", "account", "currency", "pk"),
    )
