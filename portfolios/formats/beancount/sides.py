"""The sides of a Beancount transaction, and what all its entries share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from portfolios.formats.beancount.accounts import Use
from portfolios.formats.beancount.directives import Posting
from portfolios.formats.draft import ZERO, Draft

BY_HAND = "Enter it by hand, and leave it out of the file."


@dataclass(frozen=True, slots=True)
class Sides:
    """The postings of a transaction by what they are."""

    securities: list[Posting]
    cash: list[Posting]
    uses: Mapping[Use, Decimal]
    currency: str
    accounts: list[str]


def named(draft: Draft, symbol: str, known: Mapping[str, Mapping[str, str]]) -> Draft:
    """With what the commodity's directive says of it."""
    said = known.get(symbol, {})
    return replace(
        draft,
        symbol=symbol,
        isin=said.get("isin", "")[:12],
        figi=said.get("figi", "")[:12],
        exchange=said.get("exchange", "")[:20],
        security_name=said.get("name", "")[:200] if symbol else "",
    )


def worth(postings: Sequence[Posting]) -> tuple[Decimal | None, str]:
    """Units times cost, else times price, and its currency; None where neither is stated."""
    total, currency = ZERO, ""
    for post in postings:
        cost = post.cost.amount if post.cost is not None else None
        unit = post.price if post.price is not None and (post.units or ZERO) < 0 else cost
        unit = unit if unit is not None else post.price
        if unit is None:
            return None, ""
        by_cost = unit is cost and post.cost is not None
        currency = post.cost.currency if by_cost and post.cost else post.price_currency
        total += (post.units or ZERO) * unit
    return total, currency
