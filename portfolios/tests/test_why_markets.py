"""Why markets and currencies added to the excess: premiums over cash, and what cash earned."""

from collections.abc import Mapping

import numpy as np
import pytest

from accounts.models import User
from patterns.context import Context
from patterns.explanation import Explanation, breach
from portfolios.calc.returns import Floats
from portfolios.capabilities.inputs import AgainstBenchmark
from portfolios.capabilities.why.markets import Tree, tree_of, why_market
from portfolios.models import Portfolio
from portfolios.tests.explained import below, new_nodes, run, why
from portfolios.tests.factories import append, deposit, trade
from portfolios.tests.test_against_benchmark import asked, in_dollars  # noqa: F401  a fixture
from portfolios.tests.test_benchmarks import beside, make
from portfolios.tests.world import THU, TUE, WED, listing

EFFECTS = ("allocation", "selection", "interaction", "currency", "cross", "trading")


def tree(alice: User, portfolio: Portfolio, cash: Mapping[str, Floats], **period: object) -> Tree:
    """With cash rates of currencies of which none is connected."""
    halves = make({"ACME": "0.5", "MAPLE": "0.5"}, {"rebalancing": "daily"})
    ctx: Context = beside(alice, portfolio, halves)
    return tree_of(ctx, asked(portfolio, halves, **period), cash)


def broken(node: Explanation) -> list[str]:
    return [said for one in new_nodes(node, set()) if (said := breach(one))]


def test_friday_was_the_dollar_alone(traded: Portfolio, alice: User) -> None:
    # The dollar rose by 2/13; cash earned nothing. The portfolio had 561.60 of 1,111.60 in dollars
    # (ACME 187.20, cash 374.40), the benchmark half: (w − W)(k − K) with k = 2/13, K = 1/13.
    nothing = np.zeros(1)
    found = tree(alice, traded, {"CAD": nothing, "USD": nothing}, start=THU)
    (friday,) = found.market(1, "by_assets").children
    effect = friday.children[1]

    assert [value for _, value in below(effect)] == pytest.approx([561.6 / 1111.6 - 0.5, 1 / 13])
    assert [value for _, value in below(effect.children[1])] == pytest.approx([2 / 13, 1 / 13])
    assert broken(found.whole("currency")) == []


def test_every_effect_follows_down_to_facts(traded: Portfolio, alice: User) -> None:
    append(traded, alice, deposit("500", WED), trade("BUY", listing("MAPLE"), "5", "22", THU))
    cash = {"CAD": np.full(3, 0.0001), "USD": np.full(3, 0.0002)}
    found = tree(alice, traded, cash, start=TUE)
    for name in EFFECTS:
        assert broken(found.whole(name)) == [], name
    whole = sum(float(found.whole(name).value or 0) for name in EFFECTS)
    assert whole == pytest.approx(found.made.whole.excess)


def test_the_row_of_a_market_and_the_excess(
    in_dollars: tuple[Portfolio, Context, object],  # noqa: F811
) -> None:
    portfolio, ctx, _ = in_dollars
    args = AgainstBenchmark(
        portfolio_id=portfolio.pk, benchmark_id=ctx.benchmark_id, lookback_days=3
    )
    names = ("weight", "benchmark_weight", "total", "selection", "cross", "by_forwards")
    paths = [*(("markets", "0", name) for name in names), ("excess_return",), ("error_bps",)]
    for path in (*paths, ("steps", "5", "effect"), ("linkers_gap_bps",), ("geometric_excess",)):
        node = why_market(ctx, args, path)
        assert node is not None and broken(node) == [], path


def test_without_a_cash_rate_it_says_so(traded: Portfolio, alice: User) -> None:
    acme = make({"ACME": "1"})
    done = run(alice, traded, "portfolio_attribution", start=THU, benchmark_id=acme.pk)
    found = why(done, "markets.excess_return")
    assert found.reason == "No cash rate of CAD is connected."
