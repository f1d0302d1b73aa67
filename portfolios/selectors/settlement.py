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

from market.exceptions import DateRangeInvalid
from market.selectors.calendars import is_session
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
from portfolios.selectors.booked import book_rows
from portfolios.selectors.ledger import ledger_rows

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


def settlements(rows: Iterable[Transaction]) -> dict[int, Settlement]:
    """When each trade among the rows settles, by entry number; other entries are left out.

    Rows come with their securities (`ledger_rows`).
    """
    return {row.seq: _settlement(row) for row in rows if row.entry_type in TRADES}


def settled_cash(portfolio: Portfolio, asof: date) -> SettledCash:
    """Settled, pending and withdrawable cash of each currency at the close of a day."""
    rows = list(ledger_rows(portfolio.pk))
    book = book_rows(portfolio, rows, asof=asof).book
    standing = {entry.seq for entry in book.accepted}
    dates = settlements(row for row in rows if row.seq in standing and _may_be_pending(row, asof))
    pending = tuple(one for one in dates.values() if one.settles > asof)

    def settles_on(seq: int) -> date | None:
        return dates[seq].settles if seq in dates else None

    return SettledCash(asof, cash_standing(book.journal, settles_on, asof), pending)


def _may_be_pending(row: Transaction, asof: date) -> bool:
    """Computed dates are days ahead, never a month: older trades need no calendar."""
    if row.settlement_date is not None:
        return row.settlement_date > asof
    return row.transaction_date > asof - LONGEST_CYCLE


def _settlement(row: Transaction) -> Settlement:
    exchange = row.security.exchange if row.security is not None else ""
    if row.settlement_date is not None:
        return Settlement(row.seq, row.settlement_date, exchange, (RECORDED,))
    cycle = cycle_of(MARKETS.get(exchange, ""), row.transaction_date)
    days = ASSUMED_CYCLE if cycle is None else cycle.days
    notes = [CYCLE_ASSUMED] if cycle is None else [CYCLE_PLANNED] if cycle.planned else []
    try:
        settles = settlement_date(row.transaction_date, days, _calendar(exchange))
    except DateRangeInvalid:
        settles = settlement_date(row.transaction_date, days, open_except(()))
        notes.append(WEEKENDS_ONLY)
    return Settlement(row.seq, settles, exchange, tuple(notes))


def _calendar(exchange: str) -> IsOpen:
    """Days on which an exchange's trades settle."""
    open_ = partial(is_session, exchange)
    if MARKETS.get(exchange) != "US":
        return open_
    return lambda day: open_(day) and day not in bank_holidays_us(day.year)
