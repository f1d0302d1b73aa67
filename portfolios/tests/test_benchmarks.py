"""Benchmarks in the small world: ACME in dollars and MAPLE in Canadian dollars, five days."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.identity import as_service
from accounts.models import User
from market.calc.events import ActionFacts
from market.models import Benchmark, BenchmarkComponent
from market.services import record_actions
from patterns.context import Context
from portfolios.models import Portfolio
from portfolios.selectors import build_context
from portfolios.selectors.benchmarks import BenchmarkTrack, benchmark_track
from portfolios.tests.world import FRI, MON, THU, TUE, WED, listing


def make(members: Mapping[str, str], definition: Mapping[str, Any] | None = None) -> Benchmark:
    """A blend, or a single security when there is one member."""
    alone = listing(next(iter(members))) if len(members) == 1 else None
    with as_service("tests: a benchmark"):
        made = Benchmark.objects.create(
            pk=uuid4(), name=str(uuid4()), security=alone, definition=dict(definition or {})
        )
        if alone is None:
            for symbol, weight in members.items():
                BenchmarkComponent.objects.create(
                    benchmark=made, security=listing(symbol), weight=Decimal(weight)
                )
    return made


def dividend(symbol: str, exchange: str, ex_date: date, amount: str, **more: Any) -> None:
    fact = ActionFacts(
        symbol=symbol,
        exchange=exchange,
        action_type="dividend",
        ex_date=ex_date,
        source="tests",
        amount=Decimal(amount),
        currency=listing(symbol).currency,
        **more,
    )
    record_actions([fact])


def beside(alice: User, portfolio: Portfolio, benchmark: Benchmark | None) -> Context:
    return build_context(
        user=alice,
        portfolio_id=portfolio.pk,
        correlation_id="test",
        with_benchmark=True,
        benchmark_id=benchmark.pk if benchmark else None,
    )


def seen(alice: User, portfolio: Portfolio, benchmark: Benchmark, **asked: Any) -> BenchmarkTrack:
    ctx = beside(alice, portfolio, benchmark)
    return benchmark_track(ctx, portfolio.pk, benchmark_id=benchmark.pk, **asked)


def test_a_security_in_another_currency(traded: Portfolio, alice: User) -> None:
    # ACME 10 10 11 12 12 in dollars worth 1.00 1.00 1.04 1.04 1.20.
    found = seen(alice, traded, make({"ACME": "1"}))

    assert (found.series.base_date, found.series.dates) == (MON, (TUE, WED, THU, FRI))
    assert found.series.returns == pytest.approx((0, 1.1 * 1.04 - 1, 12 / 11 - 1, 1.20 / 1.04 - 1))
    wednesday = found.members[1]
    assert (wednesday.asof_date, wednesday.symbol, wednesday.weight) == (WED, "ACME", 1.0)
    assert wednesday.local_return == pytest.approx(0.10)
    assert wednesday.fx_return == pytest.approx(0.04)
    assert wednesday.base_return == pytest.approx(0.144)
    assert found.method == "total return, dividends reinvested, in CAD"


def test_dividends_are_net_of_what_is_withheld(traded: Portfolio, alice: User) -> None:
    # 0.50 gross on Tuesday, 20 % withheld: 0.40 on 10 is 4 %.
    dividend("ACME", "XNAS", TUE, "0.50", withholding_tax_rate=Decimal("0.2"))

    assert seen(alice, traded, make({"ACME": "1"})).series.returns[0] == pytest.approx(0.04)


def test_a_fixed_blend(traded: Portfolio, alice: User) -> None:
    # Bought on Monday, 60 % ACME and 40 % MAPLE. In Canadian dollars ACME is 10, 10, 11.44, 12.48,
    # 14.40, MAPLE 20, 20, 20, 25, 25: worth 1, 1, 1.0864, 1.2488, 1.364.
    blend = make({"ACME": "0.6", "MAPLE": "0.4"}, {"weighting": "fixed", "rebalancing": "never"})
    found = seen(alice, traded, blend)

    assert found.series.returns == pytest.approx(
        (0, 0.0864, 1.2488 / 1.0864 - 1, 1.364 / 1.2488 - 1)
    )
    assert {one.sector for one in found.members} == {"Manufacturing", "Finance"}
    assert "fixed weights, never rebalanced, in CAD" in found.method


def test_a_member_that_was_never_priced_is_named(traded: Portfolio, alice: User) -> None:
    found = seen(alice, traded, make({"DARK": "1"}))

    assert (len(found.series), found.missing) == (0, ("DARK",))
    assert found.reason == "The benchmark was never priced on two days."


def test_a_hedge_without_cash_rates_is_withheld_and_says_which(
    traded: Portfolio, alice: User
) -> None:
    found = seen(alice, traded, make({"ACME": "1"}), hedged=True)

    assert (len(found.series), found.missing) == (0, ("cash rate of CAD",))
    assert "No cash rate of CAD is connected." in found.reason


def test_a_benchmark_in_base_currency_is_hedged_already(traded: Portfolio, alice: User) -> None:
    maple = make({"MAPLE": "1"})

    hedged = seen(alice, traded, maple, hedged=True)
    assert hedged.series == seen(alice, traded, maple).series
    assert hedged.method == "total return, dividends reinvested, hedged to CAD"


def test_after_a_merger_nothing_is_guessed(traded: Portfolio, alice: User) -> None:
    # MAPLE rises 25 % on Thursday. What half of the blend, in ACME, became on Wednesday is unknown.
    fact = ActionFacts(
        symbol="ACME", exchange="XNAS", action_type="merger", ex_date=WED, source="tests"
    )
    record_actions([fact])
    found = seen(alice, traded, make({"ACME": "0.5", "MAPLE": "0.5"}, {"weighting": "fixed"}))

    assert list(found.series.returns) == [0, None, None, None]
    assert found.missing == ("ACME",)


def test_a_portfolio_without_one_says_so(traded: Portfolio, alice: User) -> None:
    found = benchmark_track(beside(alice, traded, None), traded.pk)

    assert found.reason == "No benchmark is chosen for this portfolio."


def test_what_the_members_were_paid_is_part_of_the_question(traded: Portfolio, alice: User) -> None:
    acme = make({"ACME": "1"})
    before = beside(alice, traded, acme).settings_hash
    assert beside(alice, traded, acme).settings_hash == before

    dividend("ACME", "XNAS", TUE, "0.50")
    assert beside(alice, traded, acme).settings_hash != before


def test_a_benchmark_outside_the_context_is_refused(traded: Portfolio, alice: User) -> None:
    ctx = build_context(user=alice, portfolio_id=traded.pk, correlation_id="test")

    with pytest.raises(ValueError, match="built without"):
        benchmark_track(ctx, traded.pk, benchmark_id=make({"ACME": "1"}).pk)
