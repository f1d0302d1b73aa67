"""Transfers between two portfolios: an entry in each ledger, linked, both or neither.

Both ledgers are locked in the order of their ids, so two transfers in opposite directions wait
for one another and never for each other. What leaves in kind arrives with its cost and dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.identity import as_user
from accounts.models import User
from accounts.permissions import Permission
from portfolios.calc.entries import EntryType
from portfolios.calc.lots import Lot
from portfolios.exceptions import EntriesRefused
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio
from portfolios.selectors.access import resolve_portfolio
from portfolios.selectors.booked import book_entries
from portfolios.selectors.ledger import draft_entry, ledger_head
from portfolios.selectors.linked import new_link
from portfolios.selectors.stored_entries import touched_groups
from portfolios.services.ledger import Appended, lock_ledgers, write_entries

SOURCE = "transfer"
RATE = Decimal("1E-12")


@dataclass(frozen=True, slots=True)
class Transferred:
    """What both ledgers received, under one link."""

    link_id: str
    leaving: Appended
    arriving: Appended


@dataclass(frozen=True, slots=True)
class _Moved:
    """A part of a lot that leaves: shares, and what they cost, local and base."""

    lot: Lot
    quantity: Decimal
    cost_local: Decimal | None
    cost_base: Decimal | None


def transfer_in_kind(
    *,
    source_id: UUID,
    target_id: UUID,
    security_id: UUID,
    quantity: Decimal,
    day: date,
    by: User,
    account: str = "main",
    to_account: str = "main",
    lot_picks: list[dict[str, str]] | None = None,
) -> Transferred:
    """Move shares, lots and all; nothing is realised. The lots are the picked ones, else those
    that the source's cost method relieves first on that day.

    Raises PortfolioNotFound, PermissionDenied, and EntriesRefused by either ledger.
    """
    source, target = _allowed(by, source_id, target_id)
    with as_user(by.pk):
        source, target = lock_ledgers([source.pk, target.pk])
        link = new_link(source.pk, target.pk)
        out = Draft(
            entry_type=EntryType.TRANSFER_OUT,
            transaction_date=day,
            security_id=security_id,
            account=account,
            quantity=quantity,
            lot_picks=lot_picks,
            link_id=link,
        )
        moved = _leaving(source, out)
        leaving = write_entries(source, [out], by=by, source=SOURCE)
        arrival = _arrival(out, to_account, moved, source.base_currency == target.base_currency)
        arriving = write_entries(target, [arrival], by=by, source=SOURCE)
    return Transferred(link, leaving, arriving)


def transfer_cash(
    *,
    source_id: UUID,
    target_id: UUID,
    amount: Decimal,
    currency: str,
    day: date,
    by: User,
    account: str = "main",
    to_account: str = "main",
) -> Transferred:
    """Move cash: a withdrawal here, a deposit of the same amount there.

    Raises PortfolioNotFound, PermissionDenied, and EntriesRefused by either ledger.
    """
    source, target = _allowed(by, source_id, target_id)
    with as_user(by.pk):
        source, target = lock_ledgers([source.pk, target.pk])
        link = new_link(source.pk, target.pk)
        given: dict[str, Any] = {
            "transaction_date": day,
            "gross_amount": amount,
            "currency": currency,
            "link_id": link,
        }
        out = Draft(entry_type=EntryType.WITHDRAWAL, account=account, **given)
        into = Draft(entry_type=EntryType.DEPOSIT, account=to_account, **given)
        return Transferred(
            link,
            write_entries(source, [out], by=by, source=SOURCE),
            write_entries(target, [into], by=by, source=SOURCE),
        )


def _allowed(by: User, source_id: UUID, target_id: UUID) -> tuple[Portfolio, Portfolio]:
    source = resolve_portfolio(by, source_id, Permission.WRITE_TRADES)
    target = resolve_portfolio(by, target_id, Permission.WRITE_TRADES)
    if source == target:
        raise _refused("same_portfolio", "Both ends are the same portfolio.", "Choose another.")
    return source, target


def _leaving(source: Portfolio, draft: Draft) -> list[_Moved]:
    """Which lots the entry takes on its day, by booking the ledger up to it with and without."""
    base, seq = source.base_currency, ledger_head(source.pk).seq + 1
    entry = draft_entry(draft, seq, EntryType.TRANSFER_OUT, None, base)
    (group,) = touched_groups(source, [entry]).after
    day = draft.transaction_date
    _, without = book_entries(source, [e for e in group if e.seq != seq], asof=day)
    _, with_it = book_entries(source, group, asof=day)
    left = {lot.label: lot for lot in with_it.lots}
    return [
        _Moved(
            lot,
            lot.quantity_open - rest.quantity_open,
            _difference(lot.cost_basis_local, rest.cost_basis_local),
            _difference(lot.cost_basis, rest.cost_basis),
        )
        for lot in without.lots
        if (rest := left[lot.label]).quantity_open != lot.quantity_open
    ]


def _arrival(draft: Draft, to_account: str, moved: Sequence[_Moved], same_base: bool) -> Draft:  # noqa: FBT001 - the two bases, compared once
    if any(part.lot.is_short for part in moved):
        said = "Shares that are owed cannot be handed to another portfolio."
        raise _refused("short_not_transferable", said, "Cover the short position first.")
    return Draft(
        entry_type=EntryType.TRANSFER_IN,
        transaction_date=draft.transaction_date,
        security_id=draft.security_id,
        account=to_account,
        quantity=draft.quantity,
        currency=moved[0].lot.currency,
        carried_lots=[_carried(part, same_base) for part in moved],
        link_id=draft.link_id,
    )


def _carried(part: _Moved, same_base: bool) -> dict[str, str]:  # noqa: FBT001 - as above
    """A lot as the column keeps it. The rate is of the source's base, so it holds in that only."""
    rate = part.lot.fx_rate
    if part.lot.cost_settled is not None and part.cost_local and part.cost_base is not None:
        rate = (part.cost_base / part.cost_local).quantize(RATE)
    said: dict[str, Decimal | date | str | None] = {
        "quantity": part.quantity,
        "acquisition_date": part.lot.acquisition_date,
        "cost_basis": part.cost_local,
        "fx_rate": rate if same_base else None,
        "holding_start": part.lot.holding_start,
        "label": part.lot.lot_label,
    }
    return {name: _text(value) for name, value in said.items() if value is not None}


def _text(value: Decimal | date | str) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _difference(whole: Decimal | None, rest: Decimal | None) -> Decimal | None:
    return None if whole is None or rest is None else whole - rest


def _refused(reason: str, message: str, remedy: str) -> EntriesRefused:
    return EntriesRefused([{"reason": reason, "message": message, "remedy": remedy}])
