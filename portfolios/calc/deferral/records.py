"""What a loss rule is told beside the ledger, and what it answers.

Money is in base currency. A gain is positive, a loss negative; `disallowed` and what is added to a
cost are positive. Quantities of lines are in the shares of their day, those of lots in today's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from portfolios.calc.entries import ZERO, SecurityKey

WINDOW = timedelta(days=30)


class LossRule(StrEnum):
    """Whose law defers a loss; NONE defers nothing."""

    NONE = ""
    US = "US"
    CA = "CA"


class Holder(StrEnum):
    """Who holds an account, as the law sees it.

    OWN: the taxpayer. AFFILIATE: a spouse or a controlled entity, whose purchase takes a loss up.
    REGISTERED: a retirement account or registered plan, whose purchase destroys it.
    """

    OWN = "own"
    AFFILIATE = "affiliate"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsidePurchase:
    """Shares that someone beside this ledger bought, in the shares of their day.

    held_until is the last day on which they were still held; None means that they still are.
    """

    security: SecurityKey
    on: date
    quantity: Decimal
    holder: Holder
    held_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the ledger does not say.

    identical: securities that count as one another, by the name of their group; one that is not
    listed is identical to itself alone. holders: accounts that are not the taxpayer's own.
    """

    identical: Mapping[SecurityKey, str] = field(default_factory=dict)
    holders: Mapping[str, Holder] = field(default_factory=dict)
    purchases: tuple[OutsidePurchase, ...] = ()

    def group(self, security: SecurityKey) -> SecurityKey:
        """The name under which a security and its identical ones are matched."""
        return ("identical", self.identical[security]) if security in self.identical else security

    def holder(self, account: str) -> Holder:
        return self.holders.get(account, Holder.OWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferredClosure:
    """What the law makes of one closure. Beside the booked result, never instead of it.

    gain = booked − added_cost (deferred earlier, relieved now), rounded to the minor unit;
    recognized = gain + disallowed. forfeited is the part of disallowed that a registered plan
    destroyed, moved_outside the part that an affiliate beside this ledger took up. All are None
    where the booked result is unknown. window_closes is the last day on which a purchase counts;
    None for a gain. held, bought and sold are the Canadian rule's B, P and S.
    """

    close_seq: int
    open_seq: int
    number: int
    security: SecurityKey
    account: str
    close_date: date
    quantity: Decimal
    booked: Decimal | None
    added_cost: Decimal | None = ZERO
    gain: Decimal | None
    disallowed: Decimal | None = ZERO
    forfeited: Decimal | None = ZERO
    moved_outside: Decimal | None = ZERO
    window_closes: date | None = None
    provisional: bool = False
    reason: str | None = None

    @property
    def recognized(self) -> Decimal | None:
        """What counts for tax in the year of the sale."""
        if self.gain is None or self.disallowed is None:
            return None
        return self.gain + self.disallowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Part of an open lot: its share of the deferred losses and where its holding starts.

    tax_cost is its share of the booked cost, by quantity, and what was added to it.
    """

    quantity: Decimal
    added_cost: Decimal
    holding_start: date
    tax_cost: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferredLot:
    """An open lot with what was added to its cost. cost_basis is as booked, tax_cost above it.

    holding_start is the earliest of its slices. provisional: some of it came from a loss whose
    window is still open.
    """

    open_seq: int
    number: int
    security: SecurityKey
    account: str
    quantity: Decimal
    cost_basis: Decimal | None
    added_cost: Decimal
    slices: tuple[Slice, ...]
    provisional: bool = False

    @property
    def tax_cost(self) -> Decimal | None:
        """Cost for tax in base currency; None where the booked cost is unknown."""
        return None if self.cost_basis is None else self.cost_basis + self.added_cost

    @property
    def holding_start(self) -> date:
        """The day from which the longest-held part of it counts."""
        return min(part.holding_start for part in self.slices)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleCount:
    """The three quantities of the Canadian formula for one sale, in today's shares."""

    close_seq: int
    sold: Decimal
    bought: Decimal
    held: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferrals:
    """A book as a loss rule sees it on a day. Lines in order of relief, lots in order of opening.

    counts is filled by the Canadian rule alone. transferred_out is what shares that left the ledger
    in kind took along.
    """

    rule: LossRule
    asof: date
    closures: tuple[DeferredClosure, ...] = ()
    lots: tuple[DeferredLot, ...] = ()
    counts: tuple[SaleCount, ...] = ()
    transferred_out: Decimal = ZERO

    @property
    def disallowed(self) -> Decimal | None:
        """Sum over all lines; None where any is unknown."""
        return _total([line.disallowed for line in self.closures])

    @property
    def recognized(self) -> Decimal | None:
        """Sum over all lines; None where any is unknown."""
        return _total([line.recognized for line in self.closures])

    @property
    def forfeited(self) -> Decimal | None:
        """What registered plans destroyed, for ever."""
        return _total([line.forfeited for line in self.closures])

    @property
    def moved_outside(self) -> Decimal | None:
        """What affiliates beside this ledger took up."""
        return _total([line.moved_outside for line in self.closures])

    @property
    def added_cost(self) -> Decimal:
        """What open lots still carry of earlier losses."""
        return sum((lot.added_cost for lot in self.lots), ZERO)

    @property
    def provisional(self) -> bool:
        """Whether a purchase still to come could change a line."""
        return any(line.provisional for line in self.closures)


def _total(parts: list[Decimal | None]) -> Decimal | None:
    known = [part for part in parts if part is not None]
    return sum(known, ZERO) if len(known) == len(parts) else None
