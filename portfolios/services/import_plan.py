"""What a file would do to a ledger, worked out in full before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from market.formats.csv_records import Limits
from market.formats.faults import Fault
from market.models import Security
from market.selectors import policy_named
from patterns.canonical import decimal_text
from portfolios.calc.lots import Book
from portfolios.formats import dawsos_csv
from portfolios.formats.draft import Draft
from portfolios.models import ImportRun, Portfolio, Transaction
from portfolios.selectors.booked import book_entries
from portfolios.selectors.duplicates import Duplicate, Known, sort_drafts
from portfolios.selectors.ledger import draft_entries, ledger_rows, to_entries
from portfolios.services.checks import booking_faults


@dataclass(frozen=True)
class Plan:
    """A file held against a ledger: what it would add, what is there already, what is wrong."""

    file_hash: str
    already_in: int | None
    drafts: tuple[Draft, ...]
    fresh: tuple[Draft, ...]
    duplicates: tuple[Duplicate, ...]
    errors: tuple[Fault, ...]
    before: Book | None = None
    after: Book | None = None
    symbols: Mapping[UUID, str] | None = None


def plan_import(portfolio: Portfolio, content: bytes, *, today: date, limits: Limits) -> Plan:
    """Parse, name the securities, find duplicates, book: every mistake of every step together."""
    file_hash = sha256(content).hexdigest()
    done = ImportRun.objects.filter(
        portfolio=portfolio, file_hash=file_hash, state=ImportRun.State.DONE
    ).first()
    if done is not None:
        return Plan(file_hash, done.pk, (), (), (), ())
    parsed = dawsos_csv.parse(
        content, base_currency=portfolio.base_currency, today=today, limits=limits
    )
    drafts, unknown = name_securities(parsed.drafts, portfolio.pricing_policy)
    rows = list(ledger_rows(portfolio.pk))
    keys = _keys(drafts)
    sorted_ = sort_drafts(drafts, Known(rows, portfolio.base_currency), keys)
    faults = [*parsed.faults, *unknown, *sorted_.faults]
    plan = Plan(file_hash, None, tuple(drafts), sorted_.fresh, sorted_.duplicates, tuple(faults))
    if parsed.unread is None:
        return plan
    doubtful = parsed.unread | {fault.value or "" for fault in unknown}
    return _booked(portfolio, plan, rows, doubtful)


def name_securities(drafts: Iterable[Draft], policy: str) -> tuple[list[Draft], list[Fault]]:
    """Each draft's security by symbol and exchange. An unknown one is a mistake, never created."""
    drafts = list(drafts)
    basis = policy_named(policy).price_basis
    listed: dict[str, list[Security]] = {}
    wanted = {draft.symbol for draft in drafts if draft.symbol}
    for security in Security.objects.on_basis(basis).listed(sorted(wanted)):
        listed.setdefault(security.symbol, []).append(security)
    named: list[Draft] = []
    faults: list[Fault] = []
    for draft in drafts:
        found = _security(draft, listed.get(draft.symbol, []))
        if isinstance(found, Fault):
            faults.append(found)
        else:
            named.append(draft if found is None else replace(draft, security_id=found.pk))
    return named, faults


def _security(draft: Draft, listed: Sequence[Security]) -> Security | Fault | None:
    if not draft.symbol:
        return None
    matching = [s for s in listed if not draft.exchange or s.exchange == draft.exchange]
    if len(matching) == 1:
        return matching[0]
    if matching:
        exchanges = ", ".join(sorted(s.exchange for s in matching))
        said = f"{draft.symbol} is listed on several exchanges: {exchanges}."
        return _symbol_fault(draft, "ambiguous", said, "Fill in the exchange.")
    where = f" on {draft.exchange}" if draft.exchange else ""
    said = f"No security {draft.symbol[:40]!r}{where} is known."
    remedy = "Check symbol and exchange; securities are registered before they are traded."
    return _symbol_fault(draft, "unknown_symbol", said, remedy)


