"""Many portfolios at once have the figures of one by one, to the stored digit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import numpy as np
import pytest

from accounts.models import User
from market.selectors import live_packs, market_head
from portfolios.models import Portfolio
from portfolios.selectors.booked import book_ledger
from portfolios.selectors.history import derived_history
from portfolios.selectors.many_ledgers import many_ledgers
from portfolios.selectors.many_values import ManyValued, in_minor_units, value_ledgers
from portfolios.selectors.market_tables import PackDay
from portfolios.tests.many_worlds import make_world


def valued(portfolios: list[Portfolio]) -> ManyValued:
    head = market_head()
    days = [PackDay(day, pack) for day, pack, _ in live_packs("ECB", date.max, head)]
    bases = [portfolio.base_currency for portfolio in portfolios]
    ledgers = many_ledgers([portfolio.pk for portfolio in portfolios])
    return value_ledgers(ledgers, bases, days, policy="ECB", market_head=head)


def compared(found: ManyValued, place: int, portfolio: Portfolio) -> int:
    """Hold each row of the exact way against the columns; how many there are."""
    rows = derived_history(book_ledger(portfolio))
    days = {day.day: at for at, day in enumerate(found.days)}
    base, many = portfolio.base_currency, found.many
    assert [days[row.asof_date] for row in rows] == list(
        range(int(found.first[place]), len(found.days))
    )
    for row in rows:
        at = place, days[row.asof_date]
        assert row.total_value is not None and row.cash_balance is not None
        assert many.totals[at] == in_minor_units(row.total_value, base), row
        assert many.cash[at] == in_minor_units(row.cash_balance, base), row
        assert many.receivables[at] == in_minor_units(row.receivable_balance or Decimal(0), base)
        earned = None if np.isnan(many.returns[at]) else many.returns[at]
        assert earned == row.time_weighted_return, row
        inflow, outflow = found.flows.get(at, (Decimal(0), Decimal(0)))
        assert in_minor_units(row.inflow or Decimal(0), base) == in_minor_units(inflow, base)
        assert in_minor_units(row.outflow or Decimal(0), base) == in_minor_units(outflow, base)
        assert row.state == ("stale" if many.stale[at] else "exact"), row
        assert row.coverage == 1.0
    return len(rows)


@pytest.mark.parametrize(("seed", "places"), [(1, 2), (2, 3), (3, 4), (4, 6), (5, 8)])
def test_random_worlds_are_valued_alike(db: None, alice: User, seed: int, places: int) -> None:
    portfolios, _ = make_world(Random(seed), places, alice, 8)
    found = valued(portfolios)
    even = [place for place in range(len(portfolios)) if not found.odd[place]]
    assert len(even) >= 3
    assert sum(compared(found, place, portfolios[place]) for place in even) > 60
