"""A ledger booked at a market head: entries, lots and journal, with the market they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from market.selectors import market_head as newest_seal
from portfolios.calc.booking import book
from portfolios.calc.entries import Entry
from portfolios.calc.lots import Book
from portfolios.models import Portfolio, Transaction
from portfolios.selectors.ledger import booking_settings, ledger_rows, to_entries
from portfolios.selectors.market_view import MarketView


@dataclass(frozen=True, slots=True)
class Booked:
    """What the ledger says up to `seq`, and the packs that were asked for rates."""

    entries: tuple[Entry, ...]
    book: Book
    market: MarketView
    seq: int
    ledger_commit_hash: str


def book_rows(
    portfolio: Portfolio,
    rows: Sequence[Transaction],
    *,
    asof: date | None = None,
    market_head: int | None = None,
) -> Booked:
    """Book rows in the order of their numbers; `asof` leaves out what happened after it."""
    entries = to_entries(rows, portfolio.base_currency)
    market, booked = book_entries(portfolio, entries, asof=asof, market_head=market_head)
    newest = rows[-1] if rows else None
    return Booked(
        tuple(entries),
        booked,
        market,
        newest.seq if newest is not None else 0,
        newest.entry_hash if newest is not None else "",
    )


def book_entries(
    portfolio: Portfolio,
    entries: Sequence[Entry],
    *,
    asof: date | None = None,
    market_head: int | None = None,
) -> tuple[MarketView, Book]:
    """Book entries at a market head, by default the newest; rates not recorded are the packs'."""
    market = MarketView(
        policy=portfolio.pricing_policy,
        base_currency=portfolio.base_currency,
        securities=frozenset(securities_of(entries)),
        currencies=frozenset(currencies_of(entries)),
        market_head=newest_seal() if market_head is None else market_head,
        end=asof or date.max,
    )
    return market, book(entries, booking_settings(portfolio), market.rates_on, asof=asof)


def book_ledger(
    portfolio: Portfolio,
    *,
    upto_seq: int | None = None,
    asof: date | None = None,
    market_head: int | None = None,
) -> Booked:
    """The stored ledger, as it stood when `upto_seq` was its newest entry."""
    rows = list(ledger_rows(portfolio.pk, upto_seq))
    return book_rows(portfolio, rows, asof=asof, market_head=market_head)


def securities_of(entries: Iterable[Entry]) -> set[UUID]:
    return {entry.security for entry in entries if isinstance(entry.security, UUID)}


def currencies_of(entries: Iterable[Entry]) -> set[str]:
    return {code for entry in entries for code in (entry.currency, entry.to_currency) if code}
