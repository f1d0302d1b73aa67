"""The gate that observations pass: what is plausible is accepted, the rest waits for a person.

A close is held against the last accepted one before it, in units of currency and in shares of its
own day, so that neither pence nor a split looks like a jump. What is doubted does not become the
yardstick of the next: a source that changes to cents is doubted every day, not once.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, Literal

from market.calc.carry import age_in_sessions
from market.calc.policies import Plausibility
from market.calc.quote_units import in_currency
from market.calc.quotes import PriceQuote, RateQuote

Doubt = Literal[
    "not_a_number",
    "not_positive",
    "too_large",
    "hundredfold",
    "large_move",
    "stale_date",
    "future_date",
    "other_unit",
    "contradicts",
]
Quote = PriceQuote | RateQuote

# A close in pence after one in pounds: a hundred times it, give or take the day's own move.
HUNDREDFOLD: Final = (Decimal(80), Decimal(120))


@dataclass(frozen=True, slots=True)
class Suspect:
    """A quote that was not accepted, and why, in a word and in a sentence."""

    quote: Quote
    reason: Doubt
    message: str

    @property
    def subject(self) -> str:
        return subject_of(self.quote)


@dataclass(frozen=True, slots=True)
class Screened:
    """What a batch amounts to: each quote is in one of the three, in order of subject and day.

    A source tells of more than a house holds; what it does not know is left out, not doubted.
    """

    accepted: tuple[Quote, ...]
    quarantined: tuple[Suspect, ...]
    unknown: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of a listing or pair before the batch.

    `units` are those it may be quoted in. `values` are accepted ones in units of currency, by
    day ascending. `splits` give shares after for each share before, by ex-date; `reorganised` are
    ex-dates of other actions that may move a price anyhow. `sessions` age a late arrival.
    """

    units: frozenset[str]
    values: Sequence[tuple[date, Decimal]] = ()
    splits: Sequence[tuple[date, Decimal]] = ()
    reorganised: Sequence[date] = ()
    sessions: Sequence[date] = ()


def subject_of(quote: Quote) -> str:
    """A listing's key, or a pair as "EUR/CAD"."""
    if isinstance(quote, PriceQuote):
        return f"{quote.symbol}.{quote.exchange}.{quote.price_basis}"
    return f"{quote.base_currency}/{quote.quote_currency}"


def screen(
    quotes: Iterable[Quote],
    known: Mapping[str, Subject],
    limits: Plausibility,
    *,
    largest: Decimal,
) -> Screened:
    """Divide a batch. `largest` is the first number that no column holds. Raises nothing."""
    by_subject: dict[str, list[Quote]] = defaultdict(list)
    for quote in quotes:
        by_subject[subject_of(quote)].append(quote)
    accepted: list[Quote] = []
    doubted: list[Suspect] = []
    unknown: list[Quote] = []
    for name in sorted(by_subject):
        if name not in known:
            unknown += by_subject[name]
            continue
        track = _Track(known[name], limits, largest)
        for quote in sorted(by_subject[name], key=lambda q: (q.observed_on, q.available_at)):
            suspect = track.doubt(quote)
            if suspect is None:
                accepted.append(quote)
            else:
                doubted.append(suspect)
    return Screened(tuple(accepted), tuple(doubted), tuple(unknown))


def value_of(quote: Quote) -> Decimal:
    """The close or the rate that was told, as it was told."""
    return quote.close if isinstance(quote, PriceQuote) else quote.rate


def unit_of(quote: Quote) -> str:
    """The currency a close is in, or that a rate is a number of."""
    return quote.currency if isinstance(quote, PriceQuote) else quote.quote_currency


@dataclass(slots=True)
class _Track:
    """One subject on its way through a batch, days ascending."""

    subject: Subject
    limits: Plausibility
    largest: Decimal
    said: dict[tuple[date, str, datetime], Decimal] = field(default_factory=dict)
    taken: dict[date, Decimal] = field(default_factory=dict)
    days: list[date] = field(default_factory=list)  # those of `taken`, ascending

    def __post_init__(self) -> None:
        self.taken = dict(self.subject.values)
        self.days = sorted(self.taken)

    def doubt(self, quote: Quote) -> Suspect | None:
        """Why the quote is not taken; a taken one becomes the yardstick of those after it."""
        found = self._number(quote) or self._kind(quote) or self._dates(quote)
        found = found or self._twice(quote) or self._move(quote)
        if found is not None:
            return Suspect(quote, *found)
        if quote.observed_on not in self.taken:
            insort(self.days, quote.observed_on)
        self.taken[quote.observed_on] = in_currency(value_of(quote), unit_of(quote))
        return None

    def _number(self, quote: Quote) -> tuple[Doubt, str] | None:
        value = value_of(quote)
        if not value.is_finite():
            return "not_a_number", f"{value} is no number."
        if value <= 0:
            return "not_positive", f"{value} is not above zero."
        if value >= self.largest:
            return "too_large", f"{value:E} is larger than any price or rate."
        return None

    def _kind(self, quote: Quote) -> tuple[Doubt, str] | None:
        unit = unit_of(quote)
        if unit not in self.subject.units:
            quoted = " or ".join(sorted(self.subject.units))
            return "other_unit", f"It is in {unit}; the listing is quoted in {quoted}."
        return None

    def _dates(self, quote: Quote) -> tuple[Doubt, str] | None:
        arrived = quote.available_at.astimezone(UTC).date()
        if quote.observed_on > arrived:
            return "future_date", f"It is dated {quote.observed_on} and arrived on {arrived}."
        late = age_in_sessions(quote.observed_on, arrived, self.subject.sessions)
        if late > self.limits.late_sessions:
            return "stale_date", f"It arrived on {arrived}, {late} sessions after its day."
        return None

    def _twice(self, quote: Quote) -> tuple[Doubt, str] | None:
        key = (quote.observed_on, quote.source, quote.available_at)
        first = self.said.setdefault(key, value_of(quote))
        if first != value_of(quote):
            return "contradicts", f"The same delivery says {first} for the day too."
        return None

    def _move(self, quote: Quote) -> tuple[Doubt, str] | None:
        place = bisect_left(self.days, quote.observed_on)
        before = self.days[place - 1] if place else None
        if before is None or self._explained(before, quote.observed_on):
            return None
        base = self.taken[before] / self._shares(before, quote.observed_on)
        now = in_currency(value_of(quote), unit_of(quote))
        factor = max(now / base, base / now)
        if factor < self.limits.largest_move:
            return None
        said = f"{_plain(now)} after {_plain(base)} on {before}"
        if HUNDREDFOLD[0] <= factor <= HUNDREDFOLD[1]:
            return "hundredfold", f"{said}: about a hundred times, as pence after pounds."
        return "large_move", f"{said}: {factor:.1f} times; up to {self.limits.largest_move} pass."

    def _explained(self, before: date, day: date) -> bool:
        return any(before < event <= day for event in self.subject.reorganised)

    def _shares(self, before: date, day: date) -> Decimal:
        """How many shares of `day` one share of `before` has become."""
        shares = Decimal(1)
        for ex_date, ratio in self.subject.splits:
            if before < ex_date <= day:
                shares *= ratio
        return shares


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
