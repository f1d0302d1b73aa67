"""Markets and currencies apart: a day by hand, forwards revalued one by one, hedged benchmarks."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolios.calc.hedging import HedgedMarket, hedged_benchmark
from portfolios.calc.karnosky_singer import Markets, karnosky_singer

daily = st.floats(-0.1, 0.1)
rate = st.floats(-0.002, 0.002)


def markets(**sides: list[float]) -> Markets:
    return Markets(**{name: np.array([values]) for name, values in sides.items()})


def test_a_currency_bet_by_hand() -> None:
    # Two markets that earn their cash rates of 0; the dollar gains 10 %. 80 % in dollars against
    # 50 %. The benchmark's mean currency return is 5 %: 0.3·(10 − 5) % of the dollars that are held
    # in excess and −0.3·(0 − 5) % of the home currency that is not; 3 % = 8 % − 5 %.
    nothing = [0.0, 0.0]
    found = karnosky_singer(
        markets(w=[0.2, 0.8], h=nothing, r=nothing, index_w=[0.5, 0.5], index_h=nothing,
                index_r=nothing, cash=nothing, fx=[0.0, 0.1])
    )  # fmt: skip
    assert found.currency[0].tolist() == pytest.approx([0.015, 0.015])
    for other in (found.allocation, found.selection, found.interaction, found.cross):
        assert not other.any()
    assert found.portfolio[0] - found.benchmark[0] == pytest.approx(0.03)


def test_a_forward_takes_the_currency_out_and_leaves_the_market() -> None:
    # All in dollar shares that earn 2 % locally, as the benchmark; the portfolio sells all its
    # dollars forward. The dollar gains 10 %: the hedge costs (1.00·0.10 − 0)·1 = 10 %.
    nothing = [0.0, 0.0]
    found = karnosky_singer(
        markets(w=[0.0, 1.0], h=[1.0, -1.0], r=[0.0, 0.02], index_w=[0.0, 1.0], index_h=nothing,
                index_r=[0.0, 0.02], cash=nothing, fx=[0.0, 0.1])
    )  # fmt: skip
    assert found.by_assets.sum() == 0.0
    assert found.by_forwards.sum() == pytest.approx(-0.10)
    assert found.portfolio[0] - found.benchmark[0] == pytest.approx(-0.10)


def test_weights_that_do_not_sum_are_refused() -> None:
    names = ("h", "r", "index_h", "index_r", "cash", "fx")
    sides: dict[str, Any] = {name: [0.0, 0.0] for name in names}
    with pytest.raises(ValueError, match="sum to 1"):
        karnosky_singer(markets(w=[0.5, 0.4], index_w=[0.5, 0.5], **sides))
    with pytest.raises(ValueError, match="sum to 0"):
        karnosky_singer(markets(w=[0.5, 0.5], index_w=[0.5, 0.5], **{**sides, "h": [0.1, 0.0]}))


@given(st.lists(st.tuples(*[st.floats(0.1, 1.0)] * 2, *[daily] * 3, rate), min_size=2, max_size=5),
       daily)  # fmt: skip
def test_effects_sum_to_the_excess_of_assets_and_revalued_forwards(
    rows: list[tuple[float, ...]], sold: float
) -> None:
    """The portfolio's return by another road: each asset at its base price, and a forward that
    sells the last currency against the first, revalued contract by contract under parity."""
    w, index_w, r, index_r, fx, cash = (np.array([one]) for one in zip(*rows, strict=True))
    w, index_w = w / w.sum(), index_w / index_w.sum()
    fx[0, 0] = 0.0  # the first is the base currency
    h = np.zeros_like(w)
    h[0, 0], h[0, -1] = sold, -sold
    found = karnosky_singer(
        Markets(w=w, h=h, r=r, index_w=index_w, index_h=np.zeros_like(w), index_r=index_r,
                cash=cash, fx=fx)
    )  # fmt: skip
    assets = float((w * ((1 + r) * (1 + fx) - 1)).sum())
    # notional sold(1+c) of foreign, forward price F = S0(1+c0)/(1+c), spot S1 = S0(1+e)
    notional, forward = sold * (1 + cash[0, -1]), (1 + cash[0, 0]) / (1 + cash[0, -1])
    gain = notional * (forward - (1 + fx[0, -1]))
    assert found.portfolio[0] == pytest.approx(assets + gain, abs=1e-12)
    benchmark = float((index_w * ((1 + index_r) * (1 + fx) - 1)).sum())
    effects = sum(
        float(part.sum())
        for part in (found.allocation, found.selection, found.interaction, found.currency,
                     found.cross)
    )  # fmt: skip
    assert effects == pytest.approx(assets + gain - benchmark, abs=1e-12)
    assert np.allclose(found.currency, found.by_assets + found.by_forwards, atol=1e-15)


def test_a_hedge_covers_the_principal_and_not_what_it_earns() -> None:
    # 10 % in dollars, which fall from 1.00 to 0.90: 1.1·0.9 − 1 = −1 %. Sold forward at 1.00 the
    # principal gains 10 %, and the 10 % that were earned still lose their tenth: 9 %.
    market = HedgedMarket("US", 1.0, 0.10, 1.00, 0.90, 1.00)
    found = hedged_benchmark([market])
    assert found.unhedged == pytest.approx(-0.01)
    assert found.hedge_contribution == pytest.approx(0.10)
    assert found.hedged == pytest.approx(0.09)
    assert hedged_benchmark([market], 0.5).hedge_contribution == pytest.approx(0.05)
