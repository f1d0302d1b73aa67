"""A ledger booked at a market head: entries, lots and journal, with the market they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from portfolios.calc.booking import book
from portfolios.calc.entries import BookingSettings, CostMethod, Entry, RateTable
from portfolios.calc.lots import Book
from portfolios.calc.reporting import in_currency
from portfolios.models import Portfolio
from portfolios.selectors.ledger import booking_settings, ledger_head
from portfolios.selectors.market_view import MarketView
from portfolios.selectors.stored_entries import stored_entries


@dataclass(frozen=True, slots=True)
class Booked:
    """What the ledger says up to `seq`, and the packs that were asked for rates.

    `ids` are the rows of the entries, by number. `rates` are towards the base currency, in which
    it was booked, whatever currency it is told in.
    """

    entries: tuple[Entry, ...]
    book: Book
    market: MarketView
    seq: int
    ledger_commit_hash: str
    rates: RateTable
    ids: Mapping[int, int] = field(default_factory=dict)


def book_entries(
    portfolio: Portfolio,
    entries: Sequence[Entry],
    *,
    asof: date | None = None,
    market_head: int | None = None,
    settings: BookingSettings | None = None,
    market: MarketView | None = None,
) -> tuple[MarketView, Book]:
    """Book entries at a market head, by default the newest; rates not recorded are the packs'.
    `settings` and `market` are for whoever has the portfolio's already."""
    market = market or market_of(portfolio, entries, asof, market_head)
    chosen = settings or booking_settings(portfolio)
    return market, book(entries, chosen, market.rates_on, asof=asof)


def book_groups(
    portfolio: Portfolio, groups: Iterable[Sequence[Entry]], *, method_changes: bool = True
) -> Iterator[Book]:
    """Each group of a ledger booked by itself, at the newest market head, one after the other.

    Together they are the book of all their entries (`calc.booking.groups`), and only one of them
    needs to be in memory. `method_changes` as for `booking_settings`.
    """
    held = [*groups]
    entries = [entry for group in held for entry in group]
    market = market_of(portfolio, entries, None, None)
    settings = booking_settings(portfolio, method_changes=method_changes)
    for group in held:
        yield book(group, settings, market.rates_on)


def book_ledger(
    portfolio: Portfolio,
    *,
    upto_seq: int | None = None,
    asof: date | None = None,
    market_head: int | None = None,
    currency: str | None = None,
) -> Booked:
    """The stored ledger, as it stood when `upto_seq` was its newest entry; told in a reporting
    currency where that is not the portfolio's own, with the market towards it."""
    stored = stored_entries(portfolio, upto_seq)
    settings = booking_settings(portfolio)
    market, booked = book_entries(
        portfolio, stored.entries, asof=asof, market_head=market_head, settings=settings
    )
    rates = market.rates_on
    if currency not in {None, portfolio.base_currency}:
        market, booked = told_in(settings, market, booked, str(currency))
    head = ledger_head(portfolio.pk, upto_seq)
    known = head.entry_hash if head.seq else ""
    return Booked(stored.entries, booked, market, head.seq, known, rates, stored.ids)


def securities_of(entries: Iterable[Entry]) -> set[UUID]:
    """What the entries name, what a security becomes included."""
    named = (key for entry in entries for key in (entry.security, entry.to_security))
    return {key for key in named if isinstance(key, UUID)}


def currencies_of(entries: Iterable[Entry]) -> set[str]:
    return {code for entry in entries for code in (entry.currency, entry.to_currency) if code}


def rates_ahead(portfolio: Portfolio, currencies: Iterable[str]) -> MarketView:
    """The newest rates of all days, read before they are needed."""
    market = MarketView(
        policy=portfolio.pricing_policy,
        base_currency=portfolio.base_currency,
        securities=frozenset(),
        currencies=frozenset(currencies),
        at_head=None,
        end=date.max,
    )
    market.read_rates()
    return market


def told_in(
    settings: BookingSettings, market: MarketView, booked: Book, currency: str
) -> tuple[MarketView, Book]:
    """The market towards a reporting currency, and the book at the rates of its days."""
    base = settings.base_currency
    towards = replace(market, base_currency=currency, currencies=market.currencies | {base})
    methods = {settings.cost_method, *(one.cost_method for one in settings.method_changes)}
    told = in_currency(
        booked,
        currency,
        lambda day: towards.rates_on(base, day),
        averaged=CostMethod.AVERAGE in methods,
    )
    return towards, told


def market_of(
    portfolio: Portfolio, entries: Sequence[Entry], asof: date | None, market_head: int | None
) -> MarketView:
    return MarketView(
        policy=portfolio.pricing_policy,
        base_currency=portfolio.base_currency,
        securities=frozenset(securities_of(entries)),
        currencies=frozenset(currencies_of(entries)),
        at_head=market_head,
        end=asof or date.max,
    )
