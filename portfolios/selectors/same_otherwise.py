"""Rows that an entry tells already, but for what one of the two does not state.

Sources state more or less of the same trade: one gives its identifier and settlement date, another
neither. Where both state the same day, account, security and amounts, and at most one an
identifier, they may be one. Each entry is met once, so that two equal trades stay two. The account
too may be unsaid: an entry in the account of those that name none may be of any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter

from portfolios.formats.draft import Draft
from portfolios.models import Transaction
from portfolios.selectors.identifiers import UNSTATED
from portfolios.selectors.same_action import ACTIONS

must_agree = attrgetter(
    "entry_type",
    "transaction_date",
    "security_id",
    "to_security_id",
    "cash_account",
    "to_account",
    "quantity",
    "gross_amount",
    "fees",
    "taxes",
    "currency",
    "to_amount",
    "to_currency",
    "cost_basis",
)
may_be_unsaid = attrgetter(
    "settlement_date",
    "ex_date",
    "pay_date",
    "price",
    "fx_rate",
    "security_currency",
    "gross_amount_security",
    "settlement_fx_rate",
    "jurisdiction",
    "treatment",
    "estimated_reason",
    "lot_picks",
    "carried_lots",
    "lot_label",
    "holding_start",
)
UNSAID: tuple[object, ...] = (None, "", [])


def told_otherwise(
    fresh: Sequence[Draft], rows: Iterable[Transaction]
) -> Mapping[int, Transaction]:
    """For each draft that an entry tells already, by its `id`, that entry. Corporate actions are
    told apart by their terms."""
    days = {draft.transaction_date for draft in fresh if draft.entry_type not in ACTIONS}
    free: dict[object, list[Transaction]] = {}
    for row in rows:
        if row.transaction_date in days and row.entry_type not in ACTIONS:
            free.setdefault(must_agree(row), []).append(row)
    found: dict[int, Transaction] = {}
    for draft in fresh if free else ():
        same = free.get(must_agree(draft), [])
        may = [row for row in same if _may_be_one(draft, row)]
        met = next((row for row in may if row.account == draft.account), None) or next(
            (row for row in may if UNSTATED in (row.account, draft.account)), None
        )
        if met is not None:
            same.remove(met)
            found[id(draft)] = met
    return found


def _may_be_one(draft: Draft, row: Transaction) -> bool:
    if draft.external_id and row.external_id:
        return False
    pairs = zip(may_be_unsaid(draft), may_be_unsaid(row), strict=True)
    return all(here == there or here in UNSAID or there in UNSAID for here, there in pairs)
