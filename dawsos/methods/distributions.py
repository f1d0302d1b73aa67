"""Dividends that are reinvested, and those of depositary receipts (methods §1.5, §1.6)."""

from datetime import date
from decimal import Decimal

from dawsos.methods.ledgers import SECURITY, booked_whole
from dawsos.methods.registry import Answer, Inputs, golden
from portfolios.calc.booking import PerShare, drip_amounts, foreign_dividend
from portfolios.calc.entries import ZERO, BookingSettings, Entry, EntryType

BASE = "USD"


@golden("lots.drip")
def drip(inputs: Inputs) -> Answer:
    """What the dividend comes to is booked, and the new lot read from the book."""
    price = Decimal(inputs["reinvest_price"])
    amounts = drip_amounts(_declared(inputs, "dps", BASE), price, int(inputs["qty_places"]))
    entry = Entry(
        seq=1,
        entry_type=EntryType.DRIP,
        transaction_date=date.fromisoformat(inputs["pay_date"]),
        currency=BASE,
        security=SECURITY,
        quantity=amounts.quantity,
        price=price,
        gross_amount=amounts.gross,
        taxes=amounts.withholding,
    )
    booked = booked_whole([entry], BookingSettings(base_currency=BASE))
    (lot,) = booked.lots
    return {
        "gross_income": amounts.gross,
        "withholding": amounts.withholding,
        "net_cash": amounts.net,
        "new_lot": {
            "qty": lot.quantity_open,
            "cost": lot.cost_basis_local,
            "acquired": lot.acquisition_date,
        },
        "residual_cash": sum(booked.cash.values(), ZERO),
    }


@golden("lots.adr_dividend")
def adr_dividend(inputs: Inputs) -> Answer:
    """The golden names no base currency; its amounts have two decimals."""
    got = foreign_dividend(
        _declared(inputs, "dps_local", inputs["ccy"]),
        Decimal(inputs["fx_ex"]),
        Decimal(inputs["fx_pay"]),
        BASE,
        Decimal(inputs["adr_fee_per_share_base"]),
    )
    return {
        "gross_local": got.gross,
        "withholding_local": got.withholding,
        "net_local": got.net,
        "accrual_base_at_ex": got.accrued,
        "cash_base_at_pay": got.received,
        "fx_gain_on_receivable": got.fx_gain,
        "income_base": got.income_base,
        "withholding_base": got.withholding_base,
        "adr_fee_base": got.fee,
        "net_cash_base": got.net_cash,
    }


def _declared(inputs: Inputs, per_share: str, currency: str) -> PerShare:
    return PerShare(
        Decimal(inputs["qty"]), Decimal(inputs[per_share]), Decimal(inputs["withholding"]), currency
    )
