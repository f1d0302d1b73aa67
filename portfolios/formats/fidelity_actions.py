"""What the sentences in Fidelity's column Action mean, by their beginnings.

An upper-case word is a type of entry, two are the types of money that comes in and goes out; a
lower-case word is a case that `fidelity` treats by itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from portfolios.formats.reading.broker_table import longest_first

CORE = frozenset({"SPAXX", "FDRXX", "FZFXX", "FCASH", "FDIC", "QPIFQ", "CORE", "SPRXX"})
ACTIONS: Mapping[str, str] = {
    "you bought short cover": "COVER",
    "you sold short sale": "SHORT_SALE",
    "you bought": "BUY",
    "you sold": "SELL",
    "reinvestment": "BUY",
    "dividend received": "dividend",
    "long-term cap gain": "dividend",
    "short-term cap gain": "dividend",
    "foreign tax paid": "tax",
    "adj foreign tax paid": "tax",
    "non-resident tax": "tax",
    "fed tax w/h": "tax",
    "state tax w/h": "tax",
    "return of capital": "RETURN_OF_CAPITAL FEE",
    "interest earned": "INTEREST INTEREST_CHARGE",
    "interest": "INTEREST INTEREST_CHARGE",
    "margin interest": "INTEREST INTEREST_CHARGE",
    "fee charged": "FEE_REFUND FEE",
    "foreign custodian fee": "FEE_REFUND FEE",
    "adr": "FEE_REFUND FEE",
    "advisory fee": "FEE_REFUND FEE",
    "advisor fee": "FEE_REFUND FEE",
    "asset/acct fee": "FEE_REFUND FEE",
    "electronic funds transfer": "cash",
    "direct deposit": "cash",
    "direct debit": "cash",
    "wire transfer": "cash",
    "wire trans": "cash",
    "check received": "cash",
    "check paid": "cash",
    "bill payment": "cash",
    "debit card purchase": "cash",
    "cash advance": "cash",
    "cash contribution": "cash",
    "partic contr": "cash",
    "co contr": "cash",
    "normal distr": "cash",
    "early dist": "cash",
    "other credit": "cash",
    "transferred": "move",
    "transfer of assets": "move",
    "journaled": "move",
    "roth conversion": "move",
    "purchase into core account": "core",
    "redemption from core account": "core",
    "short vs margin mark to market": "mark",
    "expired": "expired",
    "assigned": "option",
    "exercised": "option",
    "in lieu of frx share": "incomplete",
    "distribution": "incomplete",
    "stock split": "incomplete",
    "reverse split": "incomplete",
    "spin-off": "incomplete",
    "merger": "incomplete",
    "name changed": "incomplete",
    "exchanged to": "incomplete",
    "redemption payout": "incomplete",
}
PREFIXES = longest_first(ACTIONS)


def meaning(action: str) -> str:
    """The meaning of the longest beginning that fits; empty where none does."""
    return ACTIONS.get(next((p for p in PREFIXES if action.startswith(p)), ""), "")
