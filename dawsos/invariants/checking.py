"""Asking every invariant, and keeping what was found."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection, transaction

from accounts.identity import as_service
from dawsos.invariants import copies, ledgers, outsiders
from dawsos.invariants import statements as ask
from dawsos.night.stages import STAGES, stage_position

ROLES = ["dawsos_app", "dawsos_web", "dawsos_service"]
APPEND_ONLY = [
    "accounts_auditevent",
    "market_priceobservation",
    "market_fxobservation",
    "portfolios_transaction",
    "portfolios_ledgeranchor",
    "portfolios_balanceassertion",
    "portfolios_costmethodchange",
]
INWARD = ["BUY", "COVER", "DRIP", "DELIVERY_IN", "TRANSFER_IN", "OPENING_BALANCE"]
OUTWARD = ["SELL", "SHORT_SALE", "DELIVERY_OUT"]
# With these alone what was paid for a security is what left with its sales and what is open.
COSTED = ["BUY", "SELL", "DIVIDEND", "COUPON", "INTEREST", "FEE", "FEE_REFUND", "TAX", "TAX_REFUND"]
SHOWN = 20  # breaches of an invariant that are told one by one
ROUNDING = "0.01"

Found = Iterable[str]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Invariant:
    """A promise by its number, and how to find what breaks it; None while it has no table."""

    name: str
    promise: str
    find: Callable[[], Found] | None = None


@dataclass(frozen=True)
class Checked:
    """What was found of one invariant. `state` is passed, breached or no_table."""

    name: str
    promise: str
    state: str
    breaches: tuple[str, ...]
    more: bool
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        return {
            "invariant": self.name,
            "promise": self.promise,
            "state": self.state,
            "breaches": list(self.breaches),
            "more": self.more,
            "seconds": round(self.seconds, 3),
        }


def invariants() -> tuple[Invariant, ...]:
    """All of them, in order; the replay that two of them share is made once."""
    replayed: dict[str, list[str]] = {}

    def replay(name: str) -> list[str]:
        if not replayed:
            replayed.update(ledgers.replayed_differences())
        return replayed[name]

    return (
        Invariant("I1", "open lots equal the ledger", _open_lots(lambda: replay("I1"))),
        Invariant("I2", "no lot is oversold", _sql(ask.OVERSOLD)),
        Invariant("I3", "cost is conserved", _both(ask.COST, lambda: replay("I3"))),
        Invariant("I4", "the legs of a transfer balance", _sql(ask.LEGS)),
        Invariant("I5", "every hash chain verifies", ledgers.broken_chains),
        Invariant("I6", "no ledger's tail was cut", _sql(ask.TAILS)),
        Invariant("I7", "the application cannot rewrite history", _sql(ask.REWRITING)),
        Invariant("I8", "sealed packs never change", _sql(ask.DIGESTS)),
        Invariant("I9", "a day and policy have one current pack", _sql(ask.CURRENT_PACK)),
        Invariant("I10", "fresh means finished", _sql(ask.FRESHNESS)),
        Invariant("I11", "figures stand on sealed packs", _unsealed),
        Invariant("I12", "a result stands on one pack", _sql(ask.ONE_PACK)),
        Invariant("I13", "no pack looks ahead", _sql(ask.LOOKING_AHEAD)),
        Invariant("I14", "prices and rates are finite", _sql(ask.FINITE)),
        Invariant("I15", "an alert notifies once a day"),
        Invariant("I16", "no delivery is stuck"),
        Invariant("I17", "an entry is imported once", _sql(ask.IMPORTED_ONCE)),
        Invariant("I18", "row-level security is forced", _sql(ask.FORCED)),
        Invariant("I19", "the application's roles are plain", _sql(ask.PLAIN_ROLE)),
        Invariant("I20", "there is no way around the policies", _sql(ask.WAYS_AROUND)),
        Invariant("I21", "outsiders see nothing", outsiders.seen_by_outsiders),
        Invariant("I22", "every entry has an actor on record", _sql(ask.ACTORS)),
        Invariant("I23", "exports are licensed"),
        Invariant("I24", "explanations cite real numbers"),
        Invariant("I25", "copies of returns follow from the values", copies.broken_copies),
    )


def check_all(progress: Progress | None = None) -> list[Checked]:
    """Ask all of them, in one transaction that sees one state of the database."""
    found: list[Checked] = []
    with _one_snapshot(), as_service("check the invariants"):
        for invariant in invariants():
            if progress:
                progress(invariant.name)
            found.append(_check(invariant))
    return found


def _check(invariant: Invariant) -> Checked:
    if invariant.find is None:
        return Checked(invariant.name, invariant.promise, "no_table", (), False, 0.0)
    began = time.perf_counter()
    breaches = list(islice(invariant.find(), SHOWN + 1))
    seconds = time.perf_counter() - began
    state = "breached" if breaches else "passed"
    shown = tuple(breaches[:SHOWN])
    return Checked(invariant.name, invariant.promise, state, shown, len(breaches) > SHOWN, seconds)


def _sql(statement: str) -> Callable[[], Iterator[str]]:
    def find() -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({statement}) AS breach LIMIT {SHOWN + 1}", _given())  # noqa: S608 - our own statements
            yield from (sentence for (sentence,) in cursor.fetchall())

    return find


def _both(statement: str, more: Callable[[], Found]) -> Callable[[], Iterator[str]]:
    def find() -> Iterator[str]:
        yield from _sql(statement)()
        yield from more()

    return find


def _open_lots(replayed: Callable[[], Found]) -> Callable[[], Iterator[str]]:
    def find() -> Iterator[str]:
        yield from _both(ask.OPEN_LOTS, replayed)()
        yield from _sql(ask.KEPT_HOLDINGS)()

    return find


def _unsealed() -> Iterator[str]:
    """Every table of ours that names a pack, the market's own aside."""
    yield from _sql(ask.NO_SEAL)()
    with connection.cursor() as cursor:
        cursor.execute(ask.TABLES_OF_PACKS)
        tables = [name for (name,) in cursor.fetchall()]
    for table in tables:
        yield from _sql(ask.UNSEALED.format(table=connection.ops.quote_name(table)))()


def _given() -> Mapping[str, Any]:
    return {
        "roles": ROLES,
        "append_only": APPEND_ONLY,
        "tenant": list(outsiders.tenant_tables()),
        "first_five": [stage.name for stage in STAGES[: stage_position("mark_pack_fresh")]],
        "shaping": list(ledgers.SHAPING),
        "inward": INWARD,
        "outward": OUTWARD,
        "costed": COSTED,
        "rounding": ROUNDING,
    }


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """Writers go on meanwhile: without it a ledger and its lots would be of different moments."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield
