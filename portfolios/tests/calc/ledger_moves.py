"""Random histories with every method, shorts, transfers and corporate actions."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from portfolios.calc.entries import (
    BookingSettings,
    CarriedLot,
    CostMethod,
    Entry,
    LotScope,
    MethodChange,
    Treatment,
)
from portfolios.tests.calc.ledgers import entry

START = date(2024, 1, 1)
NAMES = ("X", "Y")
ACCOUNTS = ("a", "b")
KINDS = (
    *["BUY"] * 5, *["SELL"] * 4, "SHORT_SALE", "COVER", "DIVIDEND", "DRIP", "TRANSFER",
    "TRANSFER_IN", "TRANSFER_OUT", "DELIVERY_IN", "DELIVERY_OUT", "SPLIT", "STOCK_DIVIDEND",
    "SPINOFF", "MERGER", "RETURN_OF_CAPITAL", "SYMBOL_CHANGE", "FEE", "CASH_TRANSFER",
)  # fmt: skip


@st.composite
def settings_of(draw: st.DrawFn) -> BookingSettings:
    """Any method and scope, sometimes changed on the way."""
    methods = st.sampled_from(CostMethod)
    changes = draw(
        st.lists(
            st.builds(
                MethodChange,
                effective_from=st.dates(START, START + timedelta(days=20)),
                cost_method=methods,
                security=st.sampled_from([None, "X"]),
            ),
            max_size=2,
            unique_by=lambda change: (change.effective_from, change.security),
        )
    )
    return BookingSettings(
        base_currency="CAD",
        cost_method=draw(methods),
        lot_scope=draw(st.sampled_from(LotScope)),
        allow_short=draw(st.booleans()),
        minor_unit_rounding=draw(st.booleans()),
        method_changes=tuple(changes),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Up to 25 entries on 20 days; many cannot be booked, which is part of the matter."""
    size = draw(st.integers(3, 25))
    return [_entry(draw, seq) for seq in range(1, size + 1)]


def _entry(draw: st.DrawFn, seq: int) -> Entry:
    kind = draw(st.sampled_from(KINDS))
    on = (START + timedelta(days=draw(st.integers(0, 20)))).isoformat()
    name, account = draw(st.sampled_from(NAMES)), draw(st.sampled_from(ACCOUNTS))
    other_name = "Y" if name == "X" else "X"
    other_account = "b" if account == "a" else "a"
    amount = draw(st.decimals("0.01", "500", places=2))
    quantity = draw(st.decimals("0.5", "40", places=1))
    made = entry(
        seq, kind, on, "USD", security=None if kind in {"FEE", "CASH_TRANSFER"} else name,
        account=account, fx_rate=draw(st.sampled_from(["1.31", "1.36"])),
    )  # fmt: skip
    return replace(made, **_fields(draw, kind, (quantity, amount), (other_name, other_account)))


def _fields(
    draw: st.DrawFn, kind: str, numbers: tuple[Decimal, Decimal], others: tuple[str, str]
) -> dict[str, Any]:
    quantity, amount = numbers
    name, account = others
    three, two, one = Decimal(3), Decimal(2), Decimal(1)
    law: dict[str, Any] = {"jurisdiction": "US", "treatment": draw(st.sampled_from(Treatment))}
    trade: dict[str, Any] = {"quantity": quantity, "price": amount, "fees": Decimal("1.01")}
    paid = draw(st.sampled_from([None, amount]))
    fields: dict[str, dict[str, Any]] = {
        "DIVIDEND": {"gross_amount": amount, "taxes": Decimal("0.01")},
        "DRIP": {"gross_amount": amount, "quantity": quantity},
        "TRANSFER": {"quantity": quantity, "to_account": account},
        "TRANSFER_OUT": {"quantity": quantity},
        "TRANSFER_IN": {
            "carried_lots": (
                CarriedLot(quantity=quantity, acquisition_date=date(2020, 2, 3), cost_basis=amount,
                           fx_rate=Decimal("1.2")),
            )
        },
        "DELIVERY_IN": {"quantity": quantity, "net_amount": amount},
        "DELIVERY_OUT": {"quantity": quantity, "net_amount": amount},
        "SPLIT": {"new_shares": three, "old_shares": two, "price": paid},
        "STOCK_DIVIDEND": {"new_shares": one, "old_shares": three, "gross_amount": amount, **law},
        "SPINOFF": {"to_security": name, "new_shares": one, "old_shares": three,
                    "price": amount, "to_price": two, **law},
        "MERGER": {"to_security": name, "new_shares": two, "old_shares": three,
                   "price": paid, "to_price": three, **law},
        "RETURN_OF_CAPITAL": {"gross_amount": amount},
        "SYMBOL_CHANGE": {"to_security": name},
        "FEE": {"gross_amount": amount},
        "CASH_TRANSFER": {"net_amount": amount, "to_account": account},
    }  # fmt: skip
    return fields.get(kind, trade)
