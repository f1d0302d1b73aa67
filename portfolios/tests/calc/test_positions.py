"""One position: its own return, what it added to the risk, and its currency, by hand."""

import numpy as np
import pytest
from hypothesis import given, settings

from portfolios.calc.entries import Entry
from portfolios.calc.marks import Marks
from portfolios.calc.position_returns import own_effects, position_days
from portfolios.calc.position_risk import position_risk
from portfolios.tests.calc.histories import (
    SECURITIES,
    cut_lines,
    day,
    market_days,
    marks_of,
    trading_ledgers,
)
from portfolios.tests.calc.ledgers import entry

BOUGHT = [
    entry(1, "DEPOSIT", "2024-01-01", gross_amount="1000"),
    entry(2, "BUY", "2024-01-01", security="RY", quantity="5", price="100"),
]


def closes(*prices: str) -> list[Marks]:
    return [marks_of(at, {"RY": price}, {}) for at, price in enumerate(prices)]


def test_a_position_earns_only_while_it_is_held() -> None:
    # 100 → 110 → sold at 121, and it falls afterwards: 10 %, 10 %, nothing
    sold = entry(3, "SELL", "2024-01-03", security="RY", quantity="5", price="121")
    found = position_days(cut_lines([*BOUGHT, sold], closes("100", "110", "115", "50")), "RY")
    assert found.held.tolist() == [True, True, False]
    assert found.held_returns.tolist() == pytest.approx([0.1, 0.1])
    assert found.total_return == pytest.approx(0.21)
    assert found.held_dates == (day(1), day(2))
    assert found.contributions.tolist() == pytest.approx([50 / 1000, 55 / 1050, 0.0])


def test_a_dividend_is_part_of_its_return() -> None:
    paid = entry(3, "DIVIDEND", "2024-01-02", security="RY", gross_amount="25")
    found = position_days(cut_lines([*BOUGHT, paid], closes("100", "100")), "RY")
    assert found.total_return == pytest.approx(25 / 500)


def test_what_was_never_held_has_no_return() -> None:
    lines = cut_lines(BOUGHT, closes("100", "100"))
    assert position_days(lines, "AAPL").total_return is None
    assert own_effects(lines, "AAPL") is None


def test_effects_of_a_position_on_itself() -> None:
    # A dollar share 100 → 110, the dollar 1.30 → 1.43: 10 %, 10 % and 1 % of both
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", "USD", gross_amount="1000"),
        entry(2, "BUY", "2024-01-01", "USD", security="AAPL", quantity="1", price="100"),
    ]
    marks = [marks_of(0, {"AAPL": "100"}, {"USD": "1.30"}),
             marks_of(1, {"AAPL": "110"}, {"USD": "1.43"})]  # fmt: skip
    found = own_effects(cut_lines(ledger, marks), "AAPL")
    assert found is not None
    parts = found.effects.local, found.effects.fx, found.effects.interaction
    assert parts == pytest.approx((0.10, 0.10, 0.01))
    assert found.chained == pytest.approx(110 * 1.43 / 130 - 1)
    assert found.error_bps < 1e-9


def test_risk_of_half_a_portfolio_by_hand() -> None:
    # Half in RY, half in cash: RY ±10 % in turn, bought back to half each time is not needed for
    # two days: +10 % then −10/11 % of 550 in 1,050. All of the risk is RY's, and none is saved.
    found = position_risk(position_days(cut_lines(BOUGHT, closes("100", "110", "100")), "RY"))
    returns, own = np.array([50 / 1000, -50 / 1050]), np.array([0.1, -10 / 110])
    spread = float(np.std(returns, ddof=1))
    assert found.risk_share == pytest.approx(1.0)
    assert found.correlation == pytest.approx(1.0)
    assert found.beta == pytest.approx((own[0] - own[1]) / (returns[0] - returns[1]))
    assert found.alone == pytest.approx(1.6448536269514722 * spread)
    assert found.component == pytest.approx(found.alone)
    assert found.diversified == pytest.approx(0.0, abs=1e-12)
    assert found.marginal == pytest.approx(1.6448536269514722 * np.std(own, ddof=1))


def test_risk_needs_two_days() -> None:
    with pytest.raises(ValueError, match="two days"):
        position_risk(position_days(cut_lines(BOUGHT, closes("100", "110")), "RY"))


@settings(max_examples=40, deadline=None)
@given(trading_ledgers(), market_days())
def test_shares_of_all_lines_sum_to_one(ledger: list[Entry], marks: list[Marks]) -> None:
    """The positions' shares and that of the money, whatever is traded."""
    lines = cut_lines(ledger, marks, day(-1))
    days = [position_days(lines, name) for name in SECURITIES]
    held = [one for one in days if one.held.sum() >= 2]
    variance = float(np.var(lines.returns, ddof=1))
    rest = lines.returns - np.sum([one.contributions for one in held], axis=0)
    money = float(np.cov(rest, lines.returns, ddof=1)[0, 1]) / variance
    shares = [position_risk(one).risk_share for one in held]
    assert sum(share or 0.0 for share in shares) + money == pytest.approx(1.0)
    for name in SECURITIES:
        found = own_effects(lines, name)
        assert found is None or max(found.error_bps, found.worst_day_bps) < 1e-5
