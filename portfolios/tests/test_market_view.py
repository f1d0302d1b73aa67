"""Rates of a few days are asked for one by one, those of many in one go: the same rates."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolios.selectors.market_view import FEW_DAYS, MarketView
from portfolios.tests.world import FRI, MON, TUE, WED


def view(end: date = date.max, currencies: tuple[str, ...] = ("CAD", "USD")) -> MarketView:
    return MarketView(
        policy="ECB",
        base_currency="CAD",
        securities=frozenset(),
        currencies=frozenset(currencies),
        at_head=None,
        end=end,
    )


def test_a_rate_is_of_the_day_or_the_last_before_it(market: None) -> None:
    """The dollar is 1.04 on Wednesday and 1.20 on Friday and the weekend after; nothing is known
    before Monday, of the base currency neither."""
    asked = view()
    assert asked.rates_on("USD", WED) == Decimal("1.04")
    assert asked.rates_on("USD", FRI + timedelta(days=2)) == Decimal("1.20")
    assert asked.rates_on("CAD", MON) == 1
    assert asked.rates_on("CAD", MON - timedelta(days=1)) is None
    assert asked.rates_on("JPY", MON) is None


def test_nothing_after_the_end_is_seen(market: None) -> None:
    """Of Tuesday's packs the dollar is 1.00, although Friday's says 1.20."""
    assert view(end=TUE).rates_on("USD", FRI) == Decimal("1.00")


def test_many_days_are_asked_for_in_one_go(market: None) -> None:
    """Three weeks around the packs: what a few questions answer and what the history says."""
    days = [MON + timedelta(days=offset) for offset in range(-7, 14)]
    assert len(days) > FEW_DAYS
    asked, whole = view(), view()
    assert whole.rates_by_day
    for code in ("USD", "CAD", "EUR"):
        assert [asked.rates_on(code, day) for day in days] == [
            whole.rates_on(code, day) for day in days
        ]
    with CaptureQueriesContext(connection) as statements:
        asked.rates_on("USD", FRI + timedelta(days=300))
    assert len(statements) == 0


@pytest.mark.parametrize("days", [1, FEW_DAYS])
def test_a_day_is_asked_for_once(market: None, days: int) -> None:
    """One statement for the head, and one a day."""
    asked = view()
    with CaptureQueriesContext(connection) as statements:
        for _ in range(2):
            for offset in range(days):
                asked.rates_on("USD", MON + timedelta(days=offset))
    assert len(statements) == 1 + days
