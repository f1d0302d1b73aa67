"""Entries in a body, read like rows of a file: every mistake of every entry at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from market.formats.faults import Fault
from market.formats.fields import Place
from market.selectors.securities import priced_listings
from portfolios.exceptions import EntriesRefused
from portfolios.formats.draft import Draft
from portfolios.formats.entry_row import read_entry
from portfolios.models import Portfolio


def drafts_of(portfolio: Portfolio, told: Sequence[Mapping[str, Any]]) -> list[Draft]:
    """Rows count from 0, as the body's list does. Raises EntriesRefused."""
    today = datetime.now(tz=UTC).date()
    drafts: list[Draft] = []
    faults: list[Fault] = []
    for row, fields in enumerate(told):
        texts = {name: value for name, value in fields.items() if isinstance(value, (str, list))}
        draft, wrong = read_entry(row, texts, base_currency=portfolio.base_currency, today=today)
        wrong += [
            Place(row, name).fault("number_invalid", f"{name} is not a text.", "Send it in quotes.")
            for name in fields.keys() - texts.keys()
        ]
        if draft is not None and not wrong:
            draft, wrong = _named(draft, row)
            drafts.append(draft)
        faults += wrong
    if faults:
        raise EntriesRefused([fault.as_dict() for fault in faults])
    return drafts


def _named(draft: Draft, row: int) -> tuple[Draft, list[Fault]]:
    """The listings that an entry names, by symbol and exchange."""
    faults = []
    for column, exchange, target in (
        ("symbol", draft.exchange, "security_id"),
        ("to_symbol", draft.to_exchange, "to_security_id"),
    ):
        symbol = getattr(draft, column)
        if not symbol:
            continue
        found = priced_listings(symbol.upper(), exchange)
        if len(found) == 1:
            known: dict[str, Any] = {target: found[0].pk}
            draft = replace(draft, **known)
            continue
        reason = "ambiguous" if found else "unknown_symbol"
        said = (
            f"{len(found)} listings are called {symbol!r}."
            if found
            else (f"No listing is called {symbol!r}.")
        )
        faults.append(Place(row, column).fault(reason, said, "Name symbol and exchange.", symbol))
    return draft, faults
