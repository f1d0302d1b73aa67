"""What an account of a Beancount ledger is for, by prefixes that its reader may change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

ROOTS = {"assets": "Assets", "income": "Income", "expenses": "Expenses", "equity": "Equity"}
WORDS = (
    ("gains", re.compile(r"gain|pnl|p-l|realized|realised|capital", re.IGNORECASE)),
    ("dividends", re.compile(r"dividend|distribution", re.IGNORECASE)),
    ("interest", re.compile(r"interest", re.IGNORECASE)),
    ("taxes", re.compile(r"tax|withh", re.IGNORECASE)),
    ("fees", re.compile(r"fee|commission|brokerage|charge|cost", re.IGNORECASE)),
)


class Use(StrEnum):
    """What a posting to an account means for a portfolio."""

    HELD = "held"
    GAINS = "gains"
    DIVIDENDS = "dividends"
    INTEREST = "interest"
    TAXES = "taxes"
    FEES = "fees"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Accounts:
    """`prefixes` are the reader's, by name of use; without one, the roots and words decide."""

    prefixes: Mapping[str, str]

    def use(self, account: str) -> Use:
        """The longest prefix that the reader gave wins, then the words in the name."""
        said = [
            (len(prefix), name)
            for name, prefix in self.prefixes.items()
            if prefix and name in Use.__members__.values() and _below(account, prefix)
        ]
        if said:
            return Use(max(said)[1])
        if _below(account, self._root("assets")):
            return Use.HELD
        if _below(account, self._root("income")) or _below(account, self._root("expenses")):
            return self._by_word(account)
        return Use.OUTSIDE

    def name(self, account: str, currency: str) -> str:
        """Without its root, and without a last part that only repeats what it holds."""
        parts = account.split(":")[1:]
        if len(parts) > 1 and parts[-1].casefold() in (currency.casefold(), "cash"):
            parts = parts[:-1]
        return ":".join(parts)[:64] or "main"

    def _root(self, name: str) -> str:
        return self.prefixes.get(name) or ROOTS[name]

    def _by_word(self, account: str) -> Use:
        earned = _below(account, self._root("income"))
        for name, words in WORDS:
            if words.search(account) and not (earned and name in ("taxes", "fees")):
                return Use(name)
        return Use.UNKNOWN


def _below(account: str, prefix: str) -> bool:
    return account == prefix or account.startswith(f"{prefix}:")
