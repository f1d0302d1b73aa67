"""Which lot a Beancount sale means, in words that hold in our ledger as well.

Beancount's cost of a lot is the price alone; ours may hold the fees of the purchase. So a lot is
named by its day and label where they are known, and a unit cost that only one purchase day had is
turned into that day. Where one day opened lots of several costs, the label of the cost tells which;
a cost that several days had, or whose lot of that day has no label, is passed on as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from portfolios.formats.draft import Draft

OPENS = frozenset({"BUY", "DRIP", "OPENING_BALANCE"})


@dataclass(slots=True)
class _Opened:
    """What is known of the lots that a ledger opens: by security and unit cost their days, by
    security and day their unit costs, and by all three their labels."""

    days: dict[tuple[str, Decimal], set[str]] = field(default_factory=lambda: defaultdict(set))
    costs: dict[tuple[str, str], set[Decimal]] = field(default_factory=lambda: defaultdict(set))
    labels: dict[tuple[str, str, Decimal], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def add(self, symbol: str, day: str, unit: Decimal, label: str) -> None:
        self.days[symbol, unit].add(day)
        self.costs[symbol, day].add(unit)
        self.labels[symbol, day, unit].add(label)

    def label(self, symbol: str, day: str, unit: Decimal) -> str:
        """The one label of the lots of a day and cost; empty where they have none or several."""
        found = self.labels.get((symbol, day, unit), set())
        return next(iter(found)) if len(found) == 1 else ""


def resolved(drafts: Iterable[Draft]) -> list[Draft]:
    """The drafts with their picks named by day and label where that can be told."""
    drafts = list(drafts)
    opened = _Opened()
    for draft in drafts:
        if draft.entry_type in OPENS and draft.price is not None:
            day = draft.transaction_date.isoformat()
            opened.add(draft.symbol, day, draft.price, draft.lot_label)
        for lot in draft.carried_lots or ():
            if lot.get("cost_basis"):
                unit = Decimal(lot["cost_basis"]) / Decimal(lot["quantity"])
                label = lot.get("label", "")
                opened.add(draft.symbol, lot["acquisition_date"], unit, label)
    return [_picked(draft, opened) for draft in drafts]


def _picked(draft: Draft, opened: _Opened) -> Draft:
    if not draft.lot_picks:
        return draft
    return replace(
        draft, lot_picks=[_named(draft.symbol, pick, opened) for pick in draft.lot_picks]
    )


def _named(symbol: str, said: Mapping[str, Any], opened: _Opened) -> dict[str, Any]:
    """A pick by its day and label; its cost stays where lots of that day have several, and no
    label tells them apart."""
    pick = dict(said)
    if "unit_cost" not in pick:
        return pick
    unit = Decimal(pick["unit_cost"])
    known = opened.days.get((symbol, unit), set())
    if "acquisition_date" not in pick and "label" not in pick and len(known) == 1:
        pick["acquisition_date"] = next(iter(known))
    day = pick.get("acquisition_date", "")
    if "label" not in pick and day and len(opened.costs.get((symbol, day), ())) > 1:
        label = opened.label(symbol, day, unit)
        if not label:
            return pick
        pick["label"] = label
    if "acquisition_date" in pick or "label" in pick:
        del pick["unit_cost"]
        pick.pop("currency", None)
    return pick
