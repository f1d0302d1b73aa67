"""What a form for each type of entry asks, in the order of asking.

Which fields a type cannot do without is the ledger's own rule (`formats.entry_rules`); here is
what is worth asking, and what may stay folded away.
"""

from __future__ import annotations

from dataclasses import dataclass

from portfolios.models import EntryType

GROUPS = (
    ("Trades", ("BUY", "SELL", "SHORT_SALE", "COVER")),
    ("Income", ("DIVIDEND", "DRIP", "COUPON", "INTEREST", "INTEREST_CHARGE")),
    ("Cash", ("DEPOSIT", "WITHDRAWAL", "FX_CONVERSION")),
    ("Fees and taxes", ("FEE", "FEE_REFUND", "TAX", "TAX_REFUND")),
    (
        "Transfers",
        (
            "TRANSFER",
            "CASH_TRANSFER",
            "TRANSFER_IN",
            "TRANSFER_OUT",
            "DELIVERY_IN",
            "DELIVERY_OUT",
            "OPENING_BALANCE",
        ),
    ),
    (
        "Corporate actions",
        (
            "SPLIT",
            "REVERSE_SPLIT",
            "STOCK_DIVIDEND",
            "SPINOFF",
            "MERGER",
            "RETURN_OF_CAPITAL",
            "SYMBOL_CHANGE",
        ),
    ),
)
TYPES = tuple(kind for _, kinds in GROUPS for kind in kinds)
CHOICES = [(group, [(kind, EntryType(kind).label) for kind in kinds]) for group, kinds in GROUPS]


@dataclass(frozen=True, slots=True)
class Layout:
    """Fields in sight, and fields folded away."""

    main: tuple[str, ...]
    more: tuple[str, ...]


def _layout(main: str, more: str) -> Layout:
    return Layout(tuple(main.split()), tuple(more.split()))


_ABROAD = "security_currency gross_amount_security settlement_fx_rate"
_TRADE = "security quantity price fees taxes currency"
_TRADE_MORE = f"gross_amount settlement_date fx_rate account cash_account {_ABROAD}"
_INCOME = "security quantity price gross_amount taxes currency ex_date pay_date"
_INCOME_MORE = f"fees fx_rate account cash_account {_ABROAD}"
_CASH = "gross_amount currency"
_CASH_MORE = "fx_rate account"
_CHARGE = "gross_amount currency security"
_RATIO = "security new_shares old_shares"

LAYOUTS = {
    "BUY": _layout(_TRADE, f"{_TRADE_MORE} lot_label"),
    "SELL": _layout(f"{_TRADE} lots", _TRADE_MORE),
    "SHORT_SALE": _layout(_TRADE, _TRADE_MORE),
    "COVER": _layout(f"{_TRADE} lots", _TRADE_MORE),
    "DIVIDEND": _layout(_INCOME, _INCOME_MORE),
    "COUPON": _layout(_INCOME, _INCOME_MORE),
    "DRIP": _layout(
        "security gross_amount taxes quantity price currency",
        _INCOME_MORE + " ex_date pay_date lot_label",
    ),
    "INTEREST": _layout(f"{_CASH} taxes", "fees security fx_rate account"),
    "INTEREST_CHARGE": _layout(_CASH, "security fx_rate account"),
    "DEPOSIT": _layout(_CASH, _CASH_MORE),
    "WITHDRAWAL": _layout(_CASH, _CASH_MORE),
    "FX_CONVERSION": _layout(
        "gross_amount currency to_amount to_currency fees",
        "fx_rate account cash_account to_account",
    ),
    "FEE": _layout(_CHARGE, _CASH_MORE),
    "FEE_REFUND": _layout(_CHARGE, _CASH_MORE),
    "TAX": _layout(_CHARGE, _CASH_MORE),
    "TAX_REFUND": _layout(_CHARGE, _CASH_MORE),
    "TRANSFER": _layout("security quantity account to_account lots", ""),
    "CASH_TRANSFER": _layout(
        "net_amount currency account to_account",
        "to_amount to_currency fx_rate",
    ),
    "TRANSFER_IN": _layout(
        "security quantity carried_lots",
        "currency net_amount account holding_start lot_label",
    ),
    "TRANSFER_OUT": _layout("security quantity lots", "currency net_amount account"),
    "DELIVERY_IN": _layout("security quantity net_amount currency", "fx_rate account lot_label"),
    "DELIVERY_OUT": _layout("security quantity net_amount currency lots", "fx_rate account"),
    "OPENING_BALANCE": _layout(
        "security quantity cost_basis gross_amount currency",
        "holding_start fx_rate account lot_label carried_lots",
    ),
    "SPLIT": _layout(f"{_RATIO} price", "gross_amount currency account"),
    "REVERSE_SPLIT": _layout(f"{_RATIO} price", "gross_amount currency account"),
    "STOCK_DIVIDEND": _layout(
        f"{_RATIO} jurisdiction treatment",
        "price gross_amount currency account",
    ),
    "SPINOFF": _layout(
        "security to_security new_shares old_shares price to_price jurisdiction treatment",
        "cost_fraction currency account",
    ),
    "MERGER": _layout(
        "security to_security new_shares old_shares price to_price jurisdiction treatment",
        "gross_amount currency account",
    ),
    "RETURN_OF_CAPITAL": _layout(
        "security quantity price gross_amount currency",
        "fx_rate account jurisdiction",
    ),
    "SYMBOL_CHANGE": _layout("security to_security", "account"),
}
