"""What the packs and the known corporate actions say of a benchmark's members, as arrays."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import numpy as np

from market.models import CorporateAction, Security
from market.selectors.actions import live_actions
from portfolios.calc.benchmark import MemberCloses
from portfolios.calc.bulk.steps import SHARE_PLACES
from portfolios.calc.returns import Floats
from portfolios.selectors.quotes import Columns, columns_of, days_of_packs, rate_columns

Type = CorporateAction.Type
RATIOS = (Type.SPLIT, Type.REVERSE_SPLIT, Type.STOCK_DIVIDEND)
EXACT = 2**53  # what a float can count to
PAID = (Type.DIVIDEND, Type.RETURN_OF_CAPITAL)


def member_closes(
    securities: Sequence[Security], base: str, end: date, head: int, policy: str
) -> tuple[list[date], list[MemberCloses]]:
    """Each day that has a pack up to `end`, and every member's closes, rates, splits and income
    on them, from the packs that were live at a market head."""
    keys = tuple(sorted({one.pk for one in securities}))
    seen = columns_of(policy, head, keys)
    if seen is None:
        raise ValueError("a member has closes in two currencies, or one too large to be counted")
    days = days_of_packs(policy, head)
    days = days[: bisect_right(days, end)]
    currencies = {one.currency for one in securities} | {
        one.dividend_currency for one in securities
    }
    actions: dict[UUID, list[CorporateAction]] = {}
    for action in live_actions(keys, upto=end):
        actions.setdefault(action.security_id, []).append(action)
    in_base = {code: _rates(policy, head, base, code, len(days)) for code in currencies}
    return [*days], [
        _member(
            one,
            days,
            _closes(seen, keys.index(one.pk), days, actions.get(one.pk, [])),
            in_base,
            actions.get(one.pk, []),
        )
        for one in securities
    ]


def _rates(policy: str, head: int, base: str, code: str, count: int) -> Floats:
    """Base per 1 unit of a currency at each close, NaN where the pack has no way."""
    if code == base:
        return np.ones(count)
    return rate_columns(policy, head, base, code).rates[:count].copy()


def _closes(
    seen: Columns, row: int, days: Sequence[date], actions: Sequence[CorporateAction]
) -> Floats:
    """The crossing from stored decimals to floats: each the one next to its decimal. A close that
    was carried over a split is restated in shares of its day; NaN where there is none."""
    unit, counted = 10**SHARE_PLACES, seen.closes[row, : len(days)]
    if counted.max(initial=0) < EXACT:
        closes = counted / unit
    else:
        closes = np.array([one / unit for one in counted.tolist()])
    closes[closes == 0.0] = np.nan
    for action in actions:
        if action.action_type in RATIOS:
            on = action.ex_date.toordinal()
            ordinals = np.array([day.toordinal() for day in days])
            closes[(seen.observed[row, : len(days)] < on) & (on <= ordinals)] /= _ratio(action)
    return closes


def _member(
    security: Security,
    days: Sequence[date],
    closes: Floats,
    in_base: Mapping[str, Floats],
    actions: Sequence[CorporateAction],
) -> MemberCloses:
    """What a member's closes are worth, and what its actions made of a share."""
    ratios, income = np.ones(len(days)), np.zeros(len(days))
    if (
        security.price_basis == Security.PriceBasis.RAW
        and security.security_type != Security.Type.INDEX
    ):
        for action in actions:
            row = bisect_left(days, action.ex_date)
            if 0 < row < len(days):
                _apply(action, row, ratios, income, in_base, security.currency)
    return MemberCloses(security.symbol, closes, in_base[security.currency], ratios, income)


def _ratio(action: CorporateAction) -> float:
    if not action.new_shares or not action.old_shares:
        return float("nan")
    new, old = float(action.new_shares), float(action.old_shares)
    return (new + old) / old if action.action_type == Type.STOCK_DIVIDEND else new / old


def _apply(
    action: CorporateAction,
    row: int,
    ratios: Floats,
    income: Floats,
    in_base: Mapping[str, Floats],
    currency: str,
) -> None:
    """One fact at the first close on or after its ex-date. After what cannot be worked out (a
    merger, a spin-off without a price) nobody knows what a share held before has become: from
    there on the member is unknown, never wrong."""
    if action.action_type in RATIOS:
        ratios[row] *= _ratio(action)
    elif action.action_type in PAID and action.amount is not None:
        net = float(action.amount) * (1.0 - float(action.withholding_tax_rate or 0))
        paid_in = action.currency or currency
        known = in_base.get(paid_in)
        rate = 1.0 if paid_in == currency else np.nan if known is None else known[row]
        income[row] += net if paid_in == currency else net * rate / in_base[currency][row]
    elif action.action_type == Type.SPINOFF and action.to_price and action.old_shares:
        income[row] += float((action.new_shares or 0) / action.old_shares * action.to_price)
    elif action.action_type != Type.SYMBOL_CHANGE:
        ratios[row] = np.nan
