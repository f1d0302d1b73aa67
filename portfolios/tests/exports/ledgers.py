"""A ledger with every type of entry, as a ledger document that an import reads."""

from typing import Any


def said(kind: str, day: str, **fields: str) -> dict[str, Any]:
    return {"type": kind, "date": f"2013-02-{day}", **fields}


CAD, USD = {"currency": "CAD"}, {"currency": "USD"}
ACME = {"symbol": "ACME", "exchange": "XNAS", **USD}
MAPLE = {"symbol": "MAPLE", "exchange": "XTSE", **CAD}
DARK = {"symbol": "DARK", "exchange": "XTSE", **CAD}

BOOKED: list[dict[str, Any]] = [
    said("OPENING_BALANCE", "04", gross_amount="5000", **CAD),
    said("OPENING_BALANCE", "04", quantity="10", cost_basis="200", lot_label="=old", **MAPLE),
    said("DEPOSIT", "04", gross_amount="10000", external_id="+1", narration="@home", **CAD),
    said("FX_CONVERSION", "04", gross_amount="3000", to_amount="2900", to_currency="USD", **CAD),
    said("BUY", "04", quantity="30", price="10", fees="1", lot_label="first", **ACME),
    said("BUY", "05", quantity="10", price="11", taxes="0.5", fx_rate="1.0400000001", **ACME),
    said("BUY", "05", quantity="7", price="11", **ACME),
    said("SELL", "06", quantity="5", gross_amount="60", settlement_date="2013-02-08", **ACME),
    said("DIVIDEND", "06", gross_amount="6", taxes="0.9", ex_date="2013-02-06",
         pay_date="2013-02-08", **ACME),
    said("COUPON", "06", gross_amount="2", **MAPLE),
    said("DRIP", "06", gross_amount="25", taxes="3", quantity="1", price="20", **MAPLE),
    said("INTEREST", "06", gross_amount="3", taxes="1", **CAD),
    said("INTEREST_CHARGE", "06", gross_amount="2", **CAD),
    said("FEE", "06", gross_amount="1", account="-side", **CAD),
    said("FEE_REFUND", "06", gross_amount="0.5", **CAD),
    said("TAX", "06", gross_amount="4", **MAPLE),
    said("TAX_REFUND", "06", gross_amount="1", **CAD),
    said("TRANSFER", "06", quantity="2", to_account="other", link_id="t-1", **MAPLE),
    said("DELIVERY_IN", "06", quantity="3", net_amount="61.5", **MAPLE),
    said("DELIVERY_OUT", "07", quantity="1", net_amount="25", **MAPLE),
    said("CASH_TRANSFER", "07", net_amount="50", to_account="other", **CAD),
    said("SPLIT", "07", new_shares="2", old_shares="1", **ACME),
    said("REVERSE_SPLIT", "07", new_shares="1", old_shares="2", **MAPLE),
    said("WITHDRAWAL", "07", gross_amount="10", estimated_reason="guess", **CAD),
    said("SHORT_SALE", "07", quantity="4", price="25", account="margin", **DARK),
    said("COVER", "08", quantity="1", price="24", account="margin", **DARK),
    {"type": "REVERSAL", "date": "2013-02-08", "reverses": "7"},
]  # fmt: skip

ONLY_WRITTEN: list[dict[str, Any]] = [
    said("TRANSFER_IN", "08", quantity="2", **MAPLE)
    | {"carried_lots": [{"quantity": "2", "acquisition_date": "2012-01-05", "cost_basis": "31"}]},
    said("TRANSFER_OUT", "08", quantity="1", **MAPLE)
    | {"lot_picks": [{"label": "=old", "quantity": "1"}]},
    said("STOCK_DIVIDEND", "08", new_shares="1", old_shares="20", **MAPLE),
    said("SPINOFF", "08", to_symbol="NEWCO", to_exchange="XNAS", new_shares="1", old_shares="4",
         cost_fraction="0.25", treatment="carry_over", jurisdiction="US", **ACME),
    said("MERGER", "08", to_symbol="NEWCO", new_shares="1", old_shares="2", price="3",
         to_price="12", treatment="qualifying", **ACME),
    said("RETURN_OF_CAPITAL", "08", gross_amount="5", **MAPLE),
    {"type": "SYMBOL_CHANGE", "date": "2013-02-08", "symbol": "MAPLE", "to_symbol": "LEAF"},
]  # fmt: skip
"""Types whose file form is tried without a database."""


def numbered(*entries: dict[str, Any]) -> dict[str, Any]:
    """A document of entries, numbered from 1."""
    rows = [{"seq": str(at), **entry} for at, entry in enumerate(entries, start=1)]
    return {"base_currency": "CAD", "transactions": rows}
