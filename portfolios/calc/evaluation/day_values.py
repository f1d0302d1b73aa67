"""The value of the portfolio at every close that something could change, in one forward pass.

Only days with a new close, split, rate or posting are valued: between them nothing moves. Values
are unrounded Decimals in base currency. A day on which a price or a rate of something held is
missing has no value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal, localcontext

from portfolios.calc.entries import ZERO
from portfolios.calc.evaluation.flows import Flow
from portfolios.calc.evaluation.quotes import Quotes
from portfolios.calc.evaluation.rates import Rates
from portfolios.calc.lots import Posting


@dataclass(frozen=True, slots=True)
class DayClose:
    """One close: its value (None: not known), and what came in and went out since the last.

    Both flows are ≥ 0, None where one of them has no worth.
    """

    day: date
    value: Decimal | None
    inflow: Decimal | None
    outflow: Decimal | None


EXACT = Context(prec=150)  # sums come back to exactly 0 when everything is gone


@dataclass(slots=True)
class _Held:
    """What is held while the pass goes on: quantities and closes by symbol, and what positions
    and money are worth by currency. A day costs what changed on it, not what is held. Its sums
    are to be made in the `EXACT` context."""

    rates: Rates
    currencies: Mapping[str, str]
    cash_tracked: bool
    quantities: dict[str, Decimal] = field(default_factory=dict)
    closes: dict[str, Decimal | None] = field(default_factory=dict)
    local: dict[str, Decimal] = field(default_factory=dict)
    unpriced: set[str] = field(default_factory=set)

    def move(self, posting: Posting) -> None:
        if posting.quantity:
            symbol = str(posting.security)
            close = self.closes.get(symbol)
            held = self.quantities.get(symbol, ZERO) + posting.quantity
            self.quantities[symbol] = held
            self._add(self.currencies[symbol], posting.quantity * (close or ZERO))
            if held and close is None:
                self.unpriced.add(symbol)
            else:
                self.unpriced.discard(symbol)
        moved = posting.cash + posting.receivable
        if moved and self.cash_tracked:
            self._add(posting.currency, moved)

    def reprice(self, changes: Iterable[tuple[str, Decimal | None]]) -> None:
        """Take new closes; hundreds of thousands pass here. One that is missing counts nothing,
        and the symbol is noted as unpriced."""
        closes, quantities = self.closes, self.quantities
        for symbol, close in changes:
            before = closes.get(symbol)
            closes[symbol] = close
            quantity = quantities.get(symbol)
            if not quantity:
                continue
            if close is None:
                self.unpriced.add(symbol)
            elif before is None:
                self.unpriced.discard(symbol)
            self.local[self.currencies[symbol]] += quantity * ((close or ZERO) - (before or ZERO))

    def value(self, day: date) -> Decimal | None:
        if self.unpriced:
            return None
        total = ZERO
        for currency, amount in self.local.items():
            rate = self.rates.to_base(currency, day) if amount else ZERO
            if rate is None:
                return None
            total += amount * rate
        return total

    def _add(self, currency: str, amount: Decimal) -> None:
        self.local[currency] = self.local.get(currency, ZERO) + amount


def day_closes(
    journal: Sequence[Posting],
    flows: Mapping[date, Sequence[Flow]],
    market: tuple[Quotes, Rates, Mapping[str, str]],
    span: tuple[date, date],
    *,
    cash_tracked: bool,
) -> list[DayClose]:
    """The closes from the first day of a span to its last, both valued whatever happens there.

    journal: sorted by day; what lies before the span is its opening state, and the flows of the
    first day are part of it. market: quotes, rates, and the currency of each symbol's price.
    """
    quotes, rates, currencies = market
    first, last = span
    changes = quotes.changes({str(posting.security) for posting in journal if posting.quantity})
    days = {posting.on for posting in journal} | changes.keys() | rates.days() | {first, last}
    held = _Held(rates, currencies, cash_tracked)
    closes = []
    at = 0
    with localcontext(EXACT):
        for day in sorted(each for each in days if each <= last):
            while at < len(journal) and journal[at].on <= day:
                held.move(journal[at])
                at += 1
            held.reprice(changes.get(day, ()))
            if day >= first:
                inflow, outflow = _both_ways(flows.get(day, ()) if day > first else ())
                closes.append(DayClose(day, held.value(day), inflow, outflow))
    return closes


def _both_ways(flows: Sequence[Flow]) -> tuple[Decimal | None, Decimal | None]:
    inflow = outflow = ZERO
    for flow in flows:
        if flow.base is None:
            return None, None
        if flow.base > 0:
            inflow += flow.base
        else:
            outflow -= flow.base
    return inflow, outflow
