"""What is kept of ledgers gives the figures that their entries give, for as long as it holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from accounts.models import User
from market.models import PricingPack
from portfolios.models import LedgerHoldings, Portfolio, PortfolioMetrics
from portfolios.selectors.copied import elements
from portfolios.selectors.kept_holdings import kept_holdings
from portfolios.selectors.ledger import ledger_head
from portfolios.selectors.projected import stored_history
from portfolios.services import compute_day, rebuild_all, rebuild_projections
from portfolios.services.month_rows import forget_values
from portfolios.tests.factories import append, deposit
from portfolios.tests.many_worlds import make_world


def last_pack() -> PricingPack:
    return PricingPack.objects.order_by("-asof_date")[0]


def night(ids: Sequence[UUID]) -> tuple[dict[UUID, Any], dict[UUID, Any]]:
    """Values and figures after one more day, which is taken back before."""
    day = last_pack()
    forget_values(ids, day.asof_date)
    PortfolioMetrics.objects.filter(portfolio__in=ids, asof_date=day.asof_date).delete()
    assert compute_day(ids, day.pk).failures == ()
    figures = PortfolioMetrics.objects.filter(portfolio__in=ids).exclude(
        asof_date__lt=day.asof_date
    )
    return (
        {pk: stored_history(pk) for pk in ids},
        {row["portfolio_id"]: {**row, "id": None} for row in figures.values()},
    )


@pytest.fixture
def house(db: None, alice: User) -> list[UUID]:
    """Seven ledgers: of most the last entry lies before the last days, one has been split."""
    portfolios, _ = make_world(Random(21), 4, alice, 7)
    ids = sorted(portfolio.pk for portfolio in portfolios)
    rebuild_all(ids)
    return ids


def usable(ids: Sequence[UUID]) -> set[UUID]:
    heads = [ledger_head(pk).entry_hash for pk in ids]
    kept = kept_holdings(ids, heads, last_pack().asof_date)
    return {ids[place] for place in kept.place.tolist()}


def test_a_night_from_what_is_kept_is_a_night_from_the_entries(house: list[UUID]) -> None:
    assert not LedgerHoldings.objects.exists()
    from_entries = night(house)
    kept = usable(house)
    assert len(kept) >= 3
    rows = list(LedgerHoldings.objects.order_by("pk").values())
    assert night(house) == from_entries
    assert list(LedgerHoldings.objects.order_by("pk").values()) == rows


def test_what_is_kept_is_what_lots_and_cash_are(house: list[UUID]) -> None:
    night(house)
    for row in LedgerHoldings.objects.select_related("portfolio"):
        lots: dict[UUID, Decimal] = {}
        for lot in row.portfolio.lots.filter(is_open=True):
            lots[lot.security_id] = lots.get(lot.security_id, Decimal(0)) + lot.quantity_open
        assert lots == {
            key: Decimal(shares).scaleb(-8)
            for key, shares in zip(row.securities, row.shares, strict=True)
        }
        cash: dict[str, Decimal] = {}
        for purse in row.portfolio.cash_balances.all():
            cash[purse.currency] = cash.get(purse.currency, Decimal(0)) + purse.balance
        assert {code: amount for code, amount in cash.items() if amount} == {
            code: Decimal(money).scaleb(-4)
            for code, money in zip(row.currencies, row.money, strict=True)
        }


def test_a_row_that_is_other_than_it_was_written_counts_for_nothing(house: list[UUID]) -> None:
    expected = night(house)
    row = LedgerHoldings.objects.filter(pk__in=usable(house)).order_by("pk")[0]
    row.money = [amount + 10_000 for amount in row.money]
    row.save()
    assert row.pk not in usable(house)
    assert night(house) == expected
    assert row.pk in usable(house)  # written again


def test_a_ledger_that_has_moved_is_added_up_anew(house: list[UUID], alice: User) -> None:
    night(house)
    portfolio = Portfolio.objects.get(pk=min(usable(house)))
    day = last_pack().asof_date
    append(portfolio, alice, deposit("5", day))
    assert portfolio.pk not in usable(house)
    found = night(house)
    assert portfolio.pk in usable(house)
    LedgerHoldings.objects.all().delete()
    assert night(house) == found


def test_what_is_paid_later_is_not_kept(house: list[UUID], alice: User) -> None:
    night(house)
    portfolio = Portfolio.objects.get(pk=min(usable(house)))
    later = last_pack().asof_date + timedelta(days=40)
    append(portfolio, alice, deposit("5", later))
    expected = night(house)
    assert portfolio.pk not in usable(house)
    assert night(house) == expected


def test_a_rebuild_takes_it_away(house: list[UUID]) -> None:
    night(house)
    pk = min(usable(house))
    rebuild_projections(pk)
    assert not LedgerHoldings.objects.filter(pk=pk).exists()


def sent(*arrays: Sequence[int]) -> np.ndarray:
    """As PostgreSQL sends arrays of integers of eight bytes."""
    content = b""
    for values in arrays:
        content += int(bool(values)).to_bytes(4) + bytes(4) + (20).to_bytes(4)
        if values:
            content += len(values).to_bytes(4) + (1).to_bytes(4)
        for value in values:
            content += (8).to_bytes(4) + value.to_bytes(8, signed=True)
    return np.frombuffer(content, np.uint8)


def test_arrays_sent_one_behind_the_other_are_their_elements() -> None:
    content = sent([1, -2], [], [2**62])
    assert elements(content, np.array([2, 0, 1]), ">i8").tolist() == [1, -2, 2**62]
    assert elements(sent(), np.zeros(0, dtype=np.int64), ">i8").tolist() == []
    with pytest.raises(ValueError, match="not of the length"):
        elements(content, np.array([2, 1, 1]), ">i8")
    broken = sent([1]).copy()
    broken[23] = 4
    with pytest.raises(ValueError, match="another length"):
        elements(broken, np.array([1]), ">i8")


def test_nobody_asked_for_has_nothing(db: None) -> None:
    assert kept_holdings([], [], date.max).place.tolist() == []
