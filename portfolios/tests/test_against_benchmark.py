"""`world` beside a benchmark of half ACME and half MAPLE, as patterns get it."""

from decimal import Decimal
from uuid import UUID

import pytest

from accounts.identity import as_service
from accounts.models import User
from market.models import Benchmark
from patterns.context import Context
from portfolios.capabilities.inputs import AgainstBenchmark
from portfolios.capabilities.market_effects import markets_and_currencies
from portfolios.capabilities.sector_effects import sector
from portfolios.models import Portfolio
from portfolios.selectors import build_context
from portfolios.services import run_import
from portfolios.tests.factories import PortfolioFactory
from portfolios.tests.test_benchmarks import beside, make
from portfolios.tests.world import FRI, MON, THU, WED


@pytest.fixture
def halves(traded: Portfolio) -> Benchmark:
    return make({"ACME": "0.5", "MAPLE": "0.5"}, {"rebalancing": "daily"})


def asked(portfolio: Portfolio, benchmark: Benchmark | None, **more: object) -> AgainstBenchmark:
    key: UUID | None = benchmark.pk if benchmark else None
    return AgainstBenchmark.model_validate(
        {"portfolio_id": portfolio.pk, "benchmark_id": key, **more}
    )


def test_friday_by_hand(traded: Portfolio, alice: User, halves: Benchmark) -> None:
    """No price moved, the dollar rose by 0.16/1.04 = 2/13. Benchmark: half of it, 1/13.

    Thursday's 1,111.60: ACME 187.20, MAPLE 250, cash 674.40, of which 374.40 in dollars.
    Manufacturing (w−½)(2/13−1/13), finance (w−½)(0−1/13); cash, which the benchmark lacks, is
    interaction: 57.60/1,111.60 − w/13.
    """
    found = sector(beside(alice, traded, halves), asked(traded, halves, start=THU))
    rows = {row.sector: row for row in found.sectors}
    acme, maple, cash = 187.2 / 1111.6, 250 / 1111.6, 674.4 / 1111.6
    assert rows["Manufacturing"].allocation.value == pytest.approx((acme - 0.5) / 13)
    assert rows["Manufacturing"].selection.value == pytest.approx(0)
    assert rows["Finance"].allocation.value == pytest.approx((maple - 0.5) / -13)
    assert rows["Cash"].interaction.value == pytest.approx(57.6 / 1111.6 - cash / 13)
    assert rows["Cash"].benchmark_return.reason == "The benchmark never held it."
    assert rows["Manufacturing"].weight.value == pytest.approx(acme)
    assert rows["Manufacturing"].active_weight.value == pytest.approx(acme - 0.5)
    assert found.excess_return.value == pytest.approx(86.4 / 1111.6 - 1 / 13)
    assert found.geometric_excess.value == pytest.approx((1 + 86.4 / 1111.6) / (14 / 13) - 1)
    assert (found.start_date, found.end_date, found.observations.value) == (THU, FRI, 1)


def test_effects_of_a_period_sum_to_the_excess_and_linkers_agree(
    traded: Portfolio, alice: User, halves: Benchmark
) -> None:
    found = sector(beside(alice, traded, halves), asked(traded, halves, start=WED))
    total = sum(row.total.value or 0 for row in found.sectors)
    assert total == pytest.approx(found.excess_return.value)
    assert sum(step.effect.value or 0 for step in found.steps) == pytest.approx(total)
    assert found.error_bps.value == pytest.approx(0, abs=1e-6)
    assert found.linkers_gap_bps.value == pytest.approx(0, abs=1e-6)
    assert sum(row.weight.value or 0 for row in found.sectors) == pytest.approx(1)
    ranked = [row.total.value or 0 for row in found.sectors]
    assert ranked == sorted(ranked, reverse=True)


def test_without_a_benchmark_there_is_nothing_to_explain(traded: Portfolio, alice: User) -> None:
    found = sector(beside(alice, traded, None), asked(traded, None))
    assert found.reason == "No benchmark is chosen for this portfolio."
    assert (found.state, found.excess_return.value, found.sectors) == ("withheld", None, ())


def test_a_benchmark_that_begins_later_shortens_the_period_and_says_so(
    traded: Portfolio, alice: User, halves: Benchmark
) -> None:
    """The portfolio earns from Monday on, from nothing; the benchmark first closes then."""
    found = sector(beside(alice, traded, halves), asked(traded, halves))
    said = f"{halves.name} begins on 2013-02-04: both sides are compared from then on."
    assert (found.state, found.reason) == ("partial", said)
    assert (found.start_date, found.observations.value) == (MON, 4)
    assert found.excess_return.coverage == pytest.approx(4 / 5)


def test_karnosky_singer_names_the_cash_rate_that_is_missing(
    traded: Portfolio, alice: User, halves: Benchmark
) -> None:
    found = markets_and_currencies(beside(alice, traded, halves), asked(traded, halves, start=WED))
    assert found.reason == "No cash rate of CAD is connected."
    assert found.currency.missing == ("cash rate of CAD",)
    assert (found.currency.value, found.markets) == (None, ())


def test_a_hedged_benchmark_needs_both_cash_rates_too(
    traded: Portfolio, alice: User, halves: Benchmark
) -> None:
    ctx = beside(alice, traded, halves)
    found = sector(ctx, asked(traded, halves, start=WED, hedged=True))
    assert found.reason == "A hedge needs forward rates. No cash rate of CAD is connected."
    assert found.hedged is True


@pytest.fixture
def in_dollars(market: None, alice: User) -> tuple[Portfolio, Context, Benchmark]:
    """1,000 USD, 200 of them in ACME; beside ACME itself. USD has a cash rate, CAD needs none."""
    with as_service("tests: a portfolio"):
        made = PortfolioFactory.create(name="Dollars", owner=alice, base_currency="USD")
    text = (
        "date,type,symbol,exchange,quantity,price,gross_amount,currency\n"
        "2013-02-04,DEPOSIT,,,,,1000.00,USD\n"
        "2013-02-04,BUY,ACME,XNAS,20,10,,USD\n"
    )
    run_import(portfolio_id=made.pk, content=text.encode(), filename="l.csv", by=alice)
    acme = make({"ACME": "1"})
    ctx = build_context(
        user=alice,
        portfolio_id=made.pk,
        correlation_id="test",
        with_benchmark=True,
        benchmark_id=acme.pk,
    )
    return made, ctx, acme


def test_karnosky_singer_where_every_cash_rate_is_known(
    in_dollars: tuple[Portfolio, Context, Benchmark],
) -> None:
    """Wednesday: ACME 10 → 11. The portfolio earns 20 of 1,000, the benchmark 10 %. One market:
    all of the difference is W(r − B) = 2 % − 10 %."""
    portfolio, ctx, acme = in_dollars
    asked_for = AgainstBenchmark(portfolio_id=portfolio.pk, benchmark_id=acme.pk, lookback_days=3)
    found = markets_and_currencies(ctx, asked_for)
    assert found.reason is None
    # Tue–Fri: 1,000 → 1,020 → 1,040 → 1,040 against 10 → 11 → 12 → 12
    assert found.excess_return.value == pytest.approx(0.04 - 0.2)
    assert found.selection.value == pytest.approx(0.04 - 0.2)
    for nothing in (found.allocation, found.interaction, found.currency, found.cross):
        assert nothing.value == pytest.approx(0, abs=1e-12)
    assert [row.market for row in found.markets] == ["USD"]
    assert found.markets[0].by_forwards.value == pytest.approx(0)
    assert Decimal(str(found.trading.value)) == 0
