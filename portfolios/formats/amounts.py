"""The amounts of one entry must agree with each other; what follows from them is filled in.

`gross_amount`, `fees` and `taxes` are positive; the type says which way the money goes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.calc.money import minor_units, places_of, quantum, round_money
from portfolios.formats.draft import ZERO, Draft

BASIS_POINT = Decimal("0.0001")
HALF = Decimal("0.5")
OUTWARD = frozenset(
    {
        "BUY",
        "COVER",
        "WITHDRAWAL",
        "FEE",
        "TAX",
        "INTEREST_CHARGE",
        "FX_CONVERSION",
        "CASH_TRANSFER",
    }
)
# Their shares move, no cash does; a reorganisation pays cash only where the entry says so.
WITHOUT_CASH = frozenset({"TRANSFER", "STOCK_DIVIDEND", "SPINOFF", "SYMBOL_CHANGE"}) | frozenset(
    {"OPENING_BALANCE"}
)
CASH_IF_SAID = frozenset({"SPLIT", "REVERSE_SPLIT", "MERGER", "RETURN_OF_CAPITAL"})
# No cash moves either, but a stated net_amount is what the movement is worth as a flow.
VALUED = {"TRANSFER_IN": 1, "DELIVERY_IN": 1, "TRANSFER_OUT": -1, "DELIVERY_OUT": -1}
PRICED = frozenset({"BUY", "SELL", "SHORT_SALE", "COVER", "DIVIDEND", "COUPON"})


class _Amounts(NamedTuple):
    """The amounts of a draft while they are filled in; copying a draft for each would cost more
    than reading its row."""

    gross: Decimal | None
    fees: Decimal
    taxes: Decimal
    gross_security: Decimal | None


def settle(draft: Draft, base_currency: str) -> tuple[Draft, list[Fault]]:
    """The draft with gross and net amount filled in, and the mistakes between its columns."""
    row = draft.row or 0
    amounts, faults = _with_gross(draft, _said(draft), row)
    stated, net = draft.net_amount, _net(draft, amounts)
    if stated is not None and not faults and abs(stated) != abs(net):
        said = f"net_amount is {stated}, the other columns give {net}."
        faults.append(_mismatch(row, "net_amount", said, str(stated)))
    found = draft.changed(**_told(amounts), net_amount=net)
    return found, [*faults, *_rate(found, row, base_currency), *_days(found, row)]


def net_amount(draft: Draft) -> Decimal:
    """The signed effect on cash of `currency`; of a movement in kind, its signed value as a flow.

    Zero for what moves no cash, and for a movement whose value nobody states.
    """
    return _net(draft, _said(draft))


def _said(draft: Draft) -> _Amounts:
    return _Amounts(draft.gross_amount, draft.fees, draft.taxes, draft.gross_amount_security)


def _told(amounts: _Amounts) -> dict[str, Decimal]:
    """What there is of them: a draft that says less is written sooner."""
    said = {
        "gross_amount": amounts.gross,
        "fees": amounts.fees,
        "taxes": amounts.taxes,
        "gross_amount_security": amounts.gross_security,
    }
    return {name: amount for name, amount in said.items() if amount is not None}


def _net(draft: Draft, amounts: _Amounts) -> Decimal:
    kind = draft.entry_type
    if kind in WITHOUT_CASH or (kind in CASH_IF_SAID and amounts.gross is None):
        return ZERO
    if kind in VALUED:
        value = draft.net_amount if draft.net_amount is not None else amounts.gross
        return VALUED[kind] * abs(value or ZERO)
    gross = amounts.gross or ZERO
    if kind == "DRIP":
        return gross - amounts.fees - amounts.taxes - _reinvested(draft, amounts)
    if kind in OUTWARD:
        return -(gross + amounts.fees + amounts.taxes)
    return gross - amounts.fees - amounts.taxes


def _reinvested(draft: Draft, amounts: _Amounts) -> Decimal:
    """What the shares of a reinvested dividend cost; all of it where no price is given."""
    if draft.quantity is None or draft.price is None:
        return (amounts.gross or ZERO) - amounts.fees - amounts.taxes
    return round_money(draft.quantity * draft.price, draft.currency)


def _with_gross(draft: Draft, amounts: _Amounts, row: int) -> tuple[_Amounts, list[Fault]]:
    kind = draft.entry_type
    if kind in PRICED:
        return _with_priced_gross(draft, amounts, row)
    if amounts.gross is not None or kind in WITHOUT_CASH or kind in VALUED:
        return amounts, []
    if kind == "RETURN_OF_CAPITAL" and draft.quantity and draft.price:
        product = round_money(draft.quantity * draft.price, draft.currency)
        return amounts._replace(gross=product), []
    if kind in CASH_IF_SAID:
        return amounts, []
    if kind == "FEE" and amounts.fees:
        return amounts._replace(gross=amounts.fees, fees=ZERO), []
    if kind == "TAX" and amounts.taxes:
        return amounts._replace(gross=amounts.taxes, taxes=ZERO), []
    if draft.net_amount is not None:
        return amounts._replace(gross=_implied(draft, amounts)), []
    said = f"{kind} needs gross_amount."
    return amounts, [Place(row, "gross_amount").fault("value_missing", said, "Fill it in.")]


def _implied(draft: Draft, amounts: _Amounts) -> Decimal:
    """The gross amount that a stated net amount leaves."""
    net = abs(draft.net_amount or ZERO)
    charges = amounts.fees + amounts.taxes
    return net - charges if draft.entry_type in OUTWARD else net + charges


def _with_priced_gross(draft: Draft, amounts: _Amounts, row: int) -> tuple[_Amounts, list[Fault]]:
    """Quantity times price is the gross amount in the currency that the price is in."""
    abroad = draft.security_currency not in ("", draft.currency)
    product = None
    if draft.quantity is not None and draft.price is not None:
        product = round_money(
            draft.quantity * draft.price, draft.security_currency or draft.currency
        )
    if abroad:
        return _with_foreign_gross(draft, amounts, product, row)
    if amounts.gross is None:
        if product is None and draft.net_amount is not None:
            return amounts._replace(gross=_implied(draft, amounts)), []
        return _from_product(draft, amounts, product, row)
    if product is not None and abs(product - amounts.gross) > _rounding(draft):
        said = _unequal(product, amounts.gross, draft.currency)
        return amounts, [_mismatch(row, "gross_amount", said, str(amounts.gross))]
    return amounts, []


def _from_product(
    draft: Draft, amounts: _Amounts, product: Decimal | None, row: int
) -> tuple[_Amounts, list[Fault]]:
    place = Place(row, "gross_amount")
    if product is None:
        said = f"{draft.entry_type} needs gross_amount, or quantity and price."
        return amounts, [place.fault("value_missing", said, "Fill in one of the two.")]
    if not product:
        said = "quantity times price is less than the smallest coin."
        return amounts, [place.fault("zero_not_allowed", said, "Give the gross_amount.")]
    return amounts._replace(gross=product), []


def _with_foreign_gross(
    draft: Draft, amounts: _Amounts, product: Decimal | None, row: int
) -> tuple[_Amounts, list[Fault]]:
    """Both gross amounts and the rate between them; any two give the third."""
    abroad, gross, rate = amounts.gross_security, amounts.gross, draft.settlement_fx_rate
    if abroad is not None and product is not None and abs(product - abroad) > _rounding(draft):
        said = _unequal(product, abroad, draft.security_currency)
        return amounts, [_mismatch(row, "gross_amount_security", said, str(abroad))]
    abroad = product if abroad is None else abroad
    if gross is None:
        if abroad is None or rate is None:
            return _from_product(draft, amounts, None, row)
        gross = round_money(abroad * rate, draft.currency)
    elif abroad and rate is not None:
        # A basis point for the printed rate, a coin for the rounded amount.
        allowed = BASIS_POINT * gross + quantum(minor_units(draft.currency))
        if abs(abroad * rate - gross) > allowed:
            theirs, ours = draft.security_currency, draft.currency
            worth = round_money(abroad * rate, ours)
            said = f"{abroad} {theirs} at the rate {rate} is {worth} {ours}, not {gross} {ours}."
            return amounts, [_mismatch(row, "gross_amount", said, str(gross))]
    return amounts._replace(gross=gross, gross_security=abroad), []


def _unequal(product: Decimal, amount: Decimal, currency: str) -> str:
    return f"Quantity times price is {product} {currency}, the amount {amount} {currency}."


def _rounding(draft: Draft) -> Decimal:
    """How far a gross amount may be from quantity times price: a coin, and what was lost when
    the price (or a quantity of three decimals or more) was printed. A whole price is exact."""
    quantity, price = draft.quantity or ZERO, draft.price or ZERO
    allowed = quantum(minor_units(draft.security_currency or draft.currency))
    if places_of(price):
        allowed += quantity * HALF * quantum(max(2, places_of(price)))
    if places_of(quantity) >= 3:
        allowed += price * HALF * quantum(places_of(quantity))
    return allowed


def _rate(draft: Draft, row: int, base_currency: str) -> list[Fault]:
    if draft.entry_type == "FX_CONVERSION":
        return _conversion(draft, row, base_currency)
    if draft.currency == base_currency and draft.fx_rate not in (None, Decimal(1)):
        said = f"{base_currency} is the portfolio's own currency; its rate is 1."
        return [_rate_fault(row, said, draft.fx_rate)]
    return []


def _conversion(draft: Draft, row: int, base_currency: str) -> list[Fault]:
    if draft.currency == draft.to_currency:
        return [
            Place(row, "to_currency").fault(
                "currency_unknown",
                f"Both sides of the conversion are {draft.currency}.",
                "Name two different currencies.",
                draft.to_currency,
            )
        ]
    if draft.fx_rate is None or not draft.gross_amount or not draft.to_amount:
        return []
    if draft.currency == base_currency:
        implied = draft.gross_amount / draft.to_amount
    elif draft.to_currency == base_currency:
        implied = draft.to_amount / draft.gross_amount
    else:
        return []
    if abs(implied - draft.fx_rate) <= BASIS_POINT * draft.fx_rate:
        return []
    said = f"The two amounts give a rate of {implied:.6f}, fx_rate is {draft.fx_rate}."
    return [_rate_fault(row, said, draft.fx_rate)]


def _days(draft: Draft, row: int) -> list[Fault]:
    day = draft.transaction_date
    if draft.settlement_date is not None and draft.settlement_date < day:
        return [_order(row, "settlement_date", "Settlement is before the trade.")]
    if draft.ex_date is not None and draft.ex_date > day:
        return [_order(row, "ex_date", "The ex-date is after the entry.")]
    if draft.pay_date is not None and draft.pay_date < day:
        return [_order(row, "pay_date", "The pay date is before the entry.")]
    return []


def _mismatch(row: int, column: str, message: str, value: str) -> Fault:
    remedy = "Mend what is mistyped; an amount that is left empty is computed."
    return Place(row, column).fault("amount_mismatch", message, remedy, value)


def _rate_fault(row: int, message: str, rate: Decimal | None) -> Fault:
    remedy = "Mend the rate, or leave it empty."
    return Place(row, "fx_rate").fault("rate_mismatch", message, remedy, str(rate))


def _order(row: int, column: str, message: str) -> Fault:
    return Place(row, column).fault("date_order", message, "Check the dates of the row.")
