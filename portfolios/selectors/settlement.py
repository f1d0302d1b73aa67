"""When trades settle, and what cash of a portfolio is settled, owed or still to come.

A recorded settlement date stands. Where there is none it is computed from the cycle of the
security's market and the days its exchange is open; nothing computed is stored. US banks close on
two days on which US exchanges trade, and nothing settles then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from market.exceptions import DateRangeInvalid
from market.models import Security
from market.selectors.calendars import is_session
from portfolios.calc.entries import Entry
from portfolios.calc.settlement import (
    ASSUMED_CYCLE,
    MARKETS,
    TRADES,
    CashStanding,
    IsOpen,
    SettlementState,
    bank_holidays_us,
    cash_standing,
    cycle_of,
    open_except,
    settlement_date,
    state_of,
)
from portfolios.models import Portfolio, Transaction
from portfolios.selectors.booked import book_ledger, securities_of

LONGEST_CYCLE = timedelta(days=31)
RECORDED = "RECORDED"
CYCLE_ASSUMED = "CYCLE_ASSUMED"
CYCLE_PLANNED = "CYCLE_PLANNED"
WEEKENDS_ONLY = "WEEKENDS_ONLY"
REASONS = {
    CYCLE_ASSUMED: "No settlement cycle is known for {exchange}; two business days are assumed.",
    CYCLE_PLANNED: "The cycle of {exchange} on that day is planned, not yet in force.",
    WEEKENDS_ONLY: "No calendar is known for {exchange}; only weekends are left out.",
}


@dataclass(frozen=True, slots=True)
class Settlement:
    """When one trade settles. `notes` name every assumption; without any the date is exact."""

    seq: int
    settles: date
    exchange: str
    notes: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """exact, or estimated where an assumption stands behind it."""
        return "estimated" if set(self.notes) - {RECORDED} else "exact"

    def standing(self, asof: date) -> SettlementState:
        return state_of(self.settles, asof)

    def sentences(self) -> list[str]:
        """The assumptions for a reader."""
        return [
            REASONS[note].format(exchange=self.exchange) for note in self.notes if note in REASONS
        ]


@dataclass(frozen=True, slots=True)
class SettledCash:
    """Cash by currency as of a day. estimated names the assumptions behind pending amounts."""

    asof_date: date
    currencies: tuple[CashStanding, ...]
    pending: tuple[Settlement, ...]

    @property
    def state(self) -> str:
        return "estimated" if self.assumptions else "exact"

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Each assumption once, in the order of the entries that lean on it."""
        said = (sentence for one in self.pending for sentence in one.sentences())
        return tuple(dict.fromkeys(said))


def settlement_of(row: Transaction) -> Settlement | None:
    """When a stored row settles; None for one that is no trade. The row has its security."""
    if row.entry_type not in TRADES:
        return None
    exchange = row.security.exchange if row.security is not None else ""
    return _settlement(row.seq, exchange, row.transaction_date, row.settlement_date)


def settlements(entries: Iterable[Entry]) -> dict[int, Settlement]:
    """When each trade among the entries settles, by entry number; others are left out."""
    trades = [entry for entry in entries if entry.entry_type in TRADES]
    exchanges = dict(
        Security.objects.filter(pk__in=securities_of(trades)).values_list("pk", "exchange")
    )
    return {
        trade.seq: _settlement(
            trade.seq,
            exchanges.get(trade.security, "") if isinstance(trade.security, UUID) else "",
            trade.transaction_date,
            trade.settlement_date,
        )
        for trade in trades
    }


def settled_cash(portfolio: Portfolio, asof: date) -> SettledCash:
    """Settled, pending and withdrawable cash of each currency at the close of a day."""
    book = book_ledger(portfolio, asof=asof).book
    dates = settlements(entry for entry in book.accepted if _may_be_pending(entry, asof))
    pending = tuple(one for one in dates.values() if one.settles > asof)

    def settles_on(seq: int) -> date | None:
        return dates[seq].settles if seq in dates else None

    return SettledCash(asof, cash_standing(book.journal, settles_on, asof), pending)


def _may_be_pending(entry: Entry, asof: date) -> bool:
    """Computed dates are days ahead, never a month: older trades need no calendar."""
    if entry.settlement_date is not None:
        return entry.settlement_date > asof
    return entry.transaction_date > asof - LONGEST_CYCLE


def _settlement(seq: int, exchange: str, traded: date, recorded: date | None) -> Settlement:
    if recorded is not None:
        return Settlement(seq, recorded, exchange, (RECORDED,))
    cycle = cycle_of(MARKETS.get(exchange, ""), traded)
    days = ASSUMED_CYCLE if cycle is None else cycle.days
    notes = [CYCLE_ASSUMED] if cycle is None else [CYCLE_PLANNED] if cycle.planned else []
    try:
        settles = settlement_date(traded, days, _calendar(exchange))
    except DateRangeInvalid:
        settles = settlement_date(traded, days, open_except(()))
        notes.append(WEEKENDS_ONLY)
    return Settlement(seq, settles, exchange, tuple(notes))


def _calendar(exchange: str) -> IsOpen:
    """Days on which an exchange's trades settle."""
    open_ = partial(is_session, exchange)
    if MARKETS.get(exchange) != "US":
        return open_
    return lambda day: open_(day) and day not in bank_holidays_us(day.year)
