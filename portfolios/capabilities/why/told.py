"""What was booked in base currency and is told in another: the fact, and the rate of its day."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from decimal import Decimal

from market.selectors import pack_prices
from patterns.explanation import Explanation, Formula, Source
from portfolios.capabilities.why.facts import rate_of
from portfolios.selectors.standing import Standing

RULE = "valuation.11"


def booked_amount(
    now: Standing, label: str, amount: Decimal, on: date, source: Source, *, rule: str = ""
) -> Explanation:
    """An amount that the ledger states in base; told in another currency, times the day's rate."""
    base = now.portfolio.base_currency
    if not now.told_in:
        return Explanation(
            label=label, value=amount, unit="money", currency=base, source=source, rule=rule
        )
    towards = _towards(now, on)
    recorded = Explanation(
        label=f"{label}, in {base}",
        value=amount / _number(towards),
        unit="money",
        currency=base,
        source=source,
    )
    return Explanation(
        label=label,
        value=amount,
        unit="money",
        currency=now.told_in,
        formula=Formula("product", f"the amount in {base} × the rate of {on}"),
        parts=[recorded, towards],
        rule=RULE,
    )


def booked_rate(
    now: Standing, label: str, currency: str, rate: Decimal, on: date, source: Source
) -> Explanation:
    """The rate of a booked amount; told in another currency, times the day's rate from base."""
    base = now.portfolio.base_currency
    if not now.told_in:
        return Explanation(label=label, value=rate, unit="rate", source=source)
    towards = _towards(now, on)
    if currency == base:
        return towards
    recorded = Explanation(
        label=f"{base} for 1 {currency}, as booked",
        value=rate / _number(towards),
        unit="rate",
        source=source,
    )
    return Explanation(
        label=label,
        value=rate,
        unit="rate",
        formula=Formula("product", f"the booked rate to {base} × the rate of {on} from it"),
        parts=[recorded, towards],
        rule=RULE,
    )


def _towards(now: Standing, on: date) -> Explanation:
    """Units of the reporting currency for 1 of base, in the last pack up to a day."""
    packs = now.booked.market.packs
    days = list(packs)
    pack_id = packs[days[bisect_right(days, on) - 1]]
    base, told_in = now.portfolio.base_currency, now.told_in
    found = now.booked.market.rates_on(base, on)
    return rate_of(pack_prices(pack_id).rates, pack_id, base, told_in, found or Decimal(0))


def _number(node: Explanation) -> Decimal:
    return Decimal(node.value or 0)  # never zero: an amount told at a rate has one
