"""What the packs and the known corporate actions say of a benchmark's members, as arrays."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import numpy as np

from market.calc.fx import PIVOTS, convert_path
from market.models import CorporateAction, Security
from market.selectors import PackPrice, PackRate, fx_history, price_history
from market.selectors.actions import live_actions
from portfolios.calc.benchmark import MemberCloses
from portfolios.calc.returns import Floats

Type = CorporateAction.Type
RATIOS = (Type.SPLIT, Type.REVERSE_SPLIT, Type.STOCK_DIVIDEND)
PAID = (Type.DIVIDEND, Type.RETURN_OF_CAPITAL)


def member_closes(
    securities: Sequence[Security], base: str, end: date, head: int, policy: str
) -> tuple[list[date], list[MemberCloses]]:
    """Each day that has a pack up to `end`, and every member's closes, rates, splits and income
    on them, from the packs that were live at a market head."""
    ids = [one.pk for one in securities]
    currencies = {one.currency for one in securities} | {
        one.dividend_currency for one in securities
    }
    prices = price_history(ids, date.min, end, head, policy=policy)
    rates = fx_history(
        date.min, end, head, policy=policy, currencies=sorted({base, *currencies, *PIVOTS})
    )
    days = sorted(prices)
    actions: dict[UUID, list[CorporateAction]] = {}
    for action in live_actions(ids, upto=end):
        actions.setdefault(action.security_id, []).append(action)
    in_base = {code: _rates(days, rates, code, base) for code in currencies}
    return days, [
        _member(one, days, prices, in_base, actions.get(one.pk, [])) for one in securities
    ]


def _rates(
    days: Sequence[date],
    rates: Mapping[date, Mapping[tuple[str, str], PackRate]],
    code: str,
    base: str,
) -> Floats:
    """Base per 1 unit of a currency at each close, NaN where the pack has no way."""
    if code == base:
        return np.ones(len(days))
    found = np.full(len(days), np.nan)
    for row, day in enumerate(days):
        table = {pair: seen.rate for pair, seen in rates[day].items()}
        rate = convert_path(table, code, base).rate
        if rate is not None:
            found[row] = float(rate)
    return found


def _member(
    security: Security,
    days: Sequence[date],
    prices: Mapping[date, Mapping[UUID, PackPrice]],
    in_base: Mapping[str, Floats],
    actions: Sequence[CorporateAction],
) -> MemberCloses:
    """The crossing from stored Decimals to arrays, for one member."""
    closes, ratios, income = np.full(len(days), np.nan), np.ones(len(days)), np.zeros(len(days))
    for row, day in enumerate(days):
        seen = prices[day].get(security.pk)
        if seen is not None:
            closes[row] = float(seen.close) / _shares_since(seen.asof_date, day, actions)
    if (
        security.price_basis == Security.PriceBasis.RAW
        and security.security_type != Security.Type.INDEX
    ):
        for action in actions:
            row = bisect_left(days, action.ex_date)
            if 0 < row < len(days):
                _apply(action, row, ratios, income, in_base, security.currency)
    return MemberCloses(security.symbol, closes, in_base[security.currency], ratios, income)


def _shares_since(observed: date, day: date, actions: Sequence[CorporateAction]) -> float:
    """Shares of `day` that one share of the observation's day has become."""
    shares = 1.0
    for action in actions:
        if action.action_type in RATIOS and observed < action.ex_date <= day:
            shares *= _ratio(action)
    return shares


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
