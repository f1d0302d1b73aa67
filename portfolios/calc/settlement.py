"""When a trade is paid for: the cycle of its market on its day, over the market's holidays.

Positions and results move on the trade date; the cash of a trade is PENDING until its settlement
date and SETTLED from then on. Both are inside the net asset value; only settled cash can be
withdrawn. Days are calendar days of the market. Source: methods §1.7; SEC rules 15c6-1 of 1995,
2017 and 2024; CSA NI 24-101; Regulation (EU) 909/2014.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from portfolios.calc.entries import ZERO, EntryType
from portfolios.calc.lots import Posting

IsOpen: TypeAlias = Callable[[date], bool]

TRADES = frozenset(
    {
        EntryType.BUY,
        EntryType.SELL,
        EntryType.SHORT_SALE,
        EntryType.COVER,
    }
)
ASSUMED_CYCLE = 2
SATURDAY = 5


class SettlementState(StrEnum):
    PENDING = "PENDING"
    SETTLED = "SETTLED"


@dataclass(frozen=True, slots=True)
class Cycle:
    """Business days from trade to settlement, for trades from a day on; planned: not yet law."""

    trades_from: date
    days: int
    planned: bool = False


_EUROPE = (
    Cycle(date.min, 3),
    Cycle(date(2014, 10, 6), 2),
    Cycle(date(2027, 10, 11), 1, planned=True),
)
CYCLES: dict[str, tuple[Cycle, ...]] = {
    "US": (
        Cycle(date.min, 5),
        Cycle(date(1995, 6, 7), 3),
        Cycle(date(2017, 9, 5), 2),
        Cycle(date(2024, 5, 28), 1),
    ),
    "CA": (
        Cycle(date.min, 5),
        Cycle(date(1995, 6, 7), 3),
        Cycle(date(2017, 9, 5), 2),
        Cycle(date(2024, 5, 27), 1),
    ),
    "GB": _EUROPE,
    "EU": _EUROPE,
    "CH": _EUROPE,
}
# The market that a listing settles in, by its exchange's market identifier code.
MARKETS: dict[str, str] = {
    **dict.fromkeys(("XNYS", "XNAS", "XASE", "ARCX", "BATS", "IEXG", "OTCM"), "US"),
    **dict.fromkeys(("XTSE", "XTSX", "XCNQ", "NEOE"), "CA"),
    **dict.fromkeys(("XLON", "AIMX"), "GB"),
    **dict.fromkeys(("XSWX", "XVTX"), "CH"),
    **dict.fromkeys(
        ("XETR", "XFRA", "XPAR", "XAMS", "XBRU", "XLIS", "XDUB", "XMIL", "XMAD", "XWBO", "XHEL"),
        "EU",
    ),
    **dict.fromkeys(("XCSE", "XSTO", "XWAR", "XPRA", "XBUD", "ASEX"), "EU"),
}


def cycle_of(market: str, trade_date: date) -> Cycle | None:
    """The cycle that a market's trades of a day follow; None for a market that is not listed."""
    started = [cycle for cycle in CYCLES.get(market, ()) if cycle.trades_from <= trade_date]
    return started[-1] if started else None


def settlement_date(trade_date: date, days: int, is_open: IsOpen) -> date:
    """The day `days` business days after a trade; one on a closed day counts from the next open.

    is_open says whether the market settles on a day. Raises ValueError when a month passes
    without an open day, since then the calendar is none.
    """
    day = _next_open(trade_date, is_open)
    for _ in range(days):
        day = _next_open(day + timedelta(days=1), is_open)
    return day


def open_except(holidays: Iterable[date]) -> IsOpen:
    """Mondays to Fridays that are no holiday."""
    closed = frozenset(holidays)
    return lambda day: day.weekday() < SATURDAY and day not in closed


def bank_holidays_us(year: int) -> tuple[date, ...]:
    """Days on which US exchanges trade and banks do not, so that nothing settles.

    Columbus Day, the second Monday of October, and Veterans Day, 11 November: a Sunday's moves to
    Monday, a Saturday's to no day.
    """
    first = date(year, 10, 1)
    columbus = first + timedelta(days=(-first.weekday()) % 7 + 7)
    veterans = date(year, 11, 11)
    if veterans.weekday() == SATURDAY + 1:
        veterans += timedelta(days=1)
    return columbus, veterans


def state_of(settles: date, asof: date) -> SettlementState:
    """PENDING until the settlement date, SETTLED from it on."""
    return SettlementState.SETTLED if settles <= asof else SettlementState.PENDING


@dataclass(frozen=True, slots=True)
class CashStanding:
    """The cash of one currency on a day. payable is negative, receivable positive, both pending.

    Dividends between ex-date and pay date are no cash and not in here.
    """

    currency: str
    settled: Decimal = ZERO
    payable: Decimal = ZERO
    receivable: Decimal = ZERO

    @property
    def pending(self) -> Decimal:
        """What trades will still move: negative when more is owed than due."""
        return self.payable + self.receivable

    @property
    def withdrawable(self) -> Decimal:
        """Settled cash less what is owed for purchases; never what sales will bring."""
        return max(ZERO, self.settled + self.payable)


def cash_standing(
    journal: Iterable[Posting], settles_on: Callable[[int], date | None], asof: date
) -> tuple[CashStanding, ...]:
    """Settled and pending cash by currency, in alphabetical order, as of a day.

    journal: a book's postings; those after `asof` are left out. settles_on answers the settlement
    date of an entry's number, None where its cash settles on the day it is posted.
    """
    settled: dict[str, Decimal] = {}
    payable: dict[str, Decimal] = {}
    receivable: dict[str, Decimal] = {}
    for posting in journal:
        if not posting.cash or posting.on > asof:
            continue
        settles = settles_on(posting.seq) or posting.on
        if state_of(settles, asof) is SettlementState.SETTLED:
            part = settled
        else:
            part = payable if posting.cash < 0 else receivable
        part[posting.currency] = part.get(posting.currency, ZERO) + posting.cash
    return tuple(
        CashStanding(
            currency,
            settled.get(currency, ZERO),
            payable.get(currency, ZERO),
            receivable.get(currency, ZERO),
        )
        for currency in sorted(settled.keys() | payable.keys() | receivable.keys())
    )


def _next_open(day: date, is_open: IsOpen) -> date:
    for ahead in range(31):
        if is_open(day + timedelta(days=ahead)):
            return day + timedelta(days=ahead)
    raise ValueError(f"no settlement day is known within a month of {day}")
