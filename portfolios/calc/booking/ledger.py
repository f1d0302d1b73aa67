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
dropped before anything is booked and no state is ever unwound. (2) Sorted by date, corporate
actions first, then number, each entry needs only the lots opened before it: one forward pass is
enough, and a back-dated entry costs a rebuild, not a special case. (3) Every effect is a
`Posting` on a day, so cash, receivables and the daily history are sums over one journal and
cannot disagree.

The algorithm. For each entry: look for mistakes, then refuse it with a `Problem` or apply it
whole. Lots wait in a `Pool`, a security's or a security's in an account, long and short ones in a
`Queue` each; what a method takes from it costs the same however long it is. Nothing is shared
between pools but the sums of cash, so a ledger may be booked security by security.

Source: methods §1.1–1.6, §11.
"""

from collections.abc import Callable, Iterable
from datetime import date
from itertools import chain

from portfolios.calc.booking import (
    cashflows,
    distributions,
    income,
    mergers,
    splits,
    swift,
    trades,
    transfers,
)
from portfolios.calc.booking.collector import LONG, undisturbed
from portfolios.calc.booking.desk import Desk
from portfolios.calc.booking.mistakes import PAYOUTS, mistake
from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.booking.rates import table_rate
from portfolios.calc.booking.repeats import remember, repeated
from portfolios.calc.booking.reversals import effective
from portfolios.calc.entries import (
    BookingSettings,
    Entry,
    EntryType,
    Problem,
    RateTable,
)
from portfolios.calc.lots import (
    Book,
    Closure,
    Income,
    Lot,
    Movement,
    Posting,
)
from portfolios.calc.records import Records, Row

BEFORE_TRADES = frozenset({Movement.SPLIT, Movement.REORGANISATION})
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
    leaves base amounts None and is a problem too. Linear in the entries, whatever the method.
    """
    desk = Desk(settings, rates, asof)
    standing, desk.problems = effective(entries)
    if asof is not None:
        standing = [entry for entry in standing if _first_day(entry) <= asof]
    with undisturbed(when=len(standing) >= LONG):
        _book_all(desk, standing)
        return _close_books(desk)


def opening(desk: Desk, entry: Entry) -> Problem | None:
    """An opening balance is a lot where it names a security, else cash from outside."""
    handler = cashflows.external_flow if entry.security is None else transfers.opening_lot
    return handler(desk, entry)


HANDLERS: dict[EntryType, Handler] = {
    EntryType.BUY: trades.buy,
    EntryType.SELL: trades.sell,
    EntryType.SHORT_SALE: trades.short_sale,
    EntryType.COVER: trades.cover,
    EntryType.DIVIDEND: income.dividend,
    EntryType.COUPON: income.dividend,
    EntryType.DRIP: income.drip,
    EntryType.INTEREST: income.interest,
    EntryType.INTEREST_CHARGE: income.interest,
    EntryType.DEPOSIT: cashflows.external_flow,
    EntryType.WITHDRAWAL: cashflows.external_flow,
    EntryType.FEE: cashflows.charge,
    EntryType.FEE_REFUND: cashflows.charge,
    EntryType.TAX: cashflows.charge,
    EntryType.TAX_REFUND: cashflows.charge,
    EntryType.TRANSFER: transfers.transfer,
    EntryType.TRANSFER_IN: transfers.transfer_in,
    EntryType.TRANSFER_OUT: transfers.transfer_out,
    EntryType.CASH_TRANSFER: cashflows.cash_transfer,
    EntryType.DELIVERY_IN: trades.delivery_in,
    EntryType.DELIVERY_OUT: trades.delivery_out,
    EntryType.FX_CONVERSION: cashflows.conversion,
    EntryType.SPLIT: splits.split,
    EntryType.REVERSE_SPLIT: splits.split,
    EntryType.STOCK_DIVIDEND: distributions.stock_dividend,
    EntryType.SPINOFF: distributions.spinoff,
    EntryType.MERGER: mergers.merger,
    EntryType.RETURN_OF_CAPITAL: distributions.return_of_capital,
    EntryType.SYMBOL_CHANGE: mergers.symbol_change,
    EntryType.OPENING_BALANCE: opening,
}


def _book_all(desk: Desk, standing: Iterable[Entry]) -> None:
    bookers = swift.BOOKERS if swift.allows(desk) else {}
    for entry in standing:
        booker = bookers.get(entry.entry_type)
        if booker is not None and booker(desk, entry):
            desk.accepted.append(entry)
        else:
            _apply(desk, entry)


def _first_day(entry: Entry) -> date:
    """The day an entry first shows: a dividend's is its ex-date, or pay date if that is first."""
    days = (entry.transaction_date, entry.ex_date, entry.pay_date)
    if entry.entry_type not in PAYOUTS:
        return entry.transaction_date
    return min(day for day in days if day is not None)


def apply(desk: Desk, entry: Entry) -> Problem | None:
    """Book an entry whole, or say why not and book nothing of it."""
    problem = mistake(entry) or repeated(desk, entry) or HANDLERS[entry.entry_type](desk, entry)
    if problem is None:
        remember(desk, entry)
    return problem


def _apply(desk: Desk, entry: Entry) -> None:
    problem = apply(desk, entry)
    if problem is None:
        desk.accepted.append(entry)
    else:
        desk.problems.append(problem)


def _close_books(desk: Desk) -> Book:
    lots = _final_lots(desk)
    journal = _journal(desk)
    asof = desk.asof
    return Book(
        base_currency=desk.base,
        lots=Records(Lot.of, lots),
        closures=Records(Closure._make, desk.closures),
        cash={
            (account.name, currency): amount
            for account in desk.accounts.values()
            for currency, amount in account.cash.items()
        },
        receivables=tuple(
            receivable
            for receivable in desk.receivables
            if asof is not None and receivable.ex_date <= asof < receivable.pay_date
        ),
        income=Records(Income._make, desk.income),
        accepted=desk.accepted,
        journal=Records(Posting.of_row, journal),
        problems=tuple(desk.problems),
    )


def _final_lots(desk: Desk) -> list[OpenLot]:
    """All lots as the book keeps them: averages dealt out, and at today's rate if that is asked."""
    for pool in chain.from_iterable(desk.pools_of.values()):
        if desk.asof is not None:
            desk.method(pool, desk.asof, pool.account)
        for queue in (pool.longs, pool.shorts):
            if queue.pooled:
                queue.unpool(desk.cost_places)
    if desk.cost_at_todays_rate and desk.asof is not None:
        for lot in desk.lots:
            if lot.quantity_open:
                lot.fx_rate = table_rate(desk, lot.currency, desk.asof)
                lot.cost_settled = None
    return desk.lots


def _journal(desk: Desk) -> list[Row]:
    """The postings up to the day, by day, corporate actions first, then by number.

    Rows may be short: day, number, movement, account, currency, security, quantity and cash.
    """
    asof, journal = desk.asof, desk.journal
    if asof is not None:
        journal = [row for row in journal if row[0] <= asof]
    if not desk.in_order:
        journal.sort(key=journal_key)
    return journal


def journal_key(row: Row) -> tuple[date, bool, int]:
    """Sorts postings by day, corporate actions first, then number."""
    return row[0], row[2] not in BEFORE_TRADES, row[1]
