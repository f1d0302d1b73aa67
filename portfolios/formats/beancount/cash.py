"""Beancount transactions of cash alone: income, charges, flows, conversions, transfers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from portfolios.formats.beancount.accounts import Accounts, Use
from portfolios.formats.beancount.directives import Entry, Posting
from portfolios.formats.beancount.sides import BY_HAND, Sides, named
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.reading.machine_row import MachineRow


def of_cash(
    entry: Entry,
    sides: Sides,
    draft: Draft,
    row: MachineRow,
    accounts: Accounts,
    known: Mapping[str, Mapping[str, str]],
) -> list[Draft]:
    if len(sides.cash) == 2 and not sides.uses:
        return _between(sides.cash, draft, row, accounts)
    moved = sum((post.units or ZERO for post in sides.cash), ZERO)
    uses = {use: amount for use, amount in sides.uses.items() if amount}
    if not moved or len({post.account for post in sides.cash}) != 1:
        row.wrong("posting", "type_unknown", "No cash moves, or in several accounts.", BY_HAND)
        return []
    symbol = entry.meta.get("symbol", "") or next(
        (part for name in sides.accounts for part in reversed(name.split(":")) if part in known),
        "",
    )
    draft = named(draft, symbol, known)
    if Use.DIVIDENDS in uses or Use.INTEREST in uses:
        return _income(uses, draft, row)
    return _plain(uses, draft, moved, sides, row)


def _income(uses: Mapping[Use, Decimal], draft: Draft, row: MachineRow) -> list[Draft]:
    kind = Use.DIVIDENDS if Use.DIVIDENDS in uses else Use.INTEREST
    amount, fees, taxes = -uses[kind], uses.get(Use.FEES, ZERO), uses.get(Use.TAXES, ZERO)
    draft = replace(draft, gross_amount=abs(amount), fees=fees, taxes=taxes)
    if kind is Use.INTEREST and amount < 0 and not (fees or taxes):
        return [replace(draft, entry_type="INTEREST_CHARGE")]
    if amount <= 0 or fees < 0 or taxes < 0 or set(uses) - {kind, Use.FEES, Use.TAXES}:
        row.wrong("posting", "type_unknown", "This is no plain income.", BY_HAND)
        return []
    if kind is Use.DIVIDENDS and not draft.symbol:
        message = "The dividend's security is not named."
        remedy = 'Name it in its account, or in metadata, symbol: "ACME".'
        row.wrong("symbol", "value_missing", message, remedy)
        return []
    return [replace(draft, entry_type="DIVIDEND" if kind is Use.DIVIDENDS else "INTEREST")]


def _plain(
    uses: Mapping[Use, Decimal], draft: Draft, moved: Decimal, sides: Sides, row: MachineRow
) -> list[Draft]:
    draft = replace(draft, gross_amount=abs(moved))
    if set(uses) == {Use.FEES}:
        return [replace(draft, entry_type="FEE" if moved < 0 else "FEE_REFUND")]
    if set(uses) == {Use.TAXES}:
        return [replace(draft, entry_type="TAX" if moved < 0 else "TAX_REFUND")]
    if set(uses) != {Use.OUTSIDE}:
        row.wrong("posting", "type_unknown", "Charges of two kinds, or none.", BY_HAND)
        return []
    draft = replace(draft, symbol="", isin="", figi="", exchange="", security_name="")
    if any("opening" in name.casefold() for name in sides.accounts):
        return [replace(draft, entry_type="OPENING_BALANCE", gross_amount=moved)]
    return [replace(draft, entry_type="DEPOSIT" if moved > 0 else "WITHDRAWAL")]


def _between(cash: list[Posting], draft: Draft, row: MachineRow, accounts: Accounts) -> list[Draft]:
    """Two postings of cash: a conversion within an account, or a transfer to another one."""
    left, came = sorted(cash, key=lambda post: post.units or ZERO)
    here = accounts.name(left.account, left.currency)
    there = accounts.name(came.account, came.currency)
    amount, arrives = -(left.units or ZERO), came.units or ZERO
    if amount <= 0 or arrives <= 0:
        row.wrong("posting", "type_unknown", "Cash does not move from one to another.", BY_HAND)
        return []
    draft = replace(draft, currency=left.currency, account=here, gross_amount=amount)
    other: dict[str, Any] = {"to_amount": arrives, "to_currency": came.currency}
    if here == there and left.currency != came.currency:
        return [replace(draft, entry_type="FX_CONVERSION", **other)]
    if left.currency == came.currency:
        other = {}
    return [replace(draft, entry_type="CASH_TRANSFER", to_account=there, **other)]
