"""Lots inside an entry: which ones a disposal means, and those that arrive with a history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from portfolios.calc.entries import CarriedLot, LotPick
from portfolios.formats.evaluation.cells import Cells

WRITE_SELECTOR = "Write an object with unit_cost, currency, date and label, or a list of them."
WRITE_CARRIED = "Write a list of objects, each with quantity and acquisition_date."


def read_picks(cells: Cells) -> tuple[LotPick, ...]:
    """`lot_selector` (one object or a list), or `lot_picks` as a ledger's export writes it."""
    name = "lot_selector" if cells.has("lot_selector") else "lot_picks"
    return tuple(
        LotPick(
            unit_cost=pick.number("unit_cost"),
            currency=pick.currency("currency"),
            acquisition_date=pick.day("date") or pick.day("acquisition_date"),
            label=pick.text("label"),
            quantity=pick.number("quantity"),
        )
        for pick in _each(cells, name, WRITE_SELECTOR)
    )


def read_carried(cells: Cells) -> tuple[CarriedLot, ...]:
    """`carried_lots`: what comes over the border with its history."""
    found = []
    for lot in _each(cells, "carried_lots", WRITE_CARRIED):
        quantity, acquired = lot.number("quantity"), lot.day("acquisition_date")
        lot.require("quantity", quantity)
        lot.require("acquisition_date", acquired)
        if quantity is not None and acquired is not None:
            found.append(
                CarriedLot(
                    quantity=quantity,
                    acquisition_date=acquired,
                    cost_basis=lot.number("cost_basis"),
                    fx_rate=lot.number("fx_rate"),
                    holding_start=lot.day("holding_start"),
                    label=lot.text("label"),
                )
            )
    return tuple(found)


def _each(cells: Cells, name: str, suggestion: str) -> Iterator[Cells]:
    """The objects of a field; a mistake in one of them is a mistake of the entry."""
    said = cells.said.get(name)
    rows = [said] if isinstance(said, Mapping) else said
    if rows in (None, "", []):
        return
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        cells.refuse("invalid_lot", name, f"{name} is no list of lots.", suggestion)
        return
    for row in rows:
        lot = Cells(row, cells.findings, name, cells.seq)
        yield lot
        cells.wrong = cells.wrong or lot.wrong
