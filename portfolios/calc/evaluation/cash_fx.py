"""What currencies did to cash: its change in base that no entry explains.

Each movement of cash is worth its own rate on its own day. What the balances are worth at the
end, less what they were worth at the start, less all movements between, is the gain of having
held them. A conversion at a better or worse rate than the table's shows here too.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from portfolios.calc.entries import ZERO
from portfolios.calc.evaluation.flows import Worth
from portfolios.calc.evaluation.rates import Rates
from portfolios.calc.lots import Posting


def cash_fx_pnl(
    journal: Iterable[Posting], worth: Worth, rates: Rates, period: tuple[date, date]
) -> Decimal | None:
    """The gain on cash over a period, the day before it and its last day; None without a rate."""
    start, end = period
    before: dict[str, Decimal] = {}
    after: dict[str, Decimal] = {}
    moved: Decimal | None = ZERO
    for posting in journal:
        if not posting.cash:
            continue
        if posting.on <= start:
            before[posting.currency] = before.get(posting.currency, ZERO) + posting.cash
        after[posting.currency] = after.get(posting.currency, ZERO) + posting.cash
        if posting.on > start and moved is not None:
            base = worth.of_cash(posting)
            moved = None if base is None else moved + base
    opening, closing = in_base(before, rates, start), in_base(after, rates, end)
    if opening is None or closing is None or moved is None:
        return None
    return closing - opening - moved


def in_base(money: Mapping[str, Decimal], rates: Rates, day: date) -> Decimal | None:
    """Amounts by currency at a day's rates; None where one that is not zero has none."""
    total = ZERO
    for currency, amount in money.items():
        rate = rates.to_base(currency, day) if amount else ZERO
        if rate is None:
            return None
        total += amount * rate
    return total
