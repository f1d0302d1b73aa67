"""The sides of a Beancount transaction, and what all its entries share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from portfolios.formats.beancount.accounts import Use
from portfolios.formats.beancount.directives import Posting
from portfolios.formats.draft import Draft

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
