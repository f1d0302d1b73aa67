"""Where two ways to one number disagree: the ledger against its projections, and against what
statements say. Nothing is written here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from market.models import Security
from patterns.formats import display
from portfolios.calc.entries import ZERO, Entry
from portfolios.calc.lots import Book
from portfolios.calc.plain_replay import replay, replay_at
from portfolios.calc.plain_state import Replayed
from portfolios.calc.reconciliation import Agreement, reconcile
from portfolios.models import (
    BalanceAssertion,
    CashBalance,
    ImportRun,
    Lot,
    Portfolio,
    PortfolioDailyValue,
    ReconciliationResult,
)

Code = ReconciliationResult.Code
CENT = Decimal("0.01")
FINEST = Decimal("0.00000001")  # of a lot's quantity, after a ratio
Names = Callable[[], Mapping[UUID, str]]  # asked for where something differs
COMPLETE = ("exact", "stale", "estimated")  # states of a day's value that leave nothing out


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One comparison that does not hold. `expected` is the independent reference; without an
    assertion it contradicts the ledger itself, and the night must stop."""

    key: str
    code: str
    asof_date: date
    expected: Decimal | None
    actual: Decimal | None
    message: str
    error_bps: Decimal | None = None
    assertion: BalanceAssertion | None = None


class StoredLot(NamedTuple):
    """What of a lot is held against the ledger."""

    security_id: UUID
    account: str
    is_short: bool
    is_open: bool
    quantity_open: Decimal
    cost_basis_local: Decimal | None


@dataclass(frozen=True, slots=True)
class Held:
    """Assertions held against the ledger: what differs, how many were looked at, and which could
    not be, with the reason."""

    differences: tuple[Difference, ...]
    checked: int
    unchecked: tuple[str, ...]


def projection_differences(
    portfolio: Portfolio, entries: Sequence[Entry], book: Book, today: date
) -> list[Difference]:
    """Stored lots and cash against a plain replay of the entries, stored costs against the book."""
    by_account = portfolio.lot_scope == Portfolio.LotScope.ACCOUNT
    state = replay(entries, by_account=by_account)
    lots = _lots(portfolio)

    @cache
    def names() -> dict[UUID, str]:
        return _names(state, book)

    return [
        *_quantities(lots, state, names, today, by_account=by_account),
        *_costs(lots, book, names, today),
        *_cash(portfolio, state, today),
    ]


def _lots(portfolio: Portfolio) -> list[StoredLot]:
    rows = Lot.objects.filter(portfolio=portfolio).order_by()
    return [StoredLot._make(row) for row in rows.values_list(*StoredLot._fields)]


def _quantities(
    lots: Sequence[StoredLot], state: Replayed, names: Names, today: date, *, by_account: bool
) -> Iterator[Difference]:
    """Shares by security; by account too, where each account has its own lots. A ratio is rounded
    on every lot, so that much may be between the two."""
    stored: dict[tuple[UUID, str], Decimal] = {}
    for lot in lots:
        place = lot.security_id, lot.account if by_account else ""
        sign = -1 if lot.is_short else 1
        stored[place] = stored.get(place, ZERO) + sign * lot.quantity_open
    counts = Counter(lot.security_id for lot in lots)
    expected: dict[tuple[UUID, str], Decimal] = {}
    for (security, account), quantity in state.quantities.items():
        place = UUID(str(security)), account if by_account else ""
        expected[place] = expected.get(place, ZERO) + quantity
    for place in sorted(stored.keys() | expected.keys(), key=str):
        want, have = expected.get(place, ZERO), stored.get(place, ZERO)
        allowed = FINEST * (counts[place[0]] + 1) if place[0] in state.ratios else ZERO
        if abs(want - have) <= allowed:
            continue
        missing = place not in stored or not have
        name = names().get(place[0], str(place[0]))
        where = f" in {place[1]}" if place[1] else ""
        said = f"The stored lots hold {_shares(have)} {name}{where}"
        yield Difference(
            key=f"stored quantity {name} {place[1]}".strip(),
            code=Code.MISSING_POSITION if missing else Code.QUANTITY_MISMATCH,
            asof_date=today,
            expected=want,
            actual=have,
            message=f"{said}, the ledger {_shares(want)}.",
        )


def _costs(
    lots: Sequence[StoredLot], book: Book, names: Names, today: date
) -> Iterator[Difference]:
    """The cost of what is open, by security, in its own currency. Unknown is not zero."""
    stored: dict[UUID, Decimal | None] = {}
    for lot in lots:
        if lot.is_open:
            known = stored.get(lot.security_id, ZERO)
            stored[lot.security_id] = _plus(known, lot.cost_basis_local)
    expected: dict[UUID, Decimal | None] = {}
    for booked in book.open_lots:
        pk = UUID(str(booked.security))
        expected[pk] = _plus(expected.get(pk, ZERO), booked.cost_basis_local)
    for pk in sorted(stored.keys() & expected.keys(), key=str):
        want, have = expected[pk], stored[pk]
        same = want == have if want is None or have is None else abs(want - have) < CENT
        if not same:
            name = names().get(pk, str(pk))
            said = f"The stored lots of {name} cost {_plain(have)}"
            yield Difference(
                key=f"stored cost {name}",
                code=Code.COST_MISMATCH,
                asof_date=today,
                expected=want,
                actual=have,
                message=f"{said}, the ledger gives {_plain(want)}.",
            )


