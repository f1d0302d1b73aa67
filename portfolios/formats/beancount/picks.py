"""Which lot a Beancount sale means, in words that hold in our ledger as well.

Beancount's cost of a lot is the price alone; ours may hold the fees of the purchase. So a lot is
named by its day and label where they are known, and a unit cost that only one purchase day had is
turned into that day. A cost that several days had is passed on as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from portfolios.formats.draft import Draft

OPENS = frozenset({"BUY", "DRIP", "OPENING_BALANCE"})


def resolved(drafts: Iterable[Draft]) -> list[Draft]:
    """The drafts with their picks named by day and label where that can be told."""
    drafts = list(drafts)
    days: dict[tuple[str, Decimal], set[str]] = defaultdict(set)
    for draft in drafts:
        if draft.entry_type in OPENS and draft.price is not None:
            days[draft.symbol, draft.price].add(draft.transaction_date.isoformat())
        for lot in draft.carried_lots or ():
            if lot.get("cost_basis"):
                unit = Decimal(lot["cost_basis"]) / Decimal(lot["quantity"])
                days[draft.symbol, unit].add(lot["acquisition_date"])
    return [_picked(draft, days) for draft in drafts]


def _picked(draft: Draft, days: dict[tuple[str, Decimal], set[str]]) -> Draft:
    if not draft.lot_picks:
        return draft
    picks = []
    for said in draft.lot_picks:
        pick = dict(said)
        if "unit_cost" in pick:
            known = days.get((draft.symbol, Decimal(pick["unit_cost"])), set())
            if "acquisition_date" not in pick and "label" not in pick and len(known) == 1:
                pick["acquisition_date"] = next(iter(known))
            if "acquisition_date" in pick or "label" in pick:
                del pick["unit_cost"]
                pick.pop("currency", None)
        picks.append(pick)
    return replace(draft, lot_picks=picks)
