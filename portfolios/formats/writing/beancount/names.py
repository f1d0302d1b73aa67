"""Names that Beancount takes: commodities, accounts, texts, numbers."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from decimal import Decimal

LONGEST_COMMODITY = 24
_NO_COMMODITY = re.compile(r"[^A-Z0-9'._-]", re.ASCII)
_NO_ACCOUNT = re.compile(r"[^A-Za-z0-9]+", re.ASCII)


def commodity_names(symbols: Iterable[tuple[Hashable, str, str]]) -> dict[Hashable, str]:
    """A commodity for each (key, symbol, exchange): the symbol as far as it can be one.

    It begins with a letter, has at least two signs and is no currency's code, which has three
    capital letters: such symbols get their exchange behind a point, a few a number as well.
    """
    found: dict[Hashable, str] = {}
    taken: set[str] = set()
    for key, symbol, exchange in symbols:
        plain = _NO_COMMODITY.sub("-", symbol.upper()).strip("'._-")
        plain = plain if plain[:1].isalpha() else f"S{plain}"
        if len(plain) < 2 or plain in taken or re.fullmatch(r"[A-Z]{3}", plain):
            plain = f"{plain}.{_NO_COMMODITY.sub('', exchange.upper()) or 'X'}"
        found[key] = _unique(plain[:LONGEST_COMMODITY], taken, LONGEST_COMMODITY)
    return found


class Accounts:
    """A component of an account's name for each account of ours, no two alike."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def of(self, account: str) -> str:
        """`joint account` becomes `Joint-account`."""
        if account not in self._found:
            plain = _NO_ACCOUNT.sub("-", account).strip("-") or "Account"
            taken = set(self._found.values())
            self._found[account] = _unique(plain[:1].upper() + plain[1:], taken, 80)
        return self._found[account]


def _unique(name: str, taken: set[str], longest: int) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name[: longest - len(str(number))]}{number}"
    taken.add(found)
    return found


def quoted(text: str) -> str:
    """A text in quotes, on one line."""
    flat = " ".join(text.split())
    return '"' + flat.replace("\\", "\\\\").replace('"', '\\"') + '"'


def number(amount: Decimal) -> str:
    """A number in full, without an exponent or idle zeros."""
    text = f"{amount:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
