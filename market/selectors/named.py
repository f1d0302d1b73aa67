"""Listings by whatever name a statement gives them: ISIN, FIGI, CUSIP, symbol."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q

from market.models import Security, SecurityAlias

CODES = (SecurityAlias.Scheme.FIGI, SecurityAlias.Scheme.CUSIP)
# What statements call an exchange, where it is not the market identifier code (ISO 10383).
EXCHANGES: Mapping[str, str] = {
    "NASDAQ": "XNAS",
    "NASDAQGS": "XNAS",
    "NASDAQGM": "XNAS",
    "NMS": "XNAS",
    "NYSE": "XNYS",
    "NYQ": "XNYS",
    "ARCA": "ARCX",
    "NYSEARCA": "ARCX",
    "AMEX": "XASE",
    "BATS": "BATS",
    "TSE": "XTSE",
    "TSX": "XTSE",
    "VENTURE": "XTSX",
    "TSXV": "XTSX",
    "LSE": "XLON",
    "LSEETF": "XLON",
    "IBIS": "XETR",
    "XETRA": "XETR",
    "TDG": "XGAT",
    "AEB": "XAMS",
    "EAM": "XAMS",
    "SBF": "XPAR",
    "EPA": "XPAR",
    "MIL": "XMIL",
    "BVME": "XMIL",
    "EBS": "XSWX",
    "SWX": "XSWX",
    "ASX": "XASX",
    "SEHK": "XHKG",
    "TSEJ": "XTKS",
}
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Register:
    """The listings of one price basis that some names stand for, by those names."""

    by_isin: dict[str, list[Security]]
    by_code: dict[str, list[Security]]
    by_symbol: dict[str, list[Security]]


def register_of(
    price_basis: str, *, isins: Collection[str], codes: Collection[str], symbols: Collection[str]
) -> Register:
    """Two queries, whatever the number of names; aliases count like the listing's own names."""
    alias = SecurityAlias.objects.filter(security__price_basis=price_basis).filter(
        Q(scheme=SecurityAlias.Scheme.ISIN, value__in=isins)
        | Q(scheme__in=CODES, value__in=codes)
        | Q(scheme=SecurityAlias.Scheme.SYMBOL, value__in=symbols)
    )
    own = Security.objects.on_basis(price_basis).filter(
        Q(isin__in=[isin for isin in isins if isin]) | Q(symbol__in=symbols)
    )
    found = Register({}, {}, {})
    for security in own.order_by("symbol", "exchange"):
        _add(found.by_symbol, security.symbol, security)
        if security.isin:
            _add(found.by_isin, security.isin, security)
    for other in alias.select_related("security"):
        table = {"isin": found.by_isin, "symbol": found.by_symbol}.get(other.scheme, found.by_code)
        _add(table, other.value, other.security)
    return found


def market_code(exchange: str) -> str:
    """The market identifier code of an exchange; what is not known stays as it is."""
    return EXCHANGES.get(exchange.upper(), exchange.upper())


def similarly_named(name: str, price_basis: str) -> list[Security]:
    """Listings whose names share the first telling word: a hint for people, never a match."""
    words = [word.strip(".,()") for word in name.split()]
    word = next((each for each in words if len(each) > 2 and each.lower() != "the"), "")
    if not word:
        return []
    found = Security.objects.on_basis(price_basis).filter(name__icontains=word)
    return list(found.order_by("symbol", "exchange")[:SHOWN])


def _add(table: dict[str, list[Security]], name: str, security: Security) -> None:
    held = table.setdefault(name, [])
    if security not in held:
        held.append(security)
