"""The choices of a document. A wrong one refuses the document: every figure depends on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from portfolios.calc.dietz import FlowTiming
from portfolios.calc.entries import BookingSettings, CostFx, CostMethod, LotScope
from portfolios.calc.evaluation import Finding, Policy
from portfolios.formats.evaluation.cells import Cells

OPTIONS = (
    "cost_method lot_scope fees_in_cost taxes_in_cost flow_timing cost_fx cash_tracked "
    "allow_short rounding max_price_age_days"
).split()
MOST_DAYS = 36_525
W = TypeVar("W", bound=StrEnum)


class Rounding(StrEnum):
    """Whether amounts in base are rounded to the minor unit."""

    MINOR_UNIT = "minor_unit"
    NONE = "none"


def read_policy(said: object, base_currency: str, findings: list[Finding]) -> Policy:
    """The policy with the house's defaults where the document is silent."""
    if said is not None and not isinstance(said, Mapping):
        findings.append(_mistake("policy", "policy is not an object.", "Write an object."))
        return Policy(booking=BookingSettings(base_currency=base_currency))
    cells = Cells(said or {}, findings, "policy")
    for name in cells.said:
        if name not in OPTIONS:
            known = f"The options are {', '.join(OPTIONS)}."
            cells.refuse("unknown_option", name[:60], f"{name[:60]!r} is no option.", known)
    rounding = _word(cells, "rounding", Rounding.MINOR_UNIT)
    return Policy(
        booking=BookingSettings(
            base_currency=base_currency,
            cost_method=_word(cells, "cost_method", CostMethod.FIFO),
            lot_scope=_word(cells, "lot_scope", LotScope.PORTFOLIO),
            fees_in_cost=_flag(cells, "fees_in_cost", default=True),
            taxes_in_cost=_flag(cells, "taxes_in_cost", default=True),
            allow_short=_flag(cells, "allow_short", default=False),
            cost_fx=_word(cells, "cost_fx", CostFx.HISTORIC),
            minor_unit_rounding=rounding is Rounding.MINOR_UNIT,
        ),
        flow_timing=_word(cells, "flow_timing", FlowTiming.IN_START_OUT_END),
        cash_tracked=_flag(cells, "cash_tracked", default=True),
        max_price_age_days=_days(cells, "max_price_age_days"),
    )


def read_day(
    said: Mapping[str, Any], name: str, findings: list[Finding], *, required: bool
) -> date | None:
    """A day that the whole document depends on."""
    cells = Cells(said, findings)
    found = cells.day(name)
    if required:
        cells.require(name, found)
    return found


def _word(cells: Cells, name: str, default: W) -> W:
    if not cells.has(name):
        return default
    kind = type(default)
    try:
        return kind(str(cells.said[name]))
    except ValueError:
        words = ", ".join(word.value for word in kind)
        said = f"{str(cells.said[name])[:60]!r} is no {name}."
        cells.refuse("unknown_option", name, said, f"Choose one of {words}.")
        return default


def _flag(cells: Cells, name: str, *, default: bool) -> bool:
    value = cells.said.get(name)
    if value is None:
        return default
    if isinstance(value, bool):
        return value
    said = f"{str(value)[:60]!r} is neither true nor false."
    cells.refuse("unknown_option", name, said, "Write true or false.")
    return default


def _days(cells: Cells, name: str) -> int | None:
    value = cells.said.get(name)
    if value in (None, "", "none"):
        return None
    found = cells.number(name)
    if found is None:
        return None
    if found != int(found) or not 0 <= found <= MOST_DAYS:
        said = f"{found} is not a whole number of days."
        cells.refuse("invalid_number", name, said, "Write 0 or more whole days, or null.")
        return None
    return int(found)


def _mistake(field: str, message: str, suggestion: str) -> Finding:
    return Finding("unknown_option", None, field, message, suggestion)
