"""The amounts of one entry must agree with each other; what follows from them is filled in.

`gross_amount`, `fees` and `taxes` are positive; the type says which way the money goes.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

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


def settle(draft: Draft, base_currency: str) -> tuple[Draft, list[Fault]]:
    """The draft with gross and net amount filled in, and the mistakes between its columns."""
    row = draft.row or 0
    stated = draft.net_amount
    draft, faults = _with_gross(draft, row)
    draft = replace(draft, net_amount=net_amount(draft))
    if stated is not None and not faults and abs(stated) != abs(draft.net_amount or ZERO):
        said = f"net_amount is {stated}, the other columns give {draft.net_amount}."
        faults.append(_mismatch(row, "net_amount", said, str(stated)))
    return draft, [*faults, *_rate(draft, row, base_currency), *_days(draft, row)]


def net_amount(draft: Draft) -> Decimal:
    """The signed effect on cash of `currency`; of a movement in kind, its signed value as a flow.

    Zero for what moves no cash, and for a movement whose value nobody states.
    """
    kind = draft.entry_type
    if kind in WITHOUT_CASH or (kind in CASH_IF_SAID and draft.gross_amount is None):
        return ZERO
    if kind in VALUED:
        value = draft.net_amount if draft.net_amount is not None else draft.gross_amount
        return VALUED[kind] * abs(value or ZERO)
    gross = draft.gross_amount or ZERO
    if kind == "DRIP":
        return gross - draft.fees - draft.taxes - _reinvested(draft)
    if kind in OUTWARD:
        return -(gross + draft.fees + draft.taxes)
    return gross - draft.fees - draft.taxes


def _reinvested(draft: Draft) -> Decimal:
    """What the shares of a reinvested dividend cost; all of it where no price is given."""
    if draft.quantity is None or draft.price is None:
        return (draft.gross_amount or ZERO) - draft.fees - draft.taxes
    return round_money(draft.quantity * draft.price, draft.currency)


def _with_gross(draft: Draft, row: int) -> tuple[Draft, list[Fault]]:
    if draft.entry_type in PRICED:
        return _with_priced_gross(draft, row)
    if draft.gross_amount is not None or draft.entry_type in WITHOUT_CASH | VALUED.keys():
        return draft, []
    if draft.entry_type == "RETURN_OF_CAPITAL" and draft.quantity and draft.price:
        product = round_money(draft.quantity * draft.price, draft.currency)
        return replace(draft, gross_amount=product), []
    if draft.entry_type in CASH_IF_SAID:
        return draft, []
    if draft.entry_type == "FEE" and draft.fees:
        return replace(draft, gross_amount=draft.fees, fees=ZERO), []
    if draft.entry_type == "TAX" and draft.taxes:
        return replace(draft, gross_amount=draft.taxes, taxes=ZERO), []
    if draft.net_amount is not None:
        return replace(draft, gross_amount=_implied(draft)), []
    said = f"{draft.entry_type} needs gross_amount."
    return draft, [Place(row, "gross_amount").fault("value_missing", said, "Fill it in.")]


def _implied(draft: Draft) -> Decimal:
    """The gross amount that a stated net amount leaves."""
    net = abs(draft.net_amount or ZERO)
    charges = draft.fees + draft.taxes
    return net - charges if draft.entry_type in OUTWARD else net + charges


def _with_priced_gross(draft: Draft, row: int) -> tuple[Draft, list[Fault]]:
    """Quantity times price is the gross amount in the currency that the price is in."""
    abroad = draft.security_currency not in ("", draft.currency)
    product = None
    if draft.quantity is not None and draft.price is not None:
        product = round_money(
            draft.quantity * draft.price, draft.security_currency or draft.currency
        )
    if abroad:
        return _with_foreign_gross(draft, product, row)
    if draft.gross_amount is None:
        if product is None and draft.net_amount is not None:
            return replace(draft, gross_amount=_implied(draft)), []
        return _from_product(draft, product, row)
    if product is not None and abs(product - draft.gross_amount) > _rounding(draft):
        said = f"gross_amount is {draft.gross_amount}, quantity times price is {product}."
        return draft, [_mismatch(row, "gross_amount", said, str(draft.gross_amount))]
    return draft, []


def _from_product(draft: Draft, product: Decimal | None, row: int) -> tuple[Draft, list[Fault]]:
    place = Place(row, "gross_amount")
    if product is None:
        said = f"{draft.entry_type} needs gross_amount, or quantity and price."
        return draft, [place.fault("value_missing", said, "Fill in one of the two.")]
    if not product:
        said = "quantity times price is less than the smallest coin."
        return draft, [place.fault("zero_not_allowed", said, "Give the gross_amount.")]
    return replace(draft, gross_amount=product), []


def _with_foreign_gross(
    draft: Draft, product: Decimal | None, row: int
) -> tuple[Draft, list[Fault]]:
    """Both gross amounts and the rate between them; any two give the third."""
    abroad, rate = draft.gross_amount_security, draft.settlement_fx_rate
    if abroad is not None and product is not None and abs(product - abroad) > _rounding(draft):
        said = f"gross_amount_security is {abroad}, quantity times price is {product}."
        return draft, [_mismatch(row, "gross_amount_security", said, str(abroad))]
    abroad = product if abroad is None else abroad
    if draft.gross_amount is None:
        if abroad is None or rate is None:
            return _from_product(draft, None, row)
        draft = replace(draft, gross_amount=round_money(abroad * rate, draft.currency))
    elif abroad and rate is not None and draft.gross_amount is not None:
        # A basis point for the printed rate, a coin for the rounded amount.
        allowed = BASIS_POINT * draft.gross_amount + quantum(minor_units(draft.currency))
        if abs(abroad * rate - draft.gross_amount) > allowed:
            said = f"gross_amount is {draft.gross_amount}, at {rate} it would be {abroad * rate}."
            return draft, [_mismatch(row, "gross_amount", said, str(draft.gross_amount))]
    return replace(draft, gross_amount_security=abroad), []


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
    remedy = "Mend the amount, or leave it empty to have it computed."
    return Place(row, column).fault("amount_mismatch", message, remedy, value)


def _rate_fault(row: int, message: str, rate: Decimal | None) -> Fault:
    remedy = "Mend the rate, or leave it empty."
    return Place(row, "fx_rate").fault("rate_mismatch", message, remedy, str(rate))


def _order(row: int, column: str, message: str) -> Fault:
    return Place(row, column).fault("date_order", message, "Check the dates of the row.")
