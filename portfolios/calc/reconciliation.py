"""How far a figure lies from an independent one, in basis points (methods §2).

    bp = |a − b| / max(|b|, eps) · 10⁴

b is the reference: a custodian's statement or a full replay of the ledger. Quantities are not for
this: they must match exactly.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

EPSILON = Decimal("0.01")
FLOOR = Decimal("0.05")
LIMIT_BP = Decimal(1)
BASIS_POINTS = Decimal(10_000)


class Agreement(StrEnum):
    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    BREAK = "BREAK"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """difference = figure − reference, in money; bp is never negative."""

    difference: Decimal
    bp: Decimal
    status: Agreement


def reconcile(
    figure: Decimal, reference: Decimal, *, epsilon: Decimal = EPSILON, floor: Decimal = FLOOR
) -> Reconciled:
    """Hold a figure against its reference: PASS up to 1 bp, or up to `floor` of money.

    All amounts in base currency. epsilon keeps a reference of zero from dividing by zero; floor
    lets tiny balances be a few cents apart. Both bounds are inclusive.
    """
    difference = figure - reference
    bp = abs(difference) / max(abs(reference), epsilon) * BASIS_POINTS
    agrees = bp <= LIMIT_BP or abs(difference) <= floor
    return Reconciled(difference, bp, Agreement.PASS if agrees else Agreement.BREAK)
