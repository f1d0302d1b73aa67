"""Why a sector added to the excess: both sides' weights and returns, down to members' closes."""

import pytest

from accounts.models import User
from portfolios.models import Portfolio
from portfolios.tests.explained import asked, below, broken, run, why
from portfolios.tests.factories import append, deposit, trade
from portfolios.tests.test_benchmarks import dividend, make
from portfolios.tests.world import FRI, MON, THU, TUE, WED, listing

PATTERN = "portfolio_attribution"
HALVES = {"ACME": "0.5", "MAPLE": "0.5"}


def place_of(rows: list[dict[str, object]], name: str, field: str = "sector") -> int:
    return next(at for at, row in enumerate(rows) if row[field] == name)


def test_friday_by_hand(traded: Portfolio, alice: User) -> None:
    # No price moved; the dollar rose by 0.16/1.04 = 2/13, so half of the benchmark earned 1/13.
    # ACME is 187.20 of 1,111.60.
    halves = make(HALVES, {"rebalancing": "daily"})
    done = run(alice, traded, PATTERN, start=THU, benchmark_id=halves.pk)
    at = place_of(done.run.result["sector_attr"]["sectors"], "Manufacturing")
    (friday,) = why(done, f"sector_attr.sectors.{at}.allocation").children

    factor, effect = friday.children
    assert factor.value == pytest.approx(1)  # one day is the whole period
    assert [value for _, value in below(effect)] == pytest.approx([187.2 / 1111.6 - 0.5, 1 / 13])
    weights, returns = effect.children
    assert [value for _, value in below(weights)] == pytest.approx([187.2 / 1111.6, 0.5])
    assert [value for _, value in below(returns)] == pytest.approx([2 / 13, 1 / 13])
    acme = returns.at([0, 0, 0, 1])  # the sector, its weighted returns, ACME, its return
    assert acme is not None
    assert [value for _, value in below(acme)] == pytest.approx([0, 2 / 13])


def test_a_weight_drifts_from_the_day_it_was_bought(traded: Portfolio, alice: User) -> None:
    # ACME in CAD: 10, 10, 11.44 (11 at 1.04); MAPLE 20, 20, 20. Thursday begins with 1.144 : 1.
    done = run(alice, traded, PATTERN, start=WED, benchmark_id=make(HALVES).pk)
    at = place_of(done.run.result["sector_attr"]["sectors"], "Manufacturing")
    weights = why(done, f"sector_attr.sectors.{at}.benchmark_weight")
    thursday = weights.children[0].children[0]

    assert thursday.value == pytest.approx(1.144 / 2.144)
    assert [value for _, value in below(thursday)] == pytest.approx([0.5, 0.144, 0.072])


def test_a_dividend_is_part_of_a_members_return(traded: Portfolio, alice: User) -> None:
    dividend("MAPLE", "XTSE", THU, "5")
    maple = make({"MAPLE": "1"})
    done = run(alice, traded, PATTERN, start=WED, benchmark_id=maple.pk)
    thursday = why(done, "sector_attr.benchmark_return").children[0]
    earned = thursday.at([0, 1])

    assert earned is not None and earned.value == pytest.approx(0.5)  # (25 + 5) / 20 − 1
    assert [value for _, value in below(earned.children[0])] == [1, 25, 5]


@pytest.mark.parametrize("rebalancing", ["never", "daily"])
def test_every_figure_follows_down_to_facts(
    traded: Portfolio, alice: User, rebalancing: str
) -> None:
    dividend("MAPLE", "XTSE", THU, "1")
    append(
        traded,
        alice,
        deposit("500", WED),
        trade("SELL", listing("MAPLE"), "10", "22", THU),
        trade("BUY", listing("MAPLE"), "5", "22", FRI),
    )
    benchmark = make(HALVES, {"rebalancing": rebalancing})
    for start in (MON, TUE):
        done = run(alice, traded, PATTERN, start=start, benchmark_id=benchmark.pk)
        paths = [*asked(done, "sector_attr")]
        assert len(paths) > 30
        assert broken(done, paths) == []
