"""The movements of many ledgers name the securities that their entries name."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from accounts.models import User
from market.tests.factories import SecurityFactory
from portfolios.models import Portfolio
from portfolios.selectors.many_ledgers import ManyLedgers, listings, many_ledgers
from portfolios.tests.factories import PortfolioFactory, append, deposit, trade
from portfolios.tests.many_worlds import make_world
from portfolios.tests.world import MON


def moved(ledgers: ManyLedgers, place: int) -> list[tuple[UUID, int]]:
    """Securities and shares of one of the ledgers, in the order in which they are given."""
    rows = np.flatnonzero((ledgers.owner == place) & (ledgers.shares != 0))
    named = [ledgers.securities[number] for number in ledgers.security[rows].tolist()]
    return sorted(zip(named, ledgers.shares[rows].tolist(), strict=True))


def world(alice: User) -> list[Portfolio]:
    portfolios, _ = make_world(Random(21), 4, alice, 4, days=20)
    return portfolios


def test_a_security_that_comes_meanwhile_changes_none(db: None, alice: User) -> None:
    """Ids are random: one that is listed while ledgers are read may come before all others."""
    ids = [portfolio.pk for portfolio in world(alice)]
    expected = many_ledgers(ids)
    numbers = count(1)

    def one_more(execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        if not str(sql).startswith("SELECT id FROM market_security"):
            return execute(sql, *rest)
        SecurityFactory.create(id=UUID(int=next(numbers)))
        return execute(sql, *rest)

    with connection.execute_wrapper(one_more):
        found = many_ledgers(ids)
    assert next(numbers) > 1
    for place in range(len(ids)):
        assert moved(found, place) == moved(expected, place)


def test_a_ledger_with_a_security_that_is_not_listed_is_odd(db: None, alice: User) -> None:
    """It has come since the others were asked for; whoever has it is valued by itself."""
    ids = [portfolio.pk for portfolio in world(alice)]
    whole = many_ledgers(ids)
    least = whole.securities[0]
    found = many_ledgers(ids, listed=[key for key in listings() if key != least])
    for place in range(len(ids)):
        has_it = least in {key for key, _ in moved(whole, place)}
        assert found.odd[place] or not has_it
        assert has_it or moved(found, place) == moved(whole, place)


def test_more_than_can_be_counted_is_odd(db: None, alice: User) -> None:
    """Each purchase has room in 64 bits, and so has the sum as it wraps around: 21 of 8.8 billion
    shares, in 1e-8, are more than 2^64."""
    many, few = PortfolioFactory.create_batch(2, owner=alice)
    security = SecurityFactory.create()
    for portfolio, purchases in ((many, 21), (few, 2)):
        bought = [trade("BUY", security, "8800000000", "0.01", MON) for _ in range(purchases)]
        append(portfolio, alice, deposit("9000000000"), *bought)
    assert many_ledgers([many.pk, few.pk]).odd.tolist() == [True, False]