def _symbol_fault(draft: Draft, reason: str, message: str, remedy: str) -> Fault:
    return Fault(
        reason=reason,
        message=message,
        remedy=remedy,
        row=draft.row,
        column="symbol",
        value=draft.symbol,
    )


def _booked(
    portfolio: Portfolio, plan: Plan, rows: list[Transaction], doubtful: frozenset[str]
) -> Plan:
    """The plan with the books before and after, and what booking refuses.

    A problem with a security of which some row could not be read may be the missing row's
    doing, so it is not reported beside that row's own mistake.
    """
    base, head = portfolio.base_currency, rows[-1].seq if rows else 0
    known, added = to_entries(rows, base), draft_entries(plan.fresh, head, base)
    _, before = book_entries(portfolio, known)
    _, after = book_entries(portfolio, [*known, *added])
    ids = {entry.security for entry in (*known, *added) if isinstance(entry.security, UUID)}
    symbols = {pk: security.symbol for pk, security in Security.objects.in_bulk(ids).items()}
    traded = {entry.seq: symbols.get(entry.security) for entry in (*known, *added)}
    sure = [p for p in after.problems if not doubtful or traded.get(p.seq) not in doubtful]
    drafts = {entry.seq: draft for entry, draft in zip(added, plan.fresh, strict=True)}
    errors = sorted((*plan.errors, *booking_faults(sure, drafts)), key=lambda f: f.row or 0)
    return replace(plan, errors=tuple(errors), before=before, after=after, symbols=symbols)


def _keys(drafts: Iterable[Draft]) -> dict[UUID, str]:
    ids = {draft.security_id for draft in drafts if draft.security_id}
    return {pk: security.key for pk, security in Security.objects.in_bulk(ids).items()}


def changes(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """Positions, cash and lots that would be other than they are, before and after."""
    if plan.before is None or plan.after is None:
        return {"positions": [], "cash": [], "lots": []}
    symbols = plan.symbols or {}
    return {
        "positions": _changed(_held(plan.before, symbols), _held(plan.after, symbols), "symbol"),
        "cash": _changed(_money(plan.before), _money(plan.after), "currency"),
        "lots": _changed(_lots(plan.before, symbols), _lots(plan.after, symbols), "lot"),
    }


def overdrafts(plan: Plan) -> list[dict[str, Any]]:
    """Entries of the file after which the cash of a currency is below zero. They are booked."""
    if plan.after is None or plan.before is None:
        return []
    known = {posting.seq for posting in plan.before.journal}
    cash: dict[str, Decimal] = {}
    found = []
    for posting in plan.after.journal:
        cash[posting.currency] = cash.get(posting.currency, Decimal(0)) + posting.cash
        if posting.cash < 0 and cash[posting.currency] < 0 and posting.seq not in known:
            found.append(
                {
                    "kind": "overdraft",
                    "date": posting.on.isoformat(),
                    "currency": posting.currency,
                    "balance": decimal_text(cash[posting.currency]),
                }
            )
    return found


def _changed(
    before: Mapping[str, Decimal], after: Mapping[str, Decimal], label: str
) -> list[dict[str, Any]]:
    names = sorted(before.keys() | after.keys())
    zero = Decimal(0)
    return [
        {label: name, "before": before.get(name, zero), "after": after.get(name, zero)}
        for name in names
        if before.get(name, zero) != after.get(name, zero)
    ]


def _held(book: Book, symbols: Mapping[UUID, str]) -> dict[str, Decimal]:
    held: dict[str, Decimal] = {}
    for position in book.positions:
        name = symbols[UUID(str(position.security))]
        held[name] = held.get(name, Decimal(0)) + position.quantity
    return held


def _money(book: Book) -> dict[str, Decimal]:
    money: dict[str, Decimal] = {}
    for (_, currency), amount in book.cash.items():
        money[currency] = money.get(currency, Decimal(0)) + amount
    return money


def _lots(book: Book, symbols: Mapping[UUID, str]) -> dict[str, Decimal]:
    return {
        f"{symbols[UUID(str(lot.security))]} {lot.acquisition_date} #{lot.label}": lot.quantity_open
        for lot in book.lots
    }
