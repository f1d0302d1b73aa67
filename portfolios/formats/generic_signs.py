"""What the signs in a mapped table say, held against the types of their rows.

A minus before money that leaves is allowed and never needed, so one row alone does not say what a
plus means: the other rows of its kind do. What their signs leave open is a mistake, not a guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from portfolios.formats.draft import ZERO

MONEY = ("net_amount", "gross_amount")
CHARGED = ("fees", "taxes")
LEAVES = {
    **dict.fromkeys(("BUY", "COVER"), "purchases"),
    "WITHDRAWAL": "withdrawals",
    **dict.fromkeys(("FEE", "TAX", "INTEREST_CHARGE"), "charges"),
}
"""The types that take money, by what habitually has one sign in a file."""
REFUNDS = {"FEE": "FEE_REFUND", "TAX": "TAX_REFUND", "INTEREST_CHARGE": "INTEREST"}
ARRIVES = frozenset(
    "SELL SHORT_SALE DIVIDEND COUPON DEPOSIT FEE_REFUND TAX_REFUND RETURN_OF_CAPITAL".split()
)
COUNTED = frozenset("BUY COVER DIVIDEND COUPON RETURN_OF_CAPITAL".split())
"""The types of whose shares a minus would say the opposite; a sale's may have one."""
NEVER_NEGATIVE = ("price", "fx_rate", "new_shares", "old_shares", "to_amount")

Numbers = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A number whose sign its row or its file denies."""

    name: str
    number: Decimal
    message: str

    @property
    def reason(self) -> str:
        return "negative_not_allowed" if self.number < 0 else "amount_mismatch"


class Signs:
    """How often a column has a minus and how often none, by what its rows are."""

    def __init__(self, rows: Iterable[tuple[str, Numbers]]) -> None:
        self.minus: Counter[tuple[str, str]] = Counter()
        self.plus: Counter[tuple[str, str]] = Counter()
        for kind, numbers in rows:
            if next(_against_type(kind, numbers), None) is None:
                self._count(kind, numbers)

    def _count(self, kind: str, numbers: Numbers) -> None:
        for name in (*MONEY, *CHARGED):
            number = numbers.get(name) or ZERO
            among = LEAVES.get(kind, "") if name in MONEY else "all"
            if number and among:
                (self.minus if number < 0 else self.plus)[name, among] += 1

    def meaning(self, kind: str, numbers: Numbers) -> str:
        """The type once signs are looked at: interest with a minus is charged, and a charge
        without one is refunded where most charges of the file have one."""
        said = [number for name in MONEY if (number := numbers.get(name))]
        if kind == "INTEREST" and any(number < 0 for number in said):
            return "INTEREST_CHARGE"
        is_refund = said and all(
            number > 0 and self.minus[name, "charges"] > self.plus[name, "charges"]
            for name in MONEY
            if (number := numbers.get(name))
        )
        return REFUNDS[kind] if is_refund and kind in REFUNDS else kind

    def contradictions(self, kind: str, numbers: Numbers) -> Iterator[Contradiction]:
        """All of a row whose type word means `kind`."""
        yield from _against_type(kind, numbers)
        among = LEAVES.get(kind, "") if self.meaning(kind, numbers) == kind else ""
        for name in (*MONEY, *CHARGED):
            number, kin = numbers.get(name) or ZERO, among if name in MONEY else "all"
            if number and kin and self._is_odd(name, kin, number):
                what = kind if name in MONEY else name
                habit = "without a minus" if number < 0 else "with a minus"
                said = f"{what} of {number}, where others are written {habit}."
                yield Contradiction(name, number, said)

    def _is_odd(self, name: str, among: str, number: Decimal) -> bool:
        """Whether most rows of the kind have the other sign; where as many have, a minus means
        what it says. Where money paid for purchases has a minus, so has all that leaves."""
        minus, plus = self.minus[name, among], self.plus[name, among]
        if number < 0:
            return plus > minus
        if not minus:
            return self.minus[name, "purchases"] > self.plus[name, "purchases"]
        return minus >= plus


def _against_type(kind: str, numbers: Numbers) -> Iterator[Contradiction]:
    for name in MONEY:
        number = numbers.get(name) or ZERO
        if number < 0 and kind in ARRIVES:
            yield Contradiction(name, number, f"{kind} brings money, and {number} is negative.")
    if (numbers.get("quantity") or ZERO) < 0 and kind in COUNTED:
        yield _negative("quantity", numbers, f"{kind} of {numbers['quantity']} shares.")
    for name in NEVER_NEGATIVE:
        if (numbers.get(name) or ZERO) < 0:
            yield _negative(name, numbers, f"{name} is {numbers[name]}, below zero.")


def _negative(name: str, numbers: Numbers, message: str) -> Contradiction:
    return Contradiction(name, numbers[name] or ZERO, message)
