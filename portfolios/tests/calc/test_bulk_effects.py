"""What currencies did to many portfolios, summed over the days, by hand."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from portfolios.calc.bulk.many import value_many
from portfolios.calc.bulk.market import MarketTable
from portfolios.calc.bulk.steps import SHARE_PLACES, movements
from portfolios.calc.bulk.values import Flows
from portfolios.calc.marks import Rate

DAYS = [date(2024, 1, 2) + timedelta(days=place) for place in range(3)]
CLOSES = [100, 110, 110]  # in dollars
DOLLARS = ["1", "1.1", "1.21"]  # Canadian ones for a dollar


def test_effects_of_a_share_and_its_currency() -> None:
    """One share in dollars, seen from Canada. Day 2: 100 → 121 is local 10 %, currency 10 %,
    interaction 1 %. Day 3: the price stands still, the dollar rises by 10 % again. Summed: 10 %,
    20 % and 1 %. Who has Canadian money alone has none."""
    dollar = {(0, 1, place): Rate(Decimal(rate), DAYS[place]) for place, rate in enumerate(DOLLARS)}
    market = MarketTable(
        keys=(1,),
        days=np.array([day.toordinal() for day in DAYS]),
        closes=np.array([CLOSES]) * 10**SHARE_PLACES,
        stale=np.zeros((1, 3), dtype=bool),
        currency=np.array([1]),
        currencies=("CAD", "USD"),
        rates=dollar,
    )
    nothing, nowhere = np.zeros(0), np.zeros(0, dtype=np.int64)
    moved = movements(
        np.array([0, 1]),
        np.array([0, market.securities]),
        np.zeros(2, dtype=np.int64),
        np.array([10**SHARE_PLACES, 50_0000]),
        market.columns,
        len(DAYS),
    )
    found = value_many(
        moved,
        market,
        np.zeros(2, dtype=np.int64),
        np.zeros(2, dtype=np.int64),
        Flows(nowhere, nowhere, (nothing, nothing), (nothing, nothing)),
        np.array([2, 2]),
        effects=True,
    )
    assert found.totals.tolist() == [[10000, 12100, 13310], [5000, 5000, 5000]]
    assert found.effects is not None
    assert found.effects[0] == pytest.approx([0.10, 0.20, 0.01])
    assert found.effects[1] == pytest.approx([0.0, 0.0, 0.0])
