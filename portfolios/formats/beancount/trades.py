"""Beancount transactions with shares in them: trades, deliveries, transfers, opening balances."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from portfolios.calc.money import half_even, round_money
from portfolios.formats.beancount.accounts import Accounts, Use
from portfolios.formats.beancount.directives import Posting
from portfolios.formats.beancount.parting import by_lot
from portfolios.formats.beancount.sides import BY_HAND, Sides, worth
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.reading.fitting import fitting_price
from portfolios.formats.reading.machine_row import MachineRow

PLACES = 10
RATE_PLACES = 12
NO_TRANSFER = "Shares leave and come in one transaction, and are no transfer."


def of_securities(sides: Sides, draft: Draft, row: MachineRow, accounts: Accounts) -> list[Draft]:
    symbols = {post.currency for post in sides.securities}
    total = sum((post.units or ZERO for post in sides.securities), ZERO)
    if len(symbols) > 1:
        row.wrong("posting", "type_unknown", "Two securities in one transaction.", BY_HAND)
        return []
    if not total:
        return _moved(sides, draft, row, accounts)
    if len({post.units > 0 for post in sides.securities if post.units}) > 1:
        row.wrong("posting", "type_unknown", NO_TRANSFER, BY_HAND)
        return []
    if total < 0:
        return _of_lot(sides, draft, row, opening=False)
    return [
        found
        for number, side in enumerate(by_lot(sides, row), start=1)
        for found in _of_lot(side, _part(draft, number, side, accounts), row, opening=True)
    ]


def _part(draft: Draft, number: int, sides: Sides, accounts: Accounts) -> Draft:
    """What the transaction says of one lot: its account, and after the first an id of its own."""
    post = sides.securities[0]
    own = f"{draft.external_id[:90]}:{number}" if draft.external_id and number > 1 else ""
    return replace(
        draft,
        account=accounts.name(post.account, post.currency),
        external_id=own or draft.external_id,
    )


def _of_lot(sides: Sides, draft: Draft, row: MachineRow, *, opening: bool) -> list[Draft]:
    """Shares of one cost that come, or shares that go."""
    total = sum((post.units or ZERO for post in sides.securities), ZERO)
    draft = replace(draft, quantity=abs(total), **_lots(sides.securities, buying=opening))
    charges: dict[str, Any] = {
        "fees": sides.uses.get(Use.FEES, ZERO),
        "taxes": sides.uses.get(Use.TAXES, ZERO),
    }
    if sides.cash:
        return _trade(sides, replace(draft, **charges), row, buying=opening)
    if sides.uses.get(Use.DIVIDENDS):
        gross = -sides.uses[Use.DIVIDENDS]
        drip = replace(draft, entry_type="DRIP", gross_amount=gross, **charges)
        price = half_even((gross - drip.fees - drip.taxes) / abs(total), PLACES)
        return [replace(drip, price=price)] if gross > 0 else []
    return _without_cash(sides, draft, worth(sides.securities), opening=opening)


def _without_cash(
    sides: Sides, draft: Draft, valued: tuple[Decimal | None, str], *, opening: bool
) -> list[Draft]:
    """Shares that come from, or go to, outside: an opening balance, or a delivery at its cost."""
    amount, currency = valued
    draft = replace(draft, currency=currency or draft.currency)
    arrived = draft.holding_start
    if opening and arrived is not None and arrived < draft.transaction_date:
        return [_arriving(draft, amount, arrived)]
    if opening and any("opening" in name.casefold() for name in sides.accounts):
        cost = half_even(amount, PLACES) if amount is not None else None
        return [replace(draft, entry_type="OPENING_BALANCE", cost_basis=cost, lot_picks=None)]
    value = round_money(abs(amount), draft.currency) if amount is not None else None
    kind = "DELIVERY_IN" if opening else "DELIVERY_OUT"
    return [replace(draft, entry_type=kind, net_amount=value)]


def _arriving(draft: Draft, amount: Decimal | None, acquired: date) -> Draft:
    """Shares that were bought before they stand in this ledger bring their lot with them."""
    lot = {
        "quantity": f"{draft.quantity:f}",
        "acquisition_date": acquired.isoformat(),
        "cost_basis": f"{half_even(amount, PLACES).normalize():f}" if amount is not None else "",
        "label": draft.lot_label,
    }
    return replace(
        draft,
        entry_type="TRANSFER_IN",
        carried_lots=[{name: value for name, value in lot.items() if value}],
        lot_label="",
        holding_start=None,
    )


def _lots(postings: list[Posting], *, buying: bool) -> dict[str, Any]:
    """The label and day of a new lot, or which lots a sale means."""
    if buying:
        cost = postings[0].cost
        if cost is None:
            return {}
        return {"lot_label": cost.label[:64], "holding_start": cost.day}
    picks = []
    for post in postings:
        cost = post.cost
        if cost is None or (cost.amount is None and cost.day is None and not cost.label):
            continue
        pick = {
            "unit_cost": f"{half_even(cost.amount, PLACES).normalize():f}"
            if cost.amount is not None
            else "",
            "currency": cost.currency,
            "acquisition_date": cost.day.isoformat() if cost.day else "",
            "label": cost.label,
            "quantity": f"{abs(post.units or ZERO):f}",
        }
        picks.append({name: value for name, value in pick.items() if value})
    return {"lot_picks": picks or None}


def _trade(sides: Sides, draft: Draft, row: MachineRow, *, buying: bool) -> list[Draft]:
    moved = sum((post.units or ZERO for post in sides.cash), ZERO)
    dividend = sides.uses.get(Use.DIVIDENDS) or sides.uses.get(Use.INTEREST)
    charges = draft.fees + draft.taxes
    gross = -moved - charges if buying else moved + charges
    if gross <= 0 or dividend or draft.fees < 0 or draft.taxes < 0:
        message = "The cash does not fit a purchase or sale."
        row.wrong("posting", "type_unknown", message, BY_HAND)
        return []
    amount, currency = worth(sides.securities)
    draft = replace(draft, entry_type="BUY" if buying else "SELL", gross_amount=gross)
    if buying and draft.holding_start == draft.transaction_date:
        draft = replace(draft, holding_start=None)
    if not buying and any(post.price is None for post in sides.securities):
        amount = None  # what stands there is what the shares cost, not what they brought
    if amount is None or not draft.quantity:
        return [draft]
    price = half_even(abs(amount) / draft.quantity, PLACES)
    if currency == draft.currency:
        return [replace(draft, price=fitting_price(draft.quantity, price, gross, currency))]
    abroad = round_money(abs(amount), currency)
    rate = half_even(gross / abroad, RATE_PLACES) if abroad else None
    return [
        replace(
            draft,
            price=price,
            security_currency=currency,
            gross_amount_security=abroad,
            settlement_fx_rate=rate,
        )
    ]


def _moved(sides: Sides, draft: Draft, row: MachineRow, accounts: Accounts) -> list[Draft]:
    """The same shares out of one account and into another: their lots travel."""
    left = [post for post in sides.securities if (post.units or ZERO) < 0]
    came = [post for post in sides.securities if (post.units or ZERO) > 0]
    places = {accounts.name(post.account, post.currency) for post in left}
    there = {accounts.name(post.account, post.currency) for post in came}
    if len(places) != 1 or len(there) != 1 or places == there or sides.cash:
        row.wrong("posting", "type_unknown", NO_TRANSFER, BY_HAND)
        return []
    quantity = sum((post.units or ZERO for post in came), ZERO)
    return [
        replace(
            draft,
            entry_type="TRANSFER",
            currency="",
            quantity=quantity,
            account=places.pop(),
            to_account=there.pop(),
            **_lots(left, buying=False),
        )
    ]
