"""Booking: from the lines of a ledger to lots, closures, positions and cash.

The problem. A ledger is a list of facts in the order in which they were written down. What is
held, what it cost and what was gained follow from the order in which they *happened*, from a
choice of cost method, and from the rates of the trade dates. Entries arrive late, contradict one
another and get reversed, and nothing may ever be half booked.

A worked ledger (base CAD, FIFO):

    1  2021-02-10  BUY   100 @ 58.00 USD, fee 9.95, rate 1.36
    2  2022-06-15  BUY    80 @ 61.25 USD, fee 9.95, rate 1.295
    3  2025-03-14  SELL  150 @ 72.40 USD, fee 9.95, rate 1.438

Entry 1 opens lot 1.1 at 100·58 + 9.95 = 5809.95, entry 2 lot 2.1 at 4909.95. Entry 3 takes all
of 1.1 and 50 of the 80 in 2.1, whose cost is 4909.95·50/80 = 3068.71875. Its fee goes 100:50, as
6.63 and 3.32. The first closure earns 7233.37·1.438 − 5809.95·1.36 = 2500.05 CAD; lot 2.1 keeps
30 shares at 1841.23125.

Three observations. (1) A reversed entry and its reversal are as if never written, so they are
dropped before anything is booked and no state is ever unwound. (2) Sorted by date, splits first,
then number, each entry needs only the lots opened before it: one forward pass is enough, and a
back-dated entry costs a rebuild, not a special case. (3) Every effect is a `Posting` on a day, so
cash, receivables and the daily history are sums over one journal and cannot disagree.

The algorithm. For each entry: look for mistakes, then refuse it with a `Problem` or apply it
whole. The disposal order is picked from `orders.ORDERS` once, before the pass.

Left out, by name: average and specific cost (UnsupportedCostMethod), short sales
(`short_unsupported`), one security traded in two currencies (`currency_mismatch`).
Source: methods §1.1–1.6, §11.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from portfolios.calc.booking import cashflows, trades
from portfolios.calc.booking.amounts import mistake
from portfolios.calc.booking.desk import Desk
from portfolios.calc.booking.orders import disposal_order
from portfolios.calc.booking.reversals import effective
from portfolios.calc.entries import (
    ZERO,
    BookingSettings,
    Entry,
    EntryType,
    Problem,
    RateTable,
    SecurityKey,
)
from portfolios.calc.lots import Book, Lot, Movement, Position, Posting

Handler = Callable[[Desk, Entry], Problem | None]


def book(
    entries: Iterable[Entry],
    settings: BookingSettings,
    rates: RateTable,
    *,
    asof: date | None = None,
) -> Book:
    """Book a ledger, in any order of entries, up to and including a day (None: all of it).

    settings: the portfolio's choices. rates: base per 1 currency on a day, None where unknown;
    asked only where the entry records no fx_rate. A reversal counts whatever its own date.
    Mistakes are gathered in `problems` and the other entries are still booked; a missing rate
    leaves base amounts None and is a problem too.

    Raises UnsupportedCostMethod when the settings name a method that is not an order.
    """
    desk = Desk(settings, rates, disposal_order(settings.cost_method), asof)
    standing, desk.problems = effective(entries)
    for entry in standing:
        if asof is None or _first_day(entry) <= asof:
            _apply(desk, entry)
    return _close_books(desk)


def opening(desk: Desk, entry: Entry) -> Problem | None:
    """An opening balance is a lot where it names a security, else cash from outside."""
    handler = cashflows.external_flow if entry.security is None else trades.opening_lot
    return handler(desk, entry)


HANDLERS: dict[EntryType, Handler] = {
    EntryType.BUY: trades.buy,
    EntryType.SELL: trades.sell,
    EntryType.SPLIT: trades.split,
    EntryType.OPENING_BALANCE: opening,
    EntryType.DIVIDEND: cashflows.dividend,
    EntryType.INTEREST: cashflows.interest,
    EntryType.FEE: cashflows.charge,
    EntryType.TAX: cashflows.charge,
    EntryType.DEPOSIT: cashflows.external_flow,
    EntryType.WITHDRAWAL: cashflows.external_flow,
    EntryType.FX_CONVERSION: cashflows.conversion,
}


def _first_day(entry: Entry) -> date:
    """The day an entry first shows: a dividend's is its ex-date, or pay date if that is first."""
    days = (entry.transaction_date, entry.ex_date, entry.pay_date)
    if entry.entry_type is not EntryType.DIVIDEND:
        return entry.transaction_date
    return min(day for day in days if day is not None)


def _apply(desk: Desk, entry: Entry) -> None:
    problem = mistake(entry) or HANDLERS[entry.entry_type](desk, entry)
    if problem is None:
        desk.accepted.append(entry)
    else:
        desk.problems.append(problem)


def _close_books(desk: Desk) -> Book:
    asof = desk.asof
    journal = sorted(
        (posting for posting in desk.journal if asof is None or posting.on <= asof),
        key=lambda posting: (posting.on, posting.movement is not Movement.SPLIT, posting.seq),
    )
    lots = tuple(lot.freeze() for lot in desk.lots)
    return Book(
        base_currency=desk.settings.base_currency,
        lots=lots,
        closures=tuple(desk.closures),
        positions=_positions(lots),
        cash=_cash(journal),
        receivables=tuple(
            receivable
            for receivable in desk.receivables
            if asof is not None and receivable.ex_date <= asof < receivable.pay_date
        ),
        income=tuple(desk.income),
        accepted=tuple(desk.accepted),
        journal=tuple(journal),
        problems=tuple(desk.problems),
    )


def _cash(journal: Iterable[Posting]) -> dict[tuple[str, str], Decimal]:
    cash: dict[tuple[str, str], Decimal] = {}
    for posting in journal:
        if posting.cash:
            key = posting.account, posting.currency
            cash[key] = cash.get(key, ZERO) + posting.cash
    return cash


def _positions(lots: Iterable[Lot]) -> tuple[Position, ...]:
    held: dict[tuple[SecurityKey, str], list[Lot]] = {}
    for lot in lots:
        if lot.is_open:
            held.setdefault((lot.security, lot.account), []).append(lot)
    return tuple(
        Position(
            security=security,
            account=account,
            currency=group[0].currency,
            quantity=sum((lot.quantity_open for lot in group), ZERO),
            cost_basis_local=total(lot.cost_basis_local for lot in group),
            cost_basis=total(lot.cost_basis for lot in group),
            lots=tuple(group),
        )
        for (security, account), group in held.items()
    )


def total(parts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, or None when any part is unknown."""
    whole = ZERO
    for part in parts:
        if part is None:
            return None
        whole += part
    return whole
