"""From the journal to what the portfolio held at each close, in one forward pass."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias, TypeVar

from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.lots import Movement, Posting

EXTERNAL = frozenset({Movement.FLOW, Movement.DELIVERY})
Generated: TypeAlias = Mapping[tuple[SecurityKey, str], Decimal]
K = TypeVar("K", bound=Hashable)


class Crossing(NamedTuple):
    """Something that entered a currency from outside it, negative when it left.

    amount is in `currency`; base is its worth at the recorded rate. Either is None where the
    ledger does not say: then the day's rate is used, and for delivered securities the day's
    price times `quantity`. external: it crossed the portfolio's border too.
    """

    currency: str
    amount: Decimal | None
    base: Decimal | None
    external: bool
    security: SecurityKey | None = None
    quantity: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class DayState:
    """The close of one valuation day; the mappings are shared between days and never changed.

    quantities by security, cash and receivables by currency, zeros left out. crossings and
    `generated` belong to the days after the previous valuation day up to and including this one.
    generated: cash and receivables that trades and dividends of a security brought, by
    (security, currency), negative for a purchase.
    """

    asof_date: date
    quantities: Mapping[SecurityKey, Decimal]
    cash: Mapping[str, Decimal]
    receivables: Mapping[str, Decimal]
    crossings: tuple[Crossing, ...]
    generated: Generated


def replay(journal: Sequence[Posting], dates: Iterable[date]) -> tuple[DayState, ...]:
    """The state at each of the ascending dates, from a journal sorted by day.

    Movements between two dates (a deposit on a Sunday) belong to the later one; those before the
    first date belong to the first, so start at the ledger's first day or treat the first state as
    a mere opening balance. Postings after the last date are left out. Linear in both arguments.
    """
    states = []
    quantities: Mapping[SecurityKey, Decimal] = {}
    cash: Mapping[str, Decimal] = {}
    receivables: Mapping[str, Decimal] = {}
    start = 0
    for day in dates:
        end = start
        while end < len(journal) and journal[end].on <= day:
            end += 1
        crossings: tuple[Crossing, ...] = ()
        generated: Generated = {}
        if end > start:
            moves = journal[start:end]
            quantities = _moved(quantities, ((p.security, p.quantity) for p in moves))
            cash = _moved(cash, ((p.currency, p.cash) for p in moves))
            receivables = _moved(receivables, ((p.currency, p.receivable) for p in moves))
            crossings, generated = _crossings(moves), _generated(moves)
            start = end
        states.append(DayState(day, quantities, cash, receivables, crossings, generated))
    return tuple(states)


def day_of(day: date, moves: Sequence[Posting]) -> DayState:
    """What crossed and what was brought by the postings of one day, without what was held."""
    return DayState(day, {}, {}, {}, _crossings(moves), _generated(moves))


def _moved(before: Mapping[K, Decimal], moves: Iterable[tuple[K, Decimal]]) -> Mapping[K, Decimal]:
    after = dict(before)
    for key, amount in moves:
        if amount:
            after[key] = after.get(key, ZERO) + amount
            if not after[key]:
                del after[key]
    return after


def _generated(moves: Iterable[Posting]) -> Generated:
    return _moved(
        {},
        (
            ((p.security, p.currency), p.cash + p.receivable)
            for p in moves
            if p.security is not None
        ),
    )


def _crossings(moves: Iterable[Posting]) -> tuple[Crossing, ...]:
    return tuple(
        [
            Crossing(
                posting.currency,
                posting.crossing,
                posting.crossing_base,
                posting.movement in EXTERNAL,
                posting.security,
                posting.quantity,
            )
            for posting in moves
            if posting.crossing is None or posting.crossing
        ]
    )
