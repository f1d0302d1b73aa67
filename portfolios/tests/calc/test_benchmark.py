from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolios.calc.benchmark import BlendReturns, MemberCloses, blend, sold_forward
from portfolios.calc.returns import Floats, chain

# Thursday to Wednesday over the end of a quarter: the last close of it is Friday the 29th.
DAYS = [date(2024, 3, 28), date(2024, 3, 29), date(2024, 4, 1), date(2024, 4, 2), date(2024, 4, 3)]
GAP = float("nan")


def member(
    name: str,
    prices: list[float],
    rates: list[float] | None = None,
    ratios: dict[int, float] | None = None,
    income: dict[int, float] | None = None,
) -> MemberCloses:
    days = len(prices)
    shares, paid = np.ones(days), np.zeros(days)
    for row, ratio in (ratios or {}).items():
        shares[row] = ratio
    for row, amount in (income or {}).items():
        paid[row] = amount
    return MemberCloses(
        name, np.array(prices), np.array(rates or [1.0] * days, dtype=float), shares, paid
    )


def made(found: BlendReturns | None) -> BlendReturns:
    assert found is not None
    return found


def test_one_security_reinvests_its_dividend_and_knows_its_split() -> None:
    # 10 → 10.50; 2 for 1, the new share closes at 5.25: nothing happened; 0.105 paid on 5.25: 2 %.
    found = made(
        blend(
            DAYS,
            [member("A", [10, 10.5, 5.25, 5.25, 5.25], ratios={2: 2.0}, income={3: 0.105})],
        )
    )

    assert found.series.base_date == DAYS[0]
    assert found.series.returns == pytest.approx((0.05, 0.0, 0.02, 0.0))


def test_a_dividend_on_the_day_of_a_split_is_paid_on_the_new_shares() -> None:
    # One share of 10 becomes two of 5, each paid 0.50: 2 × 5.50 is 10 % more.
    found = made(blend(DAYS[:2], [member("A", [10, 5], ratios={1: 2.0}, income={1: 0.5})]))

    assert found.series.returns == pytest.approx((0.1,))


def test_a_currency_that_moves_is_part_of_the_return() -> None:
    # 10 → 11 in dollars, the dollar 1.00 → 1.05: 1.10 × 1.05 − 1 = 15.5 %.
    found = made(blend(DAYS[:2], [member("A", [10, 11], rates=[1.0, 1.05])]))

    assert found.series.returns == pytest.approx((0.155,))
    assert found.local[0, 0] == pytest.approx(0.10)
    assert found.fx[0, 0] == pytest.approx(0.05)


def test_a_blend_drifts_until_its_quarter_ends() -> None:
    # Equal halves at 10. Friday A is 12: (12 + 10)/20 − 1 = 10 %; the quarter ends: halves again.
    # Monday A falls to 9 (−25 %), B stands: −12.5 %. A is then 0.375 of 0.875.
    # Tuesday B rises 10 %: 0.5/0.875 × 10 % = 5.714 %.
    found = made(
        blend(
            DAYS[:4],
            [member("A", [10, 12, 9, 9]), member("B", [10, 10, 10, 11])],
            rebalancing="quarterly",
        )
    )

    assert found.series.returns == pytest.approx((0.10, -0.125, 0.5 / 0.875 * 0.1))
    assert found.weights[1].tolist() == pytest.approx([0.5, 0.5])
    assert found.weights[2].tolist() == pytest.approx([0.375 / 0.875, 0.5 / 0.875])


def test_never_rebalanced_is_bought_and_held() -> None:
    # 10 + 10 → 12 + 10 → 9 + 10: 22/20, then 19/22.
    found = made(blend(DAYS[:3], [member("A", [10, 12, 9]), member("B", [10, 10, 10])]))

    assert found.series.returns == pytest.approx((0.1, 19 / 22 - 1))


def test_whoever_is_listed_later_joins_at_the_next_rebalancing() -> None:
    # B has its first close on Friday, the last of the quarter: from then on halves.
    found = made(
        blend(
            DAYS[:3],
            [member("A", [10, 11, 11]), member("B", [GAP, 40, 44])],
            rebalancing="quarterly",
        )
    )

    assert found.weights.tolist() == [[1.0, 0.0], [0.5, 0.5]]
    assert found.series.returns == pytest.approx((0.10, 0.05))
    assert np.isnan(found.local[0, 1])


