"""What an entry would do, found by doing it: it is written, looked at, and rolled back.

The preview and the ledger cannot disagree, because the same code produces both. Only what the
new entries name is compared, so a rehearsal in a long ledger costs what the entry itself costs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from accounts.identity import as_user
from accounts.models import User
from portfolios.exceptions import PreviewOutdated
from portfolios.models import CashBalance, Lot, LotClosure, Transaction
from portfolios.selectors.ledger import ledger_head
from portfolios.services.ledger import Appended, lock_ledger

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Change:
    """A balance before and after; `what` and `where` name it."""

    what: str
    where: str
    before: Decimal
    after: Decimal

    @property
    def by(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Entries as they would stand, and what they would change.

    `closures` are those that would be new. `realized` is the change of the realised result in
    base currency; None when any part of it cannot be known.
    """

    entries: tuple[Transaction, ...]
    positions: tuple[Change, ...]
    cash: tuple[Change, ...]
    opened: tuple[Lot, ...]
    changed: tuple[tuple[Lot, Lot], ...]
    gone: tuple[Lot, ...]
    closures: tuple[LotClosure, ...]
    reopened: tuple[LotClosure, ...]
    realized: Decimal | None

    @property
    def touches_lots(self) -> bool:
        return bool(self.opened or self.changed or self.gone or self.closures or self.reopened)


@dataclass(frozen=True, slots=True)
class _State:
    lots: dict[str, Lot]
    closures: dict[tuple[str, int], LotClosure]
    cash: dict[tuple[str, str], Decimal]


def rehearse(portfolio_id: UUID, act: Callable[[], Appended], *, by: User) -> Effect:
    """Run `act`, which writes entries, and undo it. Raises whatever `act` raises."""
    with as_user(by.pk), transaction.atomic():
        with transaction.atomic():
            entries = act().entries
            named = _securities(entries)
            after = _state(portfolio_id, named)
            transaction.set_rollback(True)
        return _effect(entries, _state(portfolio_id, named), after)


def _securities(entries: Iterable[Transaction]) -> set[UUID]:
    found = set()
    for entry in entries:
        said = entry.reverses if entry.reverses is not None else entry
        found |= {pk for pk in (said.security_id, said.to_security_id) if pk is not None}
    return found


def _state(portfolio_id: UUID, securities: set[UUID]) -> _State:
    lots = Lot.objects.filter(portfolio_id=portfolio_id, security__in=securities)
    closures = LotClosure.objects.filter(
        portfolio_id=portfolio_id, lot__security__in=securities
    ).select_related("lot__security", "lot__open_entry", "close_entry")
    cash = CashBalance.objects.filter(portfolio_id=portfolio_id)
    return _State(
        {lot.label: lot for lot in lots.select_related("security").order_by("id")},
        {(item.lot.label, item.close_entry.seq): item for item in closures.order_by("id")},
        {(row.currency, row.account): row.balance for row in cash},
    )


def _effect(entries: tuple[Transaction, ...], before: _State, after: _State) -> Effect:
    kept = before.lots.keys() & after.lots.keys()
    return Effect(
        entries=entries,
        positions=_changes(_held(before), _held(after)),
        cash=_changes(before.cash, after.cash),
        opened=tuple(lot for label, lot in after.lots.items() if label not in before.lots),
        changed=tuple(
            (before.lots[label], after.lots[label])
            for label in after.lots
            if label in kept and _said(before.lots[label]) != _said(after.lots[label])
        ),
        gone=tuple(lot for label, lot in before.lots.items() if label not in after.lots),
        closures=tuple(v for k, v in after.closures.items() if k not in before.closures),
        reopened=tuple(v for k, v in before.closures.items() if k not in after.closures),
        realized=_realized(before, after),
    )


def _said(lot: Lot) -> tuple[object, ...]:
    return (lot.account, lot.quantity_open, lot.quantity_original, lot.cost_basis_local)


def _held(state: _State) -> dict[tuple[str, str], Decimal]:
    """Shares by symbol and account; what is owed is negative."""
    held: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for lot in state.lots.values():
        sign = -1 if lot.is_short else 1
        held[lot.security.symbol, lot.account] += sign * lot.quantity_open
    return held


def _changes(
    before: dict[tuple[str, str], Decimal], after: dict[tuple[str, str], Decimal]
) -> tuple[Change, ...]:
    return tuple(
        Change(*key, before.get(key, ZERO), after.get(key, ZERO))
        for key in sorted(before.keys() | after.keys())
        if before.get(key, ZERO) != after.get(key, ZERO)
    )


def _realized(before: _State, after: _State) -> Decimal | None:
    """The sum over all closures of these securities, after less before."""
    known = [
        sign * item.realized_pnl
        for sign, state in ((1, after), (-1, before))
        for item in state.closures.values()
        if item.realized_pnl is not None
    ]
    changed = before.closures.keys() ^ after.closures.keys()
    either = before.closures | after.closures
    if any(either[key].realized_pnl is None for key in changed):
        return None
    return sum(known, ZERO)


def preview_token(portfolio_id: UUID, said: object) -> str:
    """What was previewed, and on which ledger: another head or another entry gives another."""
    head = ledger_head(portfolio_id)
    return sha256(f"{head.entry_hash} {said!r}".encode()).hexdigest()


def write_previewed(
    portfolio_id: UUID, token: str, said: object, act: Callable[[], Appended], *, by: User
) -> Appended:
    """Run `act` if what it writes was previewed on this very ledger, so a button that is pressed
    twice writes once. Raises PreviewOutdated, and whatever `act` raises."""
    with as_user(by.pk):
        lock_ledger(portfolio_id)
        if token != preview_token(portfolio_id, said):
            raise PreviewOutdated("The ledger or the entry has changed since its preview.")
        return act()
