"""What happened in the period, in base currency: trades, income, fees, taxes, realised results.

Each amount is converted at the rate its entry records, else at the rate of its day (of the pay
date for income). A sum with a part whose rate is not known is None, never the sum of the rest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from portfolios.calc.booking.amounts import gross
from portfolios.calc.booking.mistakes import PAYOUTS
from portfolios.calc.entries import ZERO, Entry, EntryType
from portfolios.calc.evaluation.flows import Worth
from portfolios.calc.lots import Book, Closure, Income

Place: TypeAlias = tuple[str, str]
"""A symbol and an account."""

_PURCHASES = frozenset({EntryType.BUY, EntryType.COVER, EntryType.DRIP})
_SALES = frozenset({EntryType.SELL, EntryType.SHORT_SALE})
_DIVIDENDS = frozenset({EntryType.DIVIDEND, EntryType.DRIP})
_INTEREST = frozenset({EntryType.INTEREST, EntryType.INTEREST_CHARGE})
_PAID = frozenset({EntryType.DIVIDEND, EntryType.COUPON, EntryType.DRIP}) | _INTEREST
_FEES = {EntryType.FEE: 1, EntryType.FEE_REFUND: -1}
_TAXES = {EntryType.TAX: 1, EntryType.TAX_REFUND: -1}


@dataclass(slots=True)
class Sums:
    """Sums of one position or of the portfolio; None once a part of one is not known."""

    realized_pnl: Decimal | None = ZERO
    purchases: Decimal | None = ZERO
    sales: Decimal | None = ZERO
    income_gross: Decimal | None = ZERO
    income_net: Decimal | None = ZERO
    interest_net: Decimal | None = ZERO
    fees: Decimal | None = ZERO
    taxes: Decimal | None = ZERO
    dividend_count: int = 0

    def add(self, name: str, amount: Decimal | None) -> None:
        before = getattr(self, name)
        setattr(self, name, None if before is None or amount is None else before + amount)


@dataclass(slots=True)
class Activity:
    """The sums of the period, of the portfolio and of each position."""

    total: Sums = field(default_factory=Sums)
    by_place: dict[Place, Sums] = field(default_factory=dict)

    def add(self, place: Place | None, name: str, amount: Decimal | None) -> None:
        """Count an amount for the portfolio, and for the position it belongs to, if any."""
        if amount == ZERO:
            return
        self.total.add(name, amount)
        if place is not None:
            self.at(place).add(name, amount)

    def at(self, place: Place) -> Sums:
        """The sums of a position, made when first asked for."""
        found = self.by_place.get(place)
        if found is None:
            found = self.by_place[place] = Sums()
        return found


def activity(
    book: Book, closures: Iterable[Closure], worth: Worth, period: tuple[date, date]
) -> Activity:
    """All sums of a period, given as the day before it and its last day.

    closures: those of the period. Fees and taxes are all there are, on trades, on income and
    alone, refunds negative, whether or not they belong to cost. Purchases and sales are before
    both.
    """
    found, places = Activity(), Places(book)
    for entry in book.accepted:
        on = _counted_on(entry)
        if period[0] < on <= period[1]:
            _count(found, places.of(entry), (entry, on), worth)
    entries = {entry.seq: entry for entry in book.accepted}
    for income in book.income:
        if period[0] < income.pay_date <= period[1]:
            entry = entries[income.seq]
            _earn(found, places.of(entry), (income, entry), worth)
    for closure in closures:
        place = str(closure.security), closure.account
        found.add(place, "realized_pnl", closure.realized_pnl)
    return found


class Places:
    """Which position an entry belongs to.

    A dividend or a fee is often written in the account of the cash. Where that account never
    held the security and exactly one other did, it belongs to the position there.
    """

    def __init__(self, book: Book) -> None:
        self._accounts: dict[str, set[str]] = {}
        for security, account in book.places:
            self._accounts.setdefault(str(security), set()).add(account)

    def of(self, entry: Entry) -> Place | None:
        """Symbol and account; None for an entry that names no security."""
        if entry.security is None:
            return None
        symbol = str(entry.security)
        held = self._accounts.get(symbol, set())
        if entry.account in held or len(held) != 1:
            return symbol, entry.account
        return symbol, next(iter(held))


def _counted_on(entry: Entry) -> date:
    """The day on which an entry's amounts count: of a payout with all that was taken off it the
    pay date, also where that has not come yet."""
    paid = entry.pay_date if entry.entry_type in PAYOUTS else None
    return paid or entry.transaction_date


def _count(found: Activity, place: Place | None, dated: tuple[Entry, date], worth: Worth) -> None:
    entry, on = dated
    kind = entry.entry_type
    if kind in _PAID and kind not in _DIVIDENDS and not (entry.fees or entry.taxes):
        return
    rate = worth.rate(entry.seq, entry.currency, on)
    for name, amount in _amounts(entry).items():
        found.add(place, name, None if rate is None else amount * rate)
    if kind in _DIVIDENDS:
        found.total.dividend_count += 1


def _amounts(entry: Entry) -> Mapping[str, Decimal]:
    """The amounts of an entry in its own currency, without those that are nothing."""
    kind = entry.entry_type
    found: dict[str, Decimal] = {}
    alone = {"fees": _FEES.get(kind, 0), "taxes": _TAXES.get(kind, 0)}
    for name, sign in alone.items():
        if sign:
            found[name] = (gross(entry) or ZERO) * sign
        elif not any(alone.values()):
            found[name] = getattr(entry, name)
    if kind in _PURCHASES:
        found["purchases"] = _traded(entry)
    elif kind in _SALES:
        found["sales"] = _traded(entry)
    return {name: amount for name, amount in found.items() if amount}


def _traded(entry: Entry) -> Decimal:
    """What a trade was worth before charges; of a reinvested dividend what it bought."""
    if entry.entry_type is EntryType.DRIP and entry.quantity and entry.price:
        return entry.quantity * entry.price
    return gross(entry) or ZERO


def _earn(found: Activity, place: Place | None, earned: tuple[Income, Entry], worth: Worth) -> None:
    income, entry = earned
    if entry.entry_type in _INTEREST:
        found.add(None, "interest_net", income.net_base)
        return
    rate = worth.rate(income.seq, income.currency, income.pay_date)
    found.add(place, "income_gross", None if rate is None else income.gross * rate)
    found.add(place, "income_net", income.net_base)
