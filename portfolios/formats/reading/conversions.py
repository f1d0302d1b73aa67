"""Currencies exchanged, which many brokers print as two rows: one pays, the next receives."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from market.formats.fields import Place
from portfolios.formats.reading.findings import Findings
from portfolios.formats.reading.payments import Payment

OTHER_SIDE = "The other side of the conversion in row {row}."


def add_conversions(findings: Findings, legs: Sequence[Payment], column: str) -> None:
    """One entry for each two rows of one key that follow each other with opposite signs and
    different currencies; a row that stays alone is a mistake at `column`."""
    waiting: dict[Hashable, Payment] = {}
    for leg in legs:
        other = waiting.pop(leg.key, None)
        if other is not None and _belong(other, leg):
            _add(findings, other, leg)
            continue
        if other is not None:
            _refuse(findings, other, column)
        waiting[leg.key] = leg
    for leg in waiting.values():
        _refuse(findings, leg, column)


def _belong(one: Payment, other: Payment) -> bool:
    return one.amount * other.amount < 0 and one.draft.currency != other.draft.currency


def _add(findings: Findings, one: Payment, other: Payment) -> None:
    paid, received = (one, other) if one.amount < 0 else (other, one)
    findings.skip(received.row, OTHER_SIDE.format(row=paid.row), str(received.amount))
    findings.add(
        replace(
            paid.draft,
            entry_type="FX_CONVERSION",
            gross_amount=-paid.amount,
            to_amount=received.amount,
            to_currency=received.draft.currency,
        )
    )


def _refuse(findings: Findings, leg: Payment, column: str) -> None:
    findings.refuse(
        Place(leg.row, column),
        "amount_mismatch",
        "This side of a currency conversion has no other side beside it.",
        "Export both currencies together, or enter the conversion by hand.",
        value=str(leg.amount),
    )
