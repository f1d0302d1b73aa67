"""The lots of one holding with their history: what opened, changed and closed each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.paginator import Page, Paginator

from market.models import Security
from market.selectors import security_by_id
from market.selectors.pages import price_row_id
from portfolios.calc.booking.groups import EVERY_HOLDER
from portfolios.calc.money import half_even, round_money
from portfolios.models import Lot, LotClosure, Portfolio, Transaction
from portfolios.selectors.deferral import deferral_note, deferred_losses
from portfolios.selectors.holdings import latest_marks
from portfolios.selectors.securities_booked import book_securities

PAGE_SIZE = 100
UNIT_PLACES = 6
BASIS_UNKNOWN = "The cost of this lot or the rate of its purchase is not known."


@dataclass(frozen=True, slots=True)
class ClosureRow:
    """A disposal that took from the lot; `deferral` says what the loss rule makes of it."""

    closure: LotClosure
    deferral: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened to a lot: a corporate action, or a disposal that took from it."""

    on: date
    event: Transaction | None = None
    closure: ClosureRow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRow:
    """A lot, and what it is worth now. `market_value` and `unrealized` are in base currency and
    None with the `reason`; both are zero-less: a closed lot has neither and no reason."""

    lot: Lot
    unit_cost: Decimal | None
    market_value: Decimal | None
    unrealized: Decimal | None
    reason: str
    history: tuple[HistoryLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LotsPage:
    """`price` is that of the pack, in shares as they are now; `price_row` its row in the pack."""

    security: Security
    rows: tuple[LotRow, ...]
    page: Page[Lot]
    price: Decimal | None
    price_currency: str
    price_asof_date: date | None
    pack_id: str | None

    @property
    def price_row(self) -> str:
        return price_row_id(self.security.pk)


@dataclass(frozen=True, slots=True)
class _Worth:
    """What one share is worth in base currency, or why nobody knows."""

    unit: Decimal | None
    reason: str


def lots_page(
    portfolio: Portfolio,
    security_id: UUID,
    *,
    number: int = 1,
    today: date,
    pack_id: str | None = None,
) -> LotsPage:
    """Open lots first, then closed ones, each by the day it was acquired, newest first; priced by
    a pack, by default the latest.

    Raises SecurityNotFound, PackNotFound.
    """
    security = security_by_id(security_id)
    lots = Lot.objects.filter(portfolio=portfolio, security=security).select_related("open_entry")
    paginator = Paginator(lots.order_by("-is_open", "-acquisition_date", "-id"), PAGE_SIZE)
    page = paginator.get_page(number)
    shown = list(page.object_list)
    pack_id, marks = latest_marks(portfolio, {security.pk}, {security.currency}, pack_id=pack_id)
    mark = None if marks is None else marks.prices.get(security.pk)
    if mark is None or marks is None:
        told = "No pricing pack is sealed yet." if marks is None else ""
        worth = _Worth(None, told or f"{security.symbol} has no price in {pack_id}.")
    else:
        rate = marks.rate_of(mark.currency)
        worth = _Worth(
            None if rate is None else mark.close * rate.rate,
            "" if rate else f"No rate of {mark.currency} is in {pack_id}.",
        )
    closures = _closures(portfolio, security, shown, today)
    events = _events(portfolio, security)
    return LotsPage(
        security=security,
        rows=tuple(_row(lot, worth, closures, events, portfolio) for lot in shown),
        page=page,
        price=None if mark is None else mark.close,
        price_currency="" if mark is None else mark.currency,
        price_asof_date=None if mark is None else mark.asof_date,
        pack_id=pack_id,
    )


def _row(
    lot: Lot,
    worth: _Worth,
    closures: Mapping[int, list[ClosureRow]],
    events: Iterable[Transaction],
    portfolio: Portfolio,
) -> LotRow:
    value = unrealized = unit_cost = None
    reason = ""
    if lot.is_open:
        if lot.cost_basis_local is not None:
            unit_cost = half_even(lot.cost_basis_local / lot.quantity_open, UNIT_PLACES)
        value, unrealized, reason = _worth_of(lot, worth, portfolio.base_currency)
    return LotRow(
        lot=lot,
        unit_cost=unit_cost,
        market_value=value,
        unrealized=unrealized,
        reason=reason,
        history=_history(lot, closures.get(lot.pk, ()), events),
    )


def _history(
    lot: Lot, closures: Iterable[ClosureRow], events: Iterable[Transaction]
) -> tuple[HistoryLine, ...]:
    """By day; what a corporate action did comes before the day's trades, as it was booked."""
    met = [HistoryLine(e.transaction_date, event=e) for e in events if _changed(lot, e)]
    sold = [HistoryLine(row.closure.close_date, closure=row) for row in closures]
    return tuple(sorted([*met, *sold], key=lambda line: line.on))


def _worth_of(
    lot: Lot, worth: _Worth, base_currency: str
) -> tuple[Decimal | None, Decimal | None, str]:
    """Value, unrealised result and why one of them is missing. What is owed is negative, and its
    result is the proceeds less what buying it back would cost."""
    if worth.unit is None:
        return None, None, worth.reason
    sign = -1 if lot.is_short else 1
    value = sign * round_money(lot.quantity_open * worth.unit, base_currency)
    if lot.cost_basis is None:
        return value, None, BASIS_UNKNOWN
    return value, value - sign * round_money(lot.cost_basis, base_currency), ""


def _changed(lot: Lot, event: Transaction) -> bool:
    """Whether a corporate action met the lot while it was open."""
    until = lot.closed_date or date.max
    return lot.acquisition_date <= event.transaction_date <= until


def _events(portfolio: Portfolio, security: Security) -> list[Transaction]:
    rows = Transaction.objects.filter(
        portfolio=portfolio,
        security=security,
        entry_type__in=EVERY_HOLDER,
        reversed_by__isnull=True,
    )
    return list(rows.select_related("to_security").order_by("transaction_date", "seq"))


def _closures(
    portfolio: Portfolio, security: Security, lots: list[Lot], today: date
) -> Mapping[int, list[ClosureRow]]:
    found: dict[int, list[ClosureRow]] = {}
    rows = LotClosure.objects.filter(lot__in=[lot.pk for lot in lots])
    notes = _deferrals(portfolio, security, today) if portfolio.loss_rule else {}
    by_id = {lot.pk: lot for lot in lots}
    for closure in rows.select_related("close_entry").order_by("close_date", "id"):
        note = notes.get((by_id[closure.lot_id].label, closure.close_entry.seq), "")
        found.setdefault(closure.lot_id, []).append(ClosureRow(closure, note))
    return found


def _deferrals(
    portfolio: Portfolio, security: Security, today: date
) -> Mapping[tuple[str, int], str]:
    """What the portfolio's rule says of each disposal, by lot and disposing entry."""
    alike = {security.pk}
    if security.isin:
        same = Security.objects.filter(isin=security.isin)
        alike |= set(same.values_list("pk", flat=True))
    book = book_securities(portfolio, alike, asof=today)
    lines = deferred_losses(portfolio, today, book=book).closures
    return {
        (f"{line.open_seq}.{line.number}", line.close_seq): deferral_note(line) for line in lines
    }