def _cash(portfolio: Portfolio, state: Replayed, today: date) -> Iterator[Difference]:
    stored = {
        (row.account, row.currency): row.balance
        for row in CashBalance.objects.filter(portfolio=portfolio)
    }
    purses = {
        ("", currency) if currency in state.spread else (account, currency)
        for account, currency in stored.keys() | state.cash.keys()
    }
    for account, currency in sorted(purses):
        want = state.cash_of(currency, account)
        parts = [
            row for (at, code), row in stored.items() if (account or at, currency) == (at, code)
        ]
        have = sum(parts, ZERO)
        if abs(want - have) >= CENT:
            said = f"The stored cash of {account or 'all accounts'} is {_money(have, currency)}"
            yield Difference(
                key=f"stored cash {account} {currency}",
                code=Code.CASH_MISMATCH,
                asof_date=today,
                expected=want,
                actual=have,
                message=f"{said}, the ledger gives {_money(want, currency)}.",
            )


def assertion_differences(portfolio: Portfolio, entries: Sequence[Entry]) -> Held:
    """Every balance that a standing import states, against the ledger at the close of its day."""
    if not BalanceAssertion.objects.filter(portfolio=portfolio).exists():
        return Held((), 0, ())
    asserted = list(standing_assertions(portfolio.pk))
    states = replay_at(entries, [each.asof_date for each in asserted if each.kind != "nav"])
    values = _values(portfolio, [each.asof_date for each in asserted if each.kind == "nav"])
    found: list[Difference] = []
    unchecked: list[str] = []
    for each in asserted:
        if each.kind == BalanceAssertion.Kind.NAV:
            said = _why_no_value(portfolio, each, values)
            if said:
                unchecked.append(said)
                continue
            actual = values[each.asof_date]
        elif each.kind == BalanceAssertion.Kind.CASH:
            actual = states[each.asof_date].cash_of(each.currency, each.account)
        else:
            actual = states[each.asof_date].quantity_of(each.security_id, each.account)
        found += _against(each, actual)
    return Held(tuple(found), len(asserted) - len(unchecked), tuple(unchecked))


def standing_assertions(portfolio_id: UUID) -> QuerySet[BalanceAssertion]:
    """Balances that still count: an import that was undone takes its own with it."""
    standing = Q(import_run__isnull=True) | Q(import_run__state=ImportRun.State.DONE)
    rows = BalanceAssertion.objects.filter(standing, portfolio_id=portfolio_id)
    return rows.select_related("security", "import_run").order_by("asof_date", "pk")


def _against(each: BalanceAssertion, actual: Decimal) -> Iterator[Difference]:
    """Quantities must be equal, cash within a cent, a value within a basis point or 0.05."""
    if each.kind == BalanceAssertion.Kind.QUANTITY:
        held, code = actual == each.amount, Code.QUANTITY_MISMATCH
        code = Code.MISSING_POSITION if not actual else code
    elif each.kind == BalanceAssertion.Kind.CASH:
        held, code = abs(actual - each.amount) <= CENT, Code.CASH_MISMATCH
    else:
        held, code = (
            reconcile(actual, each.amount).status is Agreement.PASS,
            Code.VALUATION_MISMATCH,
        )
    if held:
        return
    subject = each.security.symbol if each.security is not None else each.currency
    yield Difference(
        key=f"stated {each.kind} {subject} {each.account} {each.asof_date} {each.amount:f}",
        code=code,
        asof_date=each.asof_date,
        expected=each.amount,
        actual=actual,
        error_bps=min(reconcile(actual, each.amount).bp, Decimal(10) ** 12),
        message=_said(each, subject, actual),
        assertion=each,
    )


def _said(each: BalanceAssertion, subject: str, actual: Decimal) -> str:
    where = f" in {each.account}" if each.account else ""
    row = f" (row {each.row})" if each.row else ""
    run = f"import {each.import_run_id}{row}" if each.import_run_id else each.source
    if each.kind == BalanceAssertion.Kind.QUANTITY:
        words = f"{_shares(actual)} {subject} were held{where}", _shares(each.amount)
    elif each.kind == BalanceAssertion.Kind.CASH:
        have = _money(actual, each.currency)
        words = f"Cash in {subject}{where} was {have}", _money(each.amount, each.currency)
    else:
        have = _money(actual, each.currency)
        words = f"The portfolio was worth {have}", _money(each.amount, each.currency)
    return f"{words[0]} at the close of {each.asof_date}; {run} states {words[1]}."


def _values(portfolio: Portfolio, days: Iterable[date]) -> dict[date, Decimal]:
    """The portfolio's value in the live pack of each day, where it is complete."""
    rows = PortfolioDailyValue.objects.filter(
        portfolio=portfolio,
        asof_date__in=set(days),
        total_value__isnull=False,
        state__in=COMPLETE,
        pack__superseded_by__isnull=True,
    )
    return dict(rows.values_list("asof_date", "total_value"))


def _why_no_value(
    portfolio: Portfolio, each: BalanceAssertion, values: Mapping[date, Decimal]
) -> str:
    """Why a stated value cannot be held against ours; empty when it can."""
    if each.account:
        return f"The value of the account {each.account} alone is not computed."
    if each.currency != portfolio.base_currency:
        return f"The value is stated in {each.currency}, not in {portfolio.base_currency}."
    if each.asof_date not in values:
        return f"The portfolio has no complete value for {each.asof_date}."
    return ""


def _names(state: Replayed, book: Book) -> dict[UUID, str]:
    ids = {security for security, _ in state.quantities}
    ids |= {lot.security for lot in book.lots}
    found = Security.objects.in_bulk([pk for pk in ids if isinstance(pk, UUID)])
    return {pk: security.key for pk, security in found.items()}


def _plus(total: Decimal | None, part: Decimal | None) -> Decimal | None:
    return None if total is None or part is None else total + part


def _shares(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"


def _money(amount: Decimal, currency: str) -> str:
    return display(amount, "money", currency)


def _plain(amount: Decimal | None) -> str:
    return "not known" if amount is None else f"{amount.normalize():f}"
