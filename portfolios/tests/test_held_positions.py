"""What is held, line by line, with what the last day brought it."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import User
from patterns.context import Context
from portfolios.capabilities.held_positions import HeldRow, held_positions
from portfolios.capabilities.inputs import OfPortfolio
from portfolios.capabilities.positions import get_valued_positions
from portfolios.models import Portfolio
from portfolios.selectors.context import build_context
from portfolios.tests.explained import asked, below, broken, run, why
from portfolios.tests.factories import append, trade
from portfolios.tests.world import FRI, MON, THU, WED, listing

pytestmark = pytest.mark.django_db


def context(alice: User, portfolio: Portfolio, day: date = FRI) -> Context:
    return build_context(user=alice, portfolio_id=portfolio.pk, correlation_id="test", asof=day)


def rows(alice: User, portfolio: Portfolio, day: date = FRI) -> tuple[HeldRow, ...]:
    args = OfPortfolio(portfolio_id=portfolio.pk)
    return held_positions(context(alice, portfolio, day), args).positions


def by_symbol(alice: User, portfolio: Portfolio, day: date = FRI) -> dict[str, HeldRow]:
    return {row.symbol: row for row in rows(alice, portfolio, day)}


def test_the_rows_are_those_of_the_valued_positions(traded: Portfolio, alice: User) -> None:
    ctx = context(alice, traded)
    args = OfPortfolio(portfolio_id=traded.pk)
    valued, held = get_valued_positions(ctx, args), held_positions(ctx, args)
    for row, one in zip(valued.positions, held.positions, strict=True):
        assert {name: getattr(one, name) for name in type(row).model_fields} == dict(row)


def test_a_day_is_told_by_position(traded: Portfolio, alice: User) -> None:
    """Friday: no price moved, the dollar rose from 1.04 to 1.20 on 180 USD: 28.80 of 187.20."""
    found = by_symbol(alice, traded)
    acme, maple = found["ACME"], found["MAPLE"]
    assert acme.day_change.value == Decimal("28.80")
    assert acme.day_change_pct.value == pytest.approx(28.8 / 187.2)
    assert maple.day_change.value == 0
    assert maple.day_change_pct.value == 0
    assert acme.price_asof_date == FRI
    assert acme.page.endswith(f"/holdings/{listing('ACME').pk}/")


def test_what_was_sold_on_the_day_counts_too(traded: Portfolio, alice: User) -> None:
    """Thursday: 20 ACME rose from 11 to 12 USD at 1.04, and 5 of them were sold at 12: 20.80."""
    assert by_symbol(alice, traded, THU)["ACME"].day_change.value == Decimal("20.80")


def test_what_has_no_price_is_withheld_and_keeps_nothing_else_back(
    traded: Portfolio, alice: User
) -> None:
    append(traded, alice, trade("BUY", listing("DARK"), "2", "5", FRI))
    found = by_symbol(alice, traded)
    assert found["DARK"].day_change.value is None
    assert "DARK has no price" in (found["DARK"].day_change.reason or "")
    assert found["ACME"].day_change.value == Decimal("28.80")


def test_accounts_share_what_was_not_traded_by_quantity(traded: Portfolio, alice: User) -> None:
    """On Wednesday 5 more are bought elsewhere: on Friday 20 × 12 USD × 0.16 are shared 15 to 5."""
    acme = listing("ACME")
    append(traded, alice, trade("BUY", acme, "5", "11", WED, account="second"))
    found = {row.account: row for row in rows(alice, traded) if row.symbol == "ACME"}
    assert sorted(row.day_change.value or 0 for row in found.values()) == [
        Decimal("9.60"),
        Decimal("28.80"),
    ]
    done = run(alice, traded, "portfolio_holdings")
    assert broken(done, asked(done, "held")) == []
    sold = {row.account: row for row in rows(alice, traded, THU) if row.symbol == "ACME"}
    assert {row.day_change.state for row in sold.values()} == {"withheld"}  # 5 were sold on the day
    assert sold["second"].day_change_pct.value == pytest.approx(1 / 11)


def test_the_day_of_a_short_is_told_in_money_and_not_in_per_cent(
    traded: Portfolio, alice: User
) -> None:
    """10 MAPLE are held on Tuesday and 12 sold on Wednesday at 20: on Thursday the two that are
    owed cost 25, 10 more than the 40 of the day before. Over those 40 below zero that is +25 %."""
    sell_short(traded, alice, "12", WED)
    thursday = by_symbol(alice, traded, THU)["MAPLE"]
    assert thursday.quantity.value == -2
    assert thursday.day_change.value == -10
    assert thursday.day_change_pct.value is None
    assert "would rise when the position loses" in (thursday.day_change_pct.reason or "")
    done = run(alice, traded, "portfolio_holdings")
    assert broken(done, asked(done, "held")) == []


def test_on_the_day_a_short_is_opened_there_is_no_capital(traded: Portfolio, alice: User) -> None:
    sell_short(traded, alice, "2", MON)
    opened = by_symbol(alice, traded, MON)["MAPLE"]
    assert opened.day_change.value == 0
    assert opened.day_change_pct.value is None
    assert "what is sold counts at the day’s end" in (opened.day_change_pct.reason or "")


def sell_short(portfolio: Portfolio, alice: User, quantity: str, day: date) -> None:
    portfolio.allow_short = True
    portfolio.save()
    append(portfolio, alice, trade("SELL", listing("MAPLE"), quantity, "20", day))


def test_every_figure_opens_into_what_made_it(traded: Portfolio, alice: User) -> None:
    done = run(alice, traded, "portfolio_holdings")
    paths = list(asked(done))
    assert broken(done, paths) == []
    assert "held.positions.1.day_change" in paths
    assert below(why(done, "held.positions.1.day_change")) != []
