"""Writing a plan's entries in the order of the file, its reversals among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from accounts.models import User
from portfolios.formats.draft import Draft
from portfolios.models import ImportRun, Portfolio
from portfolios.selectors.ledger import ledger_head, ledger_rows
from portfolios.services.import_booking import Booking
from portfolios.services.import_plan import Plan
from portfolios.services.ledger import Ahead, Appended, Progress, reverse_entries, write_entries
from portfolios.services.legs import refuse_legs


def write_drafts(
    portfolio: Portfolio, booking: Booking, run: ImportRun, by: User, *, progress: Progress
) -> Appended | None:
    """Each stretch of entries as one batch, each stretch of reversals as another; all are in the
    caller's transaction. Returns first and last number and the new head, None if nothing is new."""
    first: Appended | None = None
    last: Appended | None = None
    plan = booking.plan
    # What begins a ledger is one batch, and all that the plan has booked, or will have.
    ahead = Ahead(booking.books_of_all if booking.begins_ledger else None)
    for start, end in stretches(plan):
        if start in plan.compared.targets:
            last = _reverse(portfolio, plan, range(start, end), by)
        else:
            last = write_entries(
                portfolio,
                plan.fresh[start:end],
                by=by,
                source=plan.choices.format,
                import_run=run,
                progress=progress,
                ahead=ahead,
            )
        first = first or last
    if first is None or last is None:
        return None
    head = ledger_head(portfolio.pk)
    return Appended(portfolio.pk, first.first_seq, head.seq, head.entry_hash)


def row_runs(first_seq: int, drafts: Sequence[Draft]) -> list[list[int]]:
    """Where each number stood in the file, as [number, row, count] for numbers and rows that rise
    together: a file without duplicates is a single run, however long."""
    rows = [draft.row for draft in drafts]
    if rows and rows[0] is not None and rows == [*range(rows[0], rows[0] + len(rows))]:
        return [[first_seq, rows[0], len(rows)]]
    runs: list[list[int]] = []
    for seq, draft in enumerate(drafts, start=first_seq):
        if draft.row is None:
            continue
        if runs and seq - runs[-1][0] == runs[-1][2] and draft.row - runs[-1][1] == runs[-1][2]:
            runs[-1][2] += 1
        else:
            runs.append([seq, draft.row, 1])
    return runs


def stretches(plan: Plan) -> Iterator[tuple[int, int]]:
    """Places of `fresh` that can be written together. Reversals are written newest target first,
    so only those that stand in that order, under one reason, make one stretch."""
    if plan.fresh and not plan.compared.targets:
        yield 0, len(plan.fresh)
        return
    start = 0
    for place in range(1, len(plan.fresh) + 1):
        if place == len(plan.fresh) or _parts(plan, place):
            yield start, place
            start = place


def _parts(plan: Plan, place: int) -> bool:
    targets = plan.compared.targets
    before, here = targets.get(place - 1), targets.get(place)
    if before is None or here is None:
        return before is not here
    return here > before or plan.fresh[place].narration != plan.fresh[place - 1].narration


def _reverse(portfolio: Portfolio, plan: Plan, places: range, by: User) -> Appended:
    numbers = [plan.compared.targets[place] for place in places]
    targets = list(ledger_rows(portfolio.pk).filter(seq__in=numbers))
    refuse_legs(targets)
    return reverse_entries(portfolio, targets, by=by, reason=plan.fresh[places[0]].narration)
