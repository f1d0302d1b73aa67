"""A portfolio's ledger as Beancount text, with the newest pack's prices behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from portfolios.formats.writing.beancount import Ledger, Price, beancount_lines
from portfolios.models import Portfolio, Transaction
from portfolios.selectors.booked import book_ledger
from portfolios.selectors.export import ledger_securities
from portfolios.selectors.ledger import booking_settings
from portfolios.selectors.market_view import MarketView

PRICES_WITHIN = timedelta(days=14)


def beancount_text(portfolio: Portfolio) -> Iterator[str]:
    """The text, line by line. Raises nothing: what booking refuses is not in it."""
    booked = book_ledger(portfolio)
    told = Transaction.objects.filter(portfolio=portfolio).exclude(narration="")
    securities = ledger_securities(portfolio)
    ledger = Ledger(
        title=portfolio.name,
        entries=booked.entries,
        settings=booking_settings(portfolio),
        rates=booked.market.rates_on,
        securities=[(one.pk, one.symbol, one.exchange, one.name) for one in securities],
        narrations=dict(told.values_list("seq", "narration")),
        prices=_prices(booked.market, portfolio.base_currency),
    )
    return beancount_lines(ledger)


def _prices(market: MarketView, base_currency: str) -> list[Price]:
    """The newest closes and rates, as far as there are packs."""
    if not market.packs:
        return []
    newest = max(market.packs)
    marks = market.marks(newest - PRICES_WITHIN).get(newest)
    if marks is None:
        return []
    closes = [Price(key, m.asof_date, m.close, m.currency) for key, m in marks.prices.items()]
    rates = [Price(code, r.asof_date, r.rate, base_currency) for code, r in marks.rates.items()]
    return [*closes, *rates]
