"""The content of a pricing pack, its canonical lines and its digest.

Each fact is one line, a JSON array of text (numbers as plain text without exponent or trailing
zeros, dates ISO, absence null), separated as `json.dumps` separates. The lines are sorted by code
point, which is the order of their UTF-8 bytes, joined by newlines and hashed with SHA-256. Day
and policy are one of the lines; revision, supersession, reason and times are not. PostgreSQL's
`market_pack_digests` writes the same lines, and sealing compares the two.

A pack of one price, one rate and one gap:

    ["gap", "price", "RY.XTSE.raw", "RY", "no_price_source", null]
    ["pack", "2013-02-28", "ECB"]
    ["price", "AAPL.XNAS.raw", "441.4", "USD", "2013-02-28", "bokeh", "exact"]
    ["rate", "EUR", "CAD", "1.3461", "2013-02-28", "ECB", "ECB reference rate", "exact"]
    ["source", "price", "bokeh", "", "A"]
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

PackState = Literal["exact", "stale"]
GapReason = Literal["no_price_source", "no_observation", "too_old"]


@dataclass(frozen=True, slots=True)
class PackedPrice:
    """`listing` is symbol.exchange.price_basis; `asof_date` the observation's own day."""

    listing: str
    close: Decimal
    currency: str
    asof_date: date
    source: str
    state: PackState


@dataclass(frozen=True, slots=True)
class PackedRate:
    """Units of the quote currency for one unit of the base currency."""

    base_currency: str
    quote_currency: str
    rate: Decimal
    asof_date: date
    source: str
    fixing: str
    state: PackState


@dataclass(frozen=True, slots=True)
class PackedGap:
    """What the pack should hold and does not: `key` is a listing or a pair "EUR/CAD".

    `required` says that somebody held it when the pack was built. That is no fact of the market,
    so the digest does not cover it.
    """

    kind: Literal["price", "fx"]
    key: str
    symbol: str
    reason: GapReason
    last_observed_on: date | None
    required: bool = False

    def as_dict(self) -> dict[str, str | bool | None]:
        return {**self.facts(), "required": self.required}

    def facts(self) -> dict[str, str | None]:
        """What the digest covers."""
        last = self.last_observed_on.isoformat() if self.last_observed_on else None
        return {
            "kind": self.kind,
            "key": self.key,
            "symbol": self.symbol,
            "reason": self.reason,
            "last_observed_on": last,
        }


@dataclass(frozen=True, slots=True, order=True)
class PackedSource:
    """Where values of the pack come from and under what licence class."""

    kind: Literal["price", "fx"]
    source: str
    fixing: str
    licence_class: str

    def as_dict(self) -> dict[str, str]:
        return {
            "kind": self.kind,
            "source": self.source,
            "fixing": self.fixing,
            "licence_class": self.licence_class,
        }


@dataclass(frozen=True, slots=True)
class PackContent:
    """Everything the digest covers."""

    asof_date: date
    policy: str
    prices: tuple[PackedPrice, ...]
    rates: tuple[PackedRate, ...]
    gaps: tuple[PackedGap, ...]
    sources: tuple[PackedSource, ...]


def pack_id(asof: date, policy: str, revision: int) -> str:
    """The public name of a pack, as in "2013-02-28-ECB-r1"."""
    return f"{asof.isoformat()}-{policy}-r{revision}"


def pack_digest(content: PackContent) -> str:
    """SHA-256, in hexadecimal, of the canonical lines. Raises on a number that is not finite."""
    return hashlib.sha256("\n".join(canonical_lines(content)).encode()).hexdigest()


def canonical_lines(content: PackContent) -> list[str]:
    """One line per fact, sorted. The order of the rows given makes no difference."""
    return sorted(json.dumps(row, ensure_ascii=False) for row in _rows(content))


def plain_text(number: Decimal) -> str:
    """A finite Decimal without exponent and trailing zeros: 0.50 is "0.5", 1E+2 is "100"."""
    if not number.is_finite():
        raise ValueError(f"{number} has no place in a pricing pack")
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rows(content: PackContent) -> Iterator[tuple[str | None, ...]]:
    yield ("pack", content.asof_date.isoformat(), content.policy)
    for price in content.prices:
        yield (
            "price",
            price.listing,
            plain_text(price.close),
            price.currency,
            price.asof_date.isoformat(),
            price.source,
            price.state,
        )
    for rate in content.rates:
        yield (
            "rate",
            rate.base_currency,
            rate.quote_currency,
            plain_text(rate.rate),
            rate.asof_date.isoformat(),
            rate.source,
            rate.fixing,
            rate.state,
        )
    for gap in content.gaps:
        facts = gap.facts()
        keys = ("kind", "key", "symbol", "reason", "last_observed_on")
        yield ("gap", *(facts[key] for key in keys))
    for source in content.sources:
        yield ("source", source.kind, source.source, source.fixing, source.licence_class)