def test_fixed_weights_wait_until_all_have_a_price() -> None:
    # 60:40 from Friday on: 0.6 × 10 % + 0.4 × −5 % = 4 %.
    found = made(
        blend(DAYS[:3], [member("A", [10, 10, 11]), member("B", [GAP, 20, 19])], weights=[0.6, 0.4])
    )

    assert found.series.base_date == DAYS[1]
    assert found.series.returns == pytest.approx((0.04,))


def test_a_day_without_a_members_price_has_no_return_and_names_it() -> None:
    # B is unknown on Friday: neither into nor out of that day is there a return. From Monday on
    # its value is known again: A 10, B 12; Tuesday A is 11: 23/22 − 1.
    found = made(blend(DAYS[:4], [member("A", [10, 10, 10, 11]), member("B", [10, GAP, 12, 12])]))

    assert found.series.returns[:2] == (None, None)
    assert found.series.returns[2] == pytest.approx(23 / 22 - 1)
    assert found.missing == ("B",)


def test_rebalancing_waits_for_a_close_at_which_everybody_has_a_price() -> None:
    # The quarter ends on Friday, when B has no price. It is bought anew on Monday's close.
    found = made(
        blend(
            DAYS,
            [member("A", [10, 12, 12, 12, 12]), member("B", [10, GAP, 10, 11, 11])],
            rebalancing="quarterly",
        )
    )

    assert found.weights[2].tolist() == pytest.approx([0.5, 0.5])
    assert found.series.returns[2] == pytest.approx(0.05)


def test_what_was_never_priced_is_no_benchmark() -> None:
    assert blend(DAYS, [member("A", [GAP] * 5)]) is None
    assert blend(DAYS[:1], [member("A", [10.0])]) is None


def test_weights_that_do_not_sum_to_one_are_refused() -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        blend(DAYS[:2], [member("A", [1, 1]), member("B", [1, 1])], weights=[0.5, 0.6])


def test_a_hedge_earns_the_forward_and_gives_up_the_currency() -> None:
    # 10 % local at 5 % currency is 15.5 %; sold forward at a premium of 0.01 %:
    # 15.5 % + (0.01 % − 5 %) = 10.51 %. The half per cent earned inside the day stays open.
    found = made(blend(DAYS[:2], [member("A", [10, 11], rates=[1.0, 1.05])]))

    assert sold_forward(found, np.array([[0.0001]])).returns == pytest.approx((0.1051,))
    assert sold_forward(found, np.array([[GAP]])).returns == (None,)


closes = st.lists(st.floats(min_value=1, max_value=1000), min_size=8, max_size=8)


@given(st.lists(closes, min_size=1, max_size=4), st.sampled_from(["never", "daily", "quarterly"]))
def test_weights_sum_to_one_and_weighted_returns_to_the_days(
    prices: list[list[float]], rebalancing: str
) -> None:
    days = [date(2024, 3, 27) + timedelta(days=n) for n in range(8)]
    members = [member(str(n), line) for n, line in enumerate(prices)]
    found = made(blend(days, members, rebalancing=rebalancing))  # type: ignore[arg-type]

    base: Floats = (1 + found.local) * (1 + found.fx) - 1
    assert found.weights.sum(axis=1) == pytest.approx(np.ones(7))
    assert (found.weights * base).sum(axis=1) == pytest.approx(found.series.returns, abs=1e-9)


@given(st.lists(closes, min_size=2, max_size=4))
def test_bought_and_held_ends_at_the_mean_of_its_members(prices: list[list[float]]) -> None:
    days = [date(2024, 3, 27) + timedelta(days=n) for n in range(8)]
    found = made(blend(days, [member(str(n), line) for n, line in enumerate(prices)]))
    whole = chain(one for one in found.series.returns if one is not None)

    assert 1 + whole == pytest.approx(np.mean([line[-1] / line[0] for line in prices]))
