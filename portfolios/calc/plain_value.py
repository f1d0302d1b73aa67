"""What a ledger is worth at a close, told a second way.

The shares and the cash of the plain replay, times the closes and rates of one day. Nothing is
shared with `calc.history` but what a close and a rate are: no journal, no lots, no states.

Worked: 10 shares at 12 USD, 300 CAD, and a dividend of 5 USD that is owed but not yet paid, at
1.20 CAD for a dollar: (10·12 + 5)·1.20 + 300 = 450 CAD. Source: methods §2 "Reconciliation".
"""

from collections.abc import Iterable
from decimal import Decimal

from portfolios.calc.entries import ZERO, Entry
from portfolios.calc.marks import Marks, in_shares_of, splits_among
from portfolios.calc.plain_replay import owed, replay_at, standing


def plain_value(
    entries: Iterable[Entry], marks: Marks, *, by_account: bool = False
) -> Decimal | None:
    """Base currency, unrounded; None where anything held has no close or no rate.

    marks: of the day whose close is meant. What is owed counts from its ex-date on. A close from
    before a split is restated. by_account: as in `replay_at`.
    """
    counted = standing(entries)
    day = marks.asof_date
    state = replay_at(counted, [day], by_account=by_account)[day]
    seen = in_shares_of(day, marks, splits_among(counted))
    amounts = [(currency, amount) for (_, currency), amount in state.cash.items()]
    amounts += owed(counted, day).items()
    for (security, _), quantity in state.quantities.items():
        mark = seen.prices.get(security)
        if mark is None:
            return None
        amounts.append((mark.currency, quantity * mark.close))
    total = ZERO
    for currency, amount in amounts:
        rate = seen.rate_of(currency)
        if rate is None:
            return None
        total += amount * rate.rate
    return total
