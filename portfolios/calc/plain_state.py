"""What the plain replay keeps while it reads: shares and cash, and nothing else."""

from dataclasses import dataclass, field
from decimal import Decimal

from portfolios.calc.entries import ZERO, Entry, SecurityKey

Place = tuple[SecurityKey, str]
Purse = tuple[str, str]


@dataclass(slots=True)
class Replayed:
    """Shares by security and account, cash by account and currency; what is zero is left out.

    `ratios` are the securities whose quantity went through a ratio, `spread` the currencies in
    which an event paid several accounts at once.
    """

    quantities: dict[Place, Decimal] = field(default_factory=dict)
    cash: dict[Purse, Decimal] = field(default_factory=dict)
    ratios: set[SecurityKey] = field(default_factory=set)
    spread: set[str] = field(default_factory=set)
    by_account: bool = False

    def quantity_of(self, security: SecurityKey, account: str = "") -> Decimal:
        """Shares held in one account, or in all of them."""
        return sum(
            (
                quantity
                for (held, place), quantity in self.quantities.items()
                if held == security and account in ("", place)
            ),
            ZERO,
        )

    def cash_of(self, currency: str, account: str = "") -> Decimal:
        """Cash of a currency in one account, or in all of them."""
        return sum(
            (
                amount
                for (place, code), amount in self.cash.items()
                if code == currency and account in ("", place)
            ),
            ZERO,
        )


def take(
    state: Replayed, security: SecurityKey | None, quantity: Decimal, account: str = ""
) -> None:
    """Take shares away, from one account or from whichever hold some; a negative quantity is
    taken from what is owed."""
    for place in places_of_security(state, security):
        if account in {"", place[1]}:
            there = state.quantities[place]
            taken = max(min(quantity, there), ZERO) or min(max(quantity, there), ZERO)
            state.quantities[place] -= taken
            quantity -= taken


def places_of_security(state: Replayed, security: SecurityKey | None) -> list[Place]:
    """Where a security is held, zero included."""
    return [place for place in state.quantities if place[0] == security]


def move(state: Replayed, entry: Entry, quantity: Decimal, account: str) -> None:
    """Add signed shares of the entry's security in an account."""
    if entry.security is not None:
        place = entry.security, account
        state.quantities[place] = state.quantities.get(place, ZERO) + quantity


def add(state: Replayed, account: str, currency: str, amount: Decimal) -> None:
    """Add signed cash of a currency in an account."""
    state.cash[account, currency] = state.cash.get((account, currency), ZERO) + amount


def quantity_of(entry: Entry) -> Decimal:
    """Shares that an entry names, or those of the lots it brings; zero where it names none."""
    if entry.quantity is not None:
        return entry.quantity
    return sum((lot.quantity for lot in entry.carried_lots), ZERO)


def price_of(entry: Entry) -> Decimal:
    """The price that an entry names; zero where it names none."""
    return entry.price if entry.price is not None else ZERO
