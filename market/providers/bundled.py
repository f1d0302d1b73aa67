"""The market data that comes with DawsOS: real, rights-clean, needing no key and no network.

Prices are raw closes of five US listings from 2000-03-01 to 2013-03-01; rates are the European
Central Bank's reference rates. `market/data/NOTICE` says whose they are and `SOURCES.json` where
each file comes from; `tools/build_extracts.py` rebuilds them.

A close is known at 22:00 UTC of its day and a fixing at 15:00 UTC, both after the real event in
summer and winter. Two real closes arrive later than that: `market/data/late.json`.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from market.calc.events import ActionFacts
from market.calc.quotes import PriceQuote, RateQuote

DATA: Final = Path(__file__).resolve().parent.parent / "data"
PRICE_SOURCE: Final = "Quandl WIKI Prices"
RATE_SOURCE: Final = "ECB"
FIXING: Final = "ECB reference rate"
LICENCE_CLASS: Final = "A"
CLOSE_KNOWN_AT: Final = time(22, tzinfo=UTC)
FIXING_KNOWN_AT: Final = time(15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SecurityFacts:
    """A listing as its issuer and exchange describe it. Empty text means not known.

    `sector` is the division of the Standard Industrial Classification that the US Securities and
    Exchange Commission files the issuer under. An empty `price_source` means that no source of
    prices is connected.
    """

    symbol: str
    name: str
    exchange: str
    currency: str
    dividend_currency: str
    domicile_country: str
    sector: str
    sector_source: str
    sic_code: str
    security_type: str
    isin: str
    price_basis: str
    price_source: str


@dataclass(frozen=True, slots=True)
class Split:
    """`new_shares` for `old_shares`, effective before trading on `ex_date`."""

    symbol: str
    exchange: str
    ex_date: date
    new_shares: int
    old_shares: int


@dataclass(frozen=True, slots=True)
class Dividend:
    """Gross `amount` per share as declared. `pay_date` is None where no public record was found."""

    symbol: str
    exchange: str
    ex_date: date
    amount: Decimal
    currency: str
    record_date: date | None
    pay_date: date | None
    pay_date_source: str


@dataclass(frozen=True, slots=True)
class BillRate:
    """A month's average of the US 3-month Treasury bill, a yearly fraction on a discount basis."""

    year: int
    month: int
    rate: Decimal
    known_from: date


def rows(name: str) -> list[dict[str, str]]:
    """The records of a bundled file, values as text."""
    content = (DATA / name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


@cache
def securities() -> tuple[SecurityFacts, ...]:
    """Every listing the demo knows, those without a price source included."""
    return tuple(SecurityFacts(**row) for row in rows("securities.csv"))


def prices() -> Iterator[PriceQuote]:
    """Every bundled close, by symbol and day."""
    listings = {security.symbol: security for security in securities()}
    late = late_closes()
    for row in rows("prices_us.csv.gz"):
        listing = listings[row["symbol"]]
        day = date.fromisoformat(row["date"])
        yield PriceQuote(
            symbol=listing.symbol,
            exchange=listing.exchange,
            price_basis=listing.price_basis,
            observed_on=day,
            close=Decimal(row["close"]),
            currency=listing.currency,
            source=PRICE_SOURCE,
            licence_class=LICENCE_CLASS,
            available_at=late.get((listing.symbol, day), datetime.combine(day, CLOSE_KNOWN_AT)),
        )


@cache
def late_closes() -> dict[tuple[str, date], datetime]:
    """When the closes that arrived late did arrive, by symbol and day."""
    closes = json.loads((DATA / "late.json").read_text(encoding="utf-8"))["closes"]
    return {
        (item["symbol"], date.fromisoformat(item["date"])): datetime.fromisoformat(
            item["available_at"]
        )
        for item in closes
    }


def rates() -> Iterator[RateQuote]:
    """Every bundled fixing, as units of a currency for one euro."""
    for row in rows("fx_ecb.csv.gz"):
        day = date.fromisoformat(row.pop("date"))
        for currency, rate in row.items():
            if rate:
                yield RateQuote(
                    base_currency="EUR",
                    quote_currency=currency,
                    observed_on=day,
                    rate=Decimal(rate),
                    source=RATE_SOURCE,
                    fixing=FIXING,
                    licence_class=LICENCE_CLASS,
                    available_at=datetime.combine(day, FIXING_KNOWN_AT),
                )


def last_day() -> date:
    """The declared end of the bundled prices, and so of the nights there are."""
    return date(2013, 3, 1)


@cache
def corporate_actions() -> tuple[Split | Dividend, ...]:
    """Splits and dividends by symbol and ex-date, a split before a dividend of its day."""
    paid = {(row["symbol"], row["ex_date"]): row for row in rows("pay_dates.csv")}
    return tuple(
        _split(row) if row["action"] == "SPLIT" else _dividend(row, paid)
        for row in rows("corporate_actions_us.csv")
    )


def action_facts() -> Iterator[ActionFacts]:
    """The same splits and dividends, as the register of corporate actions takes them."""
    for event in corporate_actions():
        if isinstance(event, Split):
            yield ActionFacts(
                symbol=event.symbol,
                exchange=event.exchange,
                action_type="split" if event.new_shares > event.old_shares else "reverse_split",
                ex_date=event.ex_date,
                source=PRICE_SOURCE,
                new_shares=Decimal(event.new_shares),
                old_shares=Decimal(event.old_shares),
            )
        else:
            yield ActionFacts(
                symbol=event.symbol,
                exchange=event.exchange,
                action_type="dividend",
                ex_date=event.ex_date,
                source=PRICE_SOURCE,
                amount=event.amount,
                currency=event.currency,
                record_date=event.record_date,
                pay_date=event.pay_date,
            )


@cache
def risk_free() -> tuple[BillRate, ...]:
    """The US 3-month bill by month: the demo's risk-free rate, in US dollars."""
    return tuple(
        BillRate(
            year=int(row["month"][:4]),
            month=int(row["month"][5:]),
            rate=Decimal(row["rate"]),
            known_from=date.fromisoformat(row["known_from"]),
        )
        for row in rows("tbill_us_3m.csv")
    )


def _split(row: dict[str, str]) -> Split:
    return Split(
        symbol=row["symbol"],
        exchange=row["exchange"],
        ex_date=date.fromisoformat(row["ex_date"]),
        new_shares=int(row["new_shares"]),
        old_shares=int(row["old_shares"]),
    )


def _dividend(row: dict[str, str], paid: dict[tuple[str, str], dict[str, str]]) -> Dividend:
    record = paid.get((row["symbol"], row["ex_date"]))
    return Dividend(
        symbol=row["symbol"],
        exchange=row["exchange"],
        ex_date=date.fromisoformat(row["ex_date"]),
        amount=Decimal(row["amount"]),
        currency="USD",
        record_date=date.fromisoformat(record["record_date"]) if record else None,
        pay_date=date.fromisoformat(record["pay_date"]) if record else None,
        pay_date_source=record["source"] if record else "",
    )
