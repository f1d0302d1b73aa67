"""A ledger document after reading: entries, what the market said, and the choices to follow.

Symbols are the keys of securities. A mistake in the document is a `Finding`; everything else in
it is still evaluated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from portfolios.calc.dietz import FlowTiming
from portfolios.calc.entries import BookingSettings, Entry, Problem

Closes: TypeAlias = Mapping[str, Mapping[date, Decimal]]
"""Raw closes by symbol and day, in the instrument's currency."""
Pairs: TypeAlias = Mapping[tuple[str, str], Mapping[date, Decimal]]
"""Units of the second currency per 1 of the first, by day."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake, or the reason why a figure is null. seq is None where no one entry is to blame."""

    code: str
    seq: int | None
    field: str
    message: str
    suggestion: str


_FIELDS = {
    "security": "symbol",
    "transaction_date": "date",
    "lot_picks": "lot_selector",
}
"""What booking calls a field, as the document calls it."""


def as_finding(problem: Problem, first_seq: int) -> Finding:
    """A problem of booking in the document's words; entries below first_seq have no number."""
    return Finding(
        problem.code,
        problem.seq if problem.seq >= first_seq else None,
        _FIELDS.get(problem.field, problem.field),
        problem.message,
        problem.suggestion,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What an evaluation follows beside the booking settings.

    cash_tracked: false means that there is no cash and every trade is a flow.
    max_price_age_days: a close older than that many calendar days is no price; None: any age.
    """

    booking: BookingSettings
    flow_timing: FlowTiming = FlowTiming.IN_START_OUT_END
    cash_tracked: bool = True
    max_price_age_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Everything that an evaluation needs. The period is after period_start up to asof; without
    period_start it is everything up to asof. Entries below first_seq stand for the document's
    opening lots and corporate actions and have no number of their own."""

    asof: date
    policy: Policy
    period_start: date | None = None
    currencies: Mapping[str, str] = field(default_factory=dict)
    closes: Closes = field(default_factory=dict)
    pairs: Pairs = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    first_seq: int = 1
    findings: tuple[Finding, ...] = ()

    @property
    def base_currency(self) -> str:
        """The currency that everything is converted into."""
        return self.policy.booking.base_currency
