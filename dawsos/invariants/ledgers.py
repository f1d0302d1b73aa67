"""Invariants of ledgers that need arithmetic SQL has not: hashes, ratios, booked costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from portfolios.calc.entries import ZERO
from portfolios.calc.lots import Lot as BookedLot
from portfolios.calc.plain_replay import replay
from portfolios.models import Lot, Portfolio, Transaction
from portfolios.selectors.booked import book_entries
from portfolios.selectors.proofs import prove_ledgers
from portfolios.selectors.stored_entries import entries_of_securities

CENT = Decimal("0.01")
FINEST = Decimal("0.00000001")  # a ratio is rounded to it, on every lot
# A security with one of these is replayed: a ratio rounds, a merger moves cost between securities,
# and shares that are owed leave with another sign.
SHAPING = (
    "SPLIT",
    "REVERSE_SPLIT",
    "STOCK_DIVIDEND",
    "SPINOFF",
    "MERGER",
    "SYMBOL_CHANGE",
    "TRANSFER_OUT",
)
Progress = Callable[[int, int], None]


class Stored(NamedTuple):
    """What the lots of a security add up to; None is a cost that nobody knows."""

    quantity: Decimal
    cost: Decimal | None
    lots: int


NOTHING = Stored(ZERO, ZERO, 0)


def broken_chains(progress: Progress | None = None) -> Iterator[str]:
    """I5: the first wrong entry of each ledger that is not as written."""
    ids = list(Portfolio.objects.order_by("pk").values_list("pk", flat=True))
    for number, proof in enumerate(prove_ledgers(ids), start=1):
        if proof.broken is not None:
            yield f"{proof.portfolio_id}: {proof.broken.message}"
        if progress:
            progress(number, len(ids))


def replayed_differences() -> Mapping[str, list[str]]:
    """What a plain replay says otherwise of the securities that SQL leaves out: quantities (I1),
    and what booking says of their costs (I3)."""
    found: dict[str, list[str]] = {"I1": [], "I3": []}
    shaped = _shaped()
    for portfolio in Portfolio.objects.filter(pk__in=shaped).order_by("pk"):
        securities = shaped[portfolio.pk]
        entries = entries_of_securities(portfolio, securities)
        stored = _stored(portfolio, securities)
        plain = replay(entries, by_account=portfolio.lot_scope == Portfolio.LotScope.ACCOUNT)
        costs = _costs(book_entries(portfolio, entries)[1].open_lots)
        for security in sorted(securities):
            held = stored.get(security, NOTHING)
            want, what = plain.quantity_of(security), f"{portfolio.pk} {security}"
            if abs(want - held.quantity) > FINEST * (held.lots + 1):
                found["I1"].append(f"{what}: lots hold {held.quantity}, the ledger {want}")
            if not _alike(costs.get(security, ZERO), held.cost):
                found["I3"].append(f"{what}: cost {held.cost} is open, not {costs.get(security)}")
    return found


def _shaped() -> Mapping[UUID, set[UUID]]:
    """By portfolio, the securities that an entry of `SHAPING` touches, on either side."""
    rows = Transaction.objects.filter(entry_type__in=SHAPING).order_by().distinct()
    found: dict[UUID, set[UUID]] = {}
    for portfolio, *named in rows.values_list("portfolio_id", "security_id", "to_security_id"):
        found.setdefault(portfolio, set()).update(key for key in named if key is not None)
    return found


def _stored(portfolio: Portfolio, securities: set[UUID]) -> Mapping[UUID, Stored]:
    found: dict[UUID, Stored] = {}
    for lot in Lot.objects.filter(portfolio=portfolio, security__in=securities):
        before = found.get(lot.security_id, NOTHING)
        quantity = -lot.quantity_open if lot.is_short else lot.quantity_open
        cost = _plus(before.cost, lot.cost_basis_local) if lot.is_open else before.cost
        found[lot.security_id] = Stored(before.quantity + quantity, cost, before.lots + 1)
    return found


def _costs(lots: Iterable[BookedLot]) -> Mapping[UUID, Decimal | None]:
    found: dict[UUID, Decimal | None] = {}
    for lot in lots:
        key = UUID(str(lot.security))
        found[key] = _plus(found.get(key, ZERO), lot.cost_basis_local)
    return found


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def _alike(one: Decimal | None, other: Decimal | None) -> bool:
    """To the cent; unknown is not zero."""
    return one == other if one is None or other is None else abs(one - other) < CENT
