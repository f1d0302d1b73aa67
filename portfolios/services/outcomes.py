"""What work over many portfolios came to: counts, and each portfolio that failed by its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from patterns.exceptions import DawsError


@dataclass(frozen=True, slots=True)
class PortfolioFailure:
    """A portfolio that could not be done, and why. The others were done."""

    portfolio_id: UUID
    message: str

    def as_dict(self) -> dict[str, str]:
        return {"portfolio_id": str(self.portfolio_id), "message": self.message}


@dataclass(frozen=True, slots=True)
class DayOutcome:
    """How many portfolios were asked for, the daily values written, how many portfolios could be
    done at once and how many one by one in exact arithmetic, and which failed."""

    portfolios: int
    daily_values: int
    in_bulk: int = 0
    one_by_one: int = 0
    failures: tuple[PortfolioFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class BulkReconciled:
    """What a reconciliation of many ledgers found.

    breaks are projections or chains that contradict the ledger, a sentence each with the id of
    its portfolio; they stop a night. open_items are differences to statements. replayed counts
    the ledgers that were replayed in full, unvalued those of which no stored value was compared.
    """

    portfolios: int
    replayed: int
    built: int
    assertions: int
    unchecked: int
    open_items: int
    unvalued: int = 0
    breaks: tuple[str, ...] = ()
    failures: tuple[PortfolioFailure, ...] = ()

    def __add__(self, other: BulkReconciled) -> BulkReconciled:
        return BulkReconciled(
            portfolios=self.portfolios + other.portfolios,
            replayed=self.replayed + other.replayed,
            built=self.built + other.built,
            assertions=self.assertions + other.assertions,
            unchecked=self.unchecked + other.unchecked,
            open_items=self.open_items + other.open_items,
            unvalued=self.unvalued + other.unvalued,
            breaks=self.breaks + other.breaks,
            failures=self.failures + other.failures,
        )


NOTHING_RECONCILED = BulkReconciled(0, 0, 0, 0, 0, 0)


@contextmanager
def isolated(portfolio_id: UUID, failures: list[PortfolioFailure]) -> Iterator[None]:
    """A block whose failure is this portfolio's own: what it wrote is undone, the rest goes on.

    A lost connection is nobody's own and is raised.
    """
    try:
        with transaction.atomic():
            yield
    except (OperationalError, InterfaceError):
        raise
    except DawsError as error:
        failures.append(PortfolioFailure(portfolio_id, error.message))
    except Exception as error:  # noqa: BLE001 - one portfolio's mistake must not cost the others
        failures.append(PortfolioFailure(portfolio_id, f"{type(error).__name__}: {error}"))


def in_order(portfolio_ids: Sequence[UUID]) -> list[UUID]:
    """Each once, in the order in which everybody locks them."""
    return sorted(set(portfolio_ids), key=attrgetter("int"))  # as they compare, in half the time
