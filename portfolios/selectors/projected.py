"""Projections as comparable text: what is stored, and what the ledger says should be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from patterns.canonical import canonical_json
from portfolios.calc.lots import Book
from portfolios.calc.lots import Lot as BookedLot
from portfolios.calc.money import half_even
from portfolios.models import Lot, LotClosure, PortfolioDailyValue, Transaction

PLACES = 10
RATE_PLACES = 12
LOT = (
    "account",
    "acquisition_date",
    "currency",
    "quantity_original",
    "quantity_open",
    "cost_basis_local",
    "cost_basis",
    "fx_rate",
    "is_open",
    "closed_date",
)
CLOSURE = (
    "close_date",
    "quantity",
    "proceeds_local",
    "cost_local",
    "realized_pnl",
    "price_pnl",
    "fx_pnl",
    "cross_pnl",
)
DAY = (
    "total_value",
    "positions_value",
    "cash_balance",
    "receivable_balance",
    "inflow",
    "outflow",
    "time_weighted_return",
    "state",
    "coverage",
    "currency",
)


def derived_lots(
    portfolio_id: UUID, book: Book, entries: Mapping[int, Transaction]
) -> tuple[list[Lot], list[LotClosure]]:
    """The rows that a book amounts to, not saved; numbers at the scale of their columns."""
    lots = {lot.label: _lot(portfolio_id, lot, entries) for lot in book.lots}
    closures = [
        LotClosure(
            portfolio_id=portfolio_id,
            lot=lots[f"{closure.open_seq}.{closure.number}"],
            close_entry=entries[closure.close_seq],
            close_date=closure.close_date,
            **{
                name: half_even(value, PLACES)
                for name in CLOSURE[1:]
                if (value := getattr(closure, name)) is not None
            },
        )
        for closure in book.closures
    ]
    return list(lots.values()), closures


def stored_lots(portfolio_id: UUID) -> dict[str, str]:
    """Lots and closures in the tables, as text by name."""
    lots = Lot.objects.filter(portfolio_id=portfolio_id).select_related("security")
    closures = LotClosure.objects.filter(portfolio_id=portfolio_id)
    return lots_as_text(
        lots.order_by("open_entry_id", "id"),
        closures.select_related("lot", "close_entry").order_by("close_entry_id", "id"),
    )


def lots_as_text(lots: Iterable[Lot], closures: Iterable[LotClosure]) -> dict[str, str]:
    """Every row under its own name, without the ids that a rebuild changes."""
    found = {f"lot {lot.label}": _text(lot, LOT, security=lot.security.key) for lot in lots}
    for closure in closures:
        name = f"closure of lot {closure.lot.label} by entry {closure.close_entry.seq}"
        found[name] = _text(closure, CLOSURE)
    return found


def stored_history(portfolio_id: UUID) -> dict[str, str]:
    """Daily values in the table, as text by pack."""
    rows = PortfolioDailyValue.objects.filter(portfolio_id=portfolio_id).order_by("asof_date")
    return {f"daily value in {row.pack_id}": _text(row, DAY) for row in rows}


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """One sentence for each row that is missing, superfluous or other than it should be."""
    found = []
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            found.append(f"{name} was stored but does not follow from the ledger.")
        elif name not in before:
            found.append(f"{name} follows from the ledger but was not stored.")
        elif before[name] != after[name]:
            found.append(f"{name} was {before[name]}, should be {after[name]}.")
    return found


def _lot(portfolio_id: UUID, lot: BookedLot, entries: Mapping[int, Transaction]) -> Lot:
    opened_by = entries[lot.open_seq]
    return Lot(
        portfolio_id=portfolio_id,
        security=opened_by.security,
        open_entry=opened_by,
        label=lot.label,
        account=lot.account,
        acquisition_date=lot.acquisition_date,
        currency=lot.currency,
        quantity_original=half_even(lot.quantity_original, PLACES),
        quantity_open=half_even(lot.quantity_open, PLACES),
        cost_basis_local=_scaled(lot.cost_basis_local, PLACES),
        cost_basis=_scaled(lot.cost_basis, PLACES),
        fx_rate=_scaled(lot.fx_rate, RATE_PLACES),
        is_open=lot.is_open,
        closed_date=lot.closed_date,
    )


def _scaled(number: Decimal | None, places: int) -> Decimal | None:
    return None if number is None else half_even(number, places)


def _text(row: Lot | LotClosure | PortfolioDailyValue, names: Iterable[str], **more: str) -> str:
    return canonical_json({**{name: getattr(row, name) for name in names}, **more})
