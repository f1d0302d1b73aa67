"""Keeping the list of what does not agree: found anew each night, resolved when it agrees again,
accepted by somebody with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.identity import as_user
from accounts.models import User
from accounts.permissions import Permission
from accounts.services import record
from portfolios.calc.money import half_even
from portfolios.exceptions import ReconciliationItemNotFound, ReconciliationRefused
from portfolios.models import Portfolio, ReconciliationResult
from portfolios.selectors.access import resolve_portfolio
from portfolios.selectors.booked import Booked, book_ledger
from portfolios.selectors.reconciliation import (
    Difference,
    assertion_differences,
    projection_differences,
)
from portfolios.selectors.stored_values import value_differences

State = ReconciliationResult.State
NOTE_LENGTH = 500
PLACES = 10  # of the columns


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a reconciliation found. `contradictions` are projections that are not what the ledger
    gives; `open_items` are all differences that nobody has accepted, those included; `unvalued`
    says why no stored value was compared, empty when one was."""

    portfolio_id: UUID
    contradictions: tuple[str, ...]
    open_items: int
    checked: int
    unchecked: tuple[str, ...]
    unvalued: str


@transaction.atomic
def reconcile_portfolio(portfolio_id: UUID) -> Reconciled:
    """Compare, and keep what differs. The portfolio's row is locked: a trade in flight waits."""
    portfolio = Portfolio.objects.select_for_update().get(pk=portfolio_id)
    return reconcile_booked(portfolio, book_ledger(portfolio))


def reconcile_booked(portfolio: Portfolio, booked: Booked) -> Reconciled:
    """`reconcile_portfolio` for whoever holds the lock and has booked the ledger."""
    today = timezone.now().date()
    valued = value_differences(portfolio, booked.entries)
    contradictions = projection_differences(portfolio, booked.entries, booked.book, today)
    contradictions += valued.differences
    held = assertion_differences(portfolio, booked.entries)
    open_items = _keep(portfolio, [*contradictions, *held.differences])
    return Reconciled(
        portfolio_id=portfolio.pk,
        contradictions=tuple(f"{portfolio.pk}: {each.message}" for each in contradictions),
        open_items=open_items,
        checked=held.checked,
        unchecked=held.unchecked,
        unvalued=" ".join(valued.unchecked),
    )


def recheck(*, portfolio_id: UUID, by: User) -> Reconciled:
    """The night's comparison now, for whoever has just mended something."""
    allowed = resolve_portfolio(by, portfolio_id, Permission.WRITE_TRADES)
    with as_user(by.pk):
        found = reconcile_portfolio(allowed.pk)
        _audit("reconcile", by, allowed.pk, allowed.pk, {"open_items": found.open_items})
    return found


def accept_difference(*, portfolio_id: UUID, item_id: int, reason: str, by: User) -> None:
    """Leave a statement's difference as it is, with a reason. It opens again when it changes.

    Raises ReconciliationItemNotFound, and ReconciliationRefused without a reason, for one that is
    not open, and for a projection: that is rebuilt, never accepted.
    """
    allowed = resolve_portfolio(by, portfolio_id, Permission.WRITE_TRADES)
    with as_user(by.pk):
        items = ReconciliationResult.objects.select_for_update()
        item = items.filter(portfolio_id=allowed.pk, pk=item_id).first()
        if item is None:
            raise ReconciliationItemNotFound(item_id)
        _check(item, reason.strip())
        item.state, item.note = State.ACCEPTED, reason.strip()[:NOTE_LENGTH]
        item.save(update_fields=["state", "note", "last_seen_at"])
        details = {"key": item.key, "reason": item.note}
        _audit("accept_difference", by, allowed.pk, item.pk, details)


def _check(item: ReconciliationResult, reason: str) -> None:
    if item.assertion_id is None:
        raise ReconciliationRefused(
            "A projection that contradicts the ledger cannot be accepted.",
            suggestion="Run `manage.py rebuild_projections`, then check again.",
        )
    if item.state != State.OPEN:
        raise ReconciliationRefused("This difference is not open.")
    if not reason or "\0" in reason:
        raise ReconciliationRefused("An accepted difference needs its reason.")


def _keep(portfolio: Portfolio, differences: Iterable[Difference]) -> int:
    """One row for each difference; those that are gone are resolved. Returns how many are open."""
    known = {row.key: row for row in ReconciliationResult.objects.filter(portfolio=portfolio)}
    seen: dict[str, str] = {}
    for each in differences:
        key = each.key[:200]
        seen[key] = _keep_one(portfolio, known.get(key), each)
    gone = [row.pk for key, row in known.items() if key not in seen and row.state != State.RESOLVED]
    ReconciliationResult.objects.filter(pk__in=gone).update(
        state=State.RESOLVED, last_seen_at=timezone.now()
    )
    return sum(state == State.OPEN for state in seen.values())


def _keep_one(portfolio: Portfolio, row: ReconciliationResult | None, each: Difference) -> str:
    """The state that it is in now."""
    row = row or ReconciliationResult(portfolio=portfolio, key=each.key[:200])
    same = (row.expected, row.actual) == (_scaled(each.expected), _scaled(each.actual))
    if row.state == State.RESOLVED:
        row.first_seen_at, row.note = timezone.now(), ""
    if row.state != State.ACCEPTED or not same:
        row.state, row.note = State.OPEN, ""
    row.code, row.asof_date, row.assertion = each.code, each.asof_date, each.assertion
    row.expected, row.actual = _scaled(each.expected), _scaled(each.actual)
    row.error_bps, row.message = _scaled(each.error_bps), each.message
    row.save()
    return str(row.state)


def _scaled(number: Decimal | None) -> Decimal | None:
    return None if number is None else half_even(number, PLACES)


def _audit(
    action: str, by: User, portfolio_id: UUID, resource_id: object, details: Mapping[str, object]
) -> None:
    record(
        action=action,
        by=by,
        resource_type="reconciliation",
        resource_id=resource_id,
        portfolio_id=portfolio_id,
        details=details,
    )
