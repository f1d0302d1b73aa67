"""Several portfolios as one: what they are worth together, and of what that consists.

A portfolio that cannot be turned into the common currency is left out and named, never counted
as zero, and so is one whose value is too old to stand beside the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portfolios.calc.entries import ZERO

# A holiday of one exchange and the weekend behind it; what is older is another market's value.
OLDEST_BESIDE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a portfolio in its base currency: a position, a balance, a receivable."""

    currency: str
    asset_class: str
    market_value: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """One label's worth, and its fraction of the whole."""

    label: str
    market_value: Decimal
    weight: float


def stands_beside(day: date, newest: date) -> bool:
    """Whether a value of `day` may be added to one of `newest`, at most seven days later."""
    return timedelta(0) <= newest - day <= OLDEST_BESIDE


def ties_out(parts: Iterable[Part], total_value: Decimal, smallest_coin: Decimal) -> bool:
    """Whether parts are those of a total: within a coin, as the total was rounded twice."""
    return abs(sum((part.market_value for part in parts), ZERO) - total_value) <= smallest_coin


def shares_of(amounts: Iterable[tuple[str, Decimal]]) -> tuple[Share, ...]:
    """Amounts added by label, the largest first. Nothing, when they are not worth more than zero
    together: a share of such a whole means nothing. A debt's weight is negative."""
    found: dict[str, Decimal] = {}
    for label, amount in amounts:
        found[label] = found.get(label, ZERO) + amount
    whole = sum(found.values(), ZERO)
    if whole <= 0:
        return ()
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Share(label, amount, float(amount / whole)) for label, amount in ordered if amount)


def in_currency(parts: Mapping[str, Sequence[Part]], rates: Mapping[str, Decimal]) -> list[Part]:
    """The parts of each portfolio (by any name) at the rate from its base into one currency."""
    return [
        Part(part.currency, part.asset_class, part.market_value * rates[name])
        for name, its in parts.items()
        for part in its
    ]
