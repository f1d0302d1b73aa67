"""What crosses the portfolio's border, posting by posting, in base currency.

Where cash is tracked, deposits, withdrawals and deliveries are the flows. Where it is not, there
is no cash: whatever an entry would have done to it comes from outside or goes there. A purchase
is an inflow of what was paid, charges included; a sale or a dividend an outflow of what was
received; a fee an inflow that buys nothing; a deposit only as much as its charges ate.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portfolios.calc.entries import ZERO, Entry
from portfolios.calc.evaluation.quotes import Quotes
from portfolios.calc.evaluation.rates import Rates
from portfolios.calc.lots import Movement, Posting

_EXTERNAL = frozenset({Movement.FLOW, Movement.DELIVERY})
_CROSSES = _EXTERNAL | {Movement.EXCHANGE}


@dataclass(frozen=True, slots=True)
class Flow:
    """Money over the border on a day, positive inwards; base is None where it has no worth."""

    on: date
    seq: int
    base: Decimal | None


class Worth:
    """What postings and entries are worth in base: at the recorded rate, else at the day's."""

    def __init__(self, entries: Iterable[Entry], rates: Rates, quotes: Quotes) -> None:
        self._entries = {entry.seq: entry for entry in entries}
        self._rates = rates
        self._quotes = quotes

    def rate(self, seq: int, currency: str, on: date) -> Decimal | None:
        """Base per 1 of a currency for an entry; what the entry records beats the table."""
        entry = self._entries.get(seq)
        if (
            entry is not None
            and entry.fx_rate is not None
            and entry.currency == currency != self._rates.base_currency
        ):
            return entry.fx_rate
        return self._rates.to_base(currency, on)

    def of(self, amount: Decimal, posting: Posting) -> Decimal | None:
        """An amount of a posting's currency in base; nothing is worth nothing at any rate."""
        if not amount:
            return ZERO
        rate = self.rate(posting.seq, posting.currency, posting.on)
        return None if rate is None else amount * rate

    def of_cash(self, posting: Posting) -> Decimal | None:
        """What a movement of cash was worth: what crossed at its own worth, the rest at the
        entry's rate. A conversion has one worth for both its legs."""
        if posting.movement not in _CROSSES or not posting.crossing or not posting.cash:
            return self.of(posting.cash, posting)
        crossed = self.of_crossing(posting)
        rest = self.of(posting.cash - posting.crossing, posting)
        return None if crossed is None or rest is None else crossed + rest

    def of_crossing(self, posting: Posting) -> Decimal | None:
        """What a posting brought over a border, in base; a delivery without a stated worth is
        worth its market value."""
        if posting.crossing_base is not None:
            return posting.crossing_base
        if posting.crossing is not None:
            return self.of(posting.crossing, posting)
        quote = self._quotes.last(str(posting.security), posting.on)
        rate = self._rates.to_base(posting.currency, posting.on)
        if quote is None or rate is None:
            return None
        return posting.quantity * quote.close * rate


def flows_of(
    journal: Iterable[Posting], worth: Worth, *, cash_tracked: bool
) -> tuple[tuple[Flow, ...], Mapping[date, list[Flow]]]:
    """The flows of a journal, in order and by day; postings that move nothing are left out."""
    found = []
    by_day: dict[date, list[Flow]] = {}
    for posting in journal:
        if cash_tracked:
            if posting.movement not in _EXTERNAL or posting.crossing == ZERO:
                continue
            base = worth.of_crossing(posting)
        else:
            base = _without_cash(posting, worth)
        if base != ZERO:
            flow = Flow(posting.on, posting.seq, base)
            found.append(flow)
            by_day.setdefault(flow.on, []).append(flow)
    return tuple(found), by_day


def _without_cash(posting: Posting, worth: Worth) -> Decimal | None:
    crossed: Decimal | None = ZERO
    if posting.movement in _CROSSES and posting.crossing != ZERO:
        crossed = worth.of_crossing(posting)
    moved = worth.of_cash(posting)
    return None if crossed is None or moved is None else crossed - moved
