"""Currency effects: the identity, a day by hand, and exactness on histories that trade."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolios.calc.attribution import (
    PricedHolding,
    currency_attribution,
    currency_identity,
)
from portfolios.calc.entries import Entry
from portfolios.calc.linking import contributions, link
from portfolios.calc.marks import Marks
from portfolios.calc.returns import chain, history_returns
from portfolios.tests.calc.day_by_day import decompose_day
from portfolios.tests.calc.golden import case, close
from portfolios.tests.calc.histories import (
    START,
    cut_lines,
    day,
    market_days,
    marks_of,
    trading_ledgers,
    valued,
)
from portfolios.tests.calc.ledgers import entry


def test_the_identity_of_positions_and_portfolio() -> None:
    golden = case("s03_currency", "position_and_portfolio")
    expected = golden["expected"]
    own, whole = currency_identity(
        PricedHolding(
            row["id"], row["w"], row["p0"], row["p1"], row["fx0"], row["fx1"],
            row.get("income", 0.0),
        )
        for row in golden["inputs"]["holdings"]
    )  # fmt: skip
    for row in [*expected["positions"], expected["portfolio"] | {"id": None}]:
        got = own[row["id"]] if row["id"] else whole
        for part in ("local", "fx", "interaction", "total"):
            assert close(getattr(got, part), row[part], golden["tolerance"])


def test_contributions_link_to_the_compound_return() -> None:
    golden = case("s03_contribution", "carino_linked")
    inputs, expected = golden["inputs"], golden["expected"]
    flows = [sum(max(0.0, flow) for flow in today) for today in inputs["flows"]]
    capital = [value + flow for value, flow in zip(inputs["nav"], flows, strict=False)]
    daily = contributions(inputs["pnl"], capital)
    returns = [sum(parts) for parts in zip(*daily.values(), strict=True)]
    assert all(
        close(got, wanted, golden["tolerance"])
        for got, wanted in zip(returns, expected["daily_return"], strict=True)
    )
    for linker in ("carino", "frongello"):
        linked = link(daily, returns, linker)
        assert close(linked.total, expected["total"], golden["tolerance"])
        for key, wanted in expected[linker].items():
            assert close(linked.values[key], wanted, golden["tolerance"])


def test_a_day_cut_by_hand() -> None:
    # 1,000 USD at 1.30, 100 of them in one share; it closes at 110, the dollar at 1.35.
    # local 10·1.30 = 13, interaction 10·0.05 = 0.50, fx 1,000·0.05 = 50, over 1,300 CAD
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", "USD", gross_amount="1000"),
        entry(2, "BUY", "2024-01-01", "USD", security="AAPL", quantity="1", price="100"),
    ]
    before, after = valued(
        ledger, [marks_of(0, {"AAPL": "100"}, {"USD": "1.30"}),
                 marks_of(1, {"AAPL": "110"}, {"USD": "1.35"})]
    )  # fmt: skip
    cut = decompose_day(before, after)
    assert cut is not None
    assert cut.effects.local == pytest.approx(13 / 1300)
    assert cut.effects.interaction == pytest.approx(0.5 / 1300)
    assert cut.effects.fx == pytest.approx(50 / 1300)
    assert cut.lines["USD", "AAPL"].local == pytest.approx(13 / 1300)
    assert cut.lines["USD", "AAPL"].fx == pytest.approx(100 * 0.05 / 1300)
    assert cut.lines["USD", None].fx == pytest.approx(900 * 0.05 / 1300)


def test_a_dividend_is_a_local_gain_of_its_share() -> None:
    # 10 shares at 100 stay at 100 and pay 5 USD: 5·1.30 = 6.50 over 1,300
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", "USD", gross_amount="1000"),
        entry(2, "BUY", "2024-01-01", "USD", security="AAPL", quantity="10", price="100"),
        entry(3, "DIVIDEND", "2024-01-02", "USD", security="AAPL", gross_amount="5"),
    ]
    quiet = {"AAPL": "100"}, {"USD": "1.30"}
    before, after = valued(ledger, [marks_of(0, *quiet), marks_of(1, *quiet)])
    cut = decompose_day(before, after)
    assert cut is not None
    assert cut.lines["USD", "AAPL"].local == pytest.approx(6.5 / 1300)
    assert cut.effects.total == pytest.approx(6.5 / 1300)


def test_a_conversion_at_the_day_s_rate_earns_nothing() -> None:
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1300"),
        entry(2, "FX_CONVERSION", "2024-01-02", gross_amount="1300", to_amount="1000",
              to_currency="USD"),
    ]  # fmt: skip
    before, after = valued(
        ledger, [marks_of(0, {}, {"USD": "1.25"}), marks_of(1, {}, {"USD": "1.30"})]
    )
    cut = decompose_day(before, after)
    assert cut is not None
    assert cut.effects.total == pytest.approx(0.0, abs=1e-15)


def test_a_poor_exchange_rate_is_a_currency_loss() -> None:
    # 1,300 CAD buy 990 USD worth 1,287: −13 over 1,300
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1300"),
        entry(2, "FX_CONVERSION", "2024-01-02", gross_amount="1300", to_amount="990",
              to_currency="USD"),
    ]  # fmt: skip
    rate = {"USD": "1.30"}
    before, after = valued(ledger, [marks_of(0, {}, rate), marks_of(1, {}, rate)])
    cut = decompose_day(before, after)
    assert cut is not None
    assert cut.effects.fx == pytest.approx(-13 / 1300)
    assert cut.effects.local == pytest.approx(0.0, abs=1e-15)


def test_a_dollar_share_paid_in_home_currency_is_dollar_exposure() -> None:
    # 1 share at 100 USD, bought for 130 CAD at 1.30; next day still 100 USD, the dollar at 1.35
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="130"),
        entry(2, "BUY", "2024-01-01", "CAD", security="AAPL", quantity="1", gross_amount="130"),
    ]
    days = valued(
        ledger,
        [marks_of(0, {"AAPL": "100"}, {"USD": "1.30"}),
         marks_of(1, {"AAPL": "100"}, {"USD": "1.35"})],
    )  # fmt: skip
    first = decompose_day(None, days[0])
    second = decompose_day(*days)
    assert first is not None
    assert second is not None
    assert first.effects.total == pytest.approx(0.0, abs=1e-15)
    assert second.effects.fx == pytest.approx(5 / 130)
    assert second.effects.local == pytest.approx(0.0, abs=1e-15)


def test_an_unpriced_day_has_no_effects_and_breaks_the_chain() -> None:
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1000"),
        entry(2, "BUY", "2024-01-01", security="RY", quantity="5", price="100"),
    ]
    days = valued(
        ledger, [marks_of(0, {"RY": "100"}, {}), marks_of(1, {}, {}), marks_of(2, {"RY": "1"}, {})]
    )
    assert decompose_day(days[0], days[1]) is None


def test_a_broken_chain_is_not_linked() -> None:
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1000"),
        entry(2, "BUY", "2024-01-01", security="RY", quantity="5", price="100"),
    ]
    marks = [marks_of(0, {"RY": "100"}, {}), marks_of(1, {}, {}), marks_of(2, {"RY": "1"}, {})]
    attribution = currency_attribution(cut_lines(ledger, marks, day(-1)))
    assert (attribution.effects, attribution.reason) == (None, "BROKEN_CHAIN")


def test_before_any_money_there_is_nothing_to_attribute() -> None:
    lines = cut_lines([], [marks_of(0, {}, {}), marks_of(1, {}, {})])
    assert currency_attribution(lines).reason == "NO_RETURNS"


def test_a_day_that_loses_everything_is_linked_by_frongello() -> None:
    # +10 % and then −100 %: contributions 0.1 and 1.1·(−1) sum to −1
    linked = link({"X": [0.1, -1.0]}, [0.1, -1.0])
    assert linked.linker == "frongello"
    assert linked.values["X"] == pytest.approx(-1.0) == linked.total


@settings(max_examples=60, deadline=None)
@given(trading_ledgers(), market_days())
def test_three_effects_sum_to_the_return_whatever_is_traded(
    ledger: list[Entry], marks: list[Marks]
) -> None:
    days = valued(ledger, marks)
    returns = history_returns(days, day(-1))
    cut = [decompose_day(before, after) for before, after in pairwise([None, *days]) if after]
    for effects, one in zip(cut, returns.returns, strict=True):
        assert (effects is None) == (one is None)
        if effects is not None:
            assert effects.effects.total == pytest.approx(one, abs=1e-12)
            lines = sum(line.total for line in effects.lines.values())
            assert lines == pytest.approx(one, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(trading_ledgers(), market_days(), st.booleans())
def test_linked_effects_meet_the_independent_return(
    ledger: list[Entry], marks: list[Marks], from_nothing: bool
) -> None:
    """The sum of all lines, and the return chained from the Decimal values of each day."""
    base = START if from_nothing else None
    attribution = currency_attribution(cut_lines(ledger, marks, base))
    returns = history_returns(valued(ledger, marks), base).returns
    assert attribution.reason is None
    assert attribution.error_bps is not None
    assert attribution.error_bps < 1e-6
    assert attribution.worst_day_bps is not None
    assert attribution.worst_day_bps < 1e-6
    assert attribution.effects is not None
    assert attribution.effects.total == pytest.approx(attribution.chained, abs=1e-9)
    assert attribution.chained == pytest.approx(chain(one for one in returns if one is not None))
    parts = attribution.by_line.values()
    assert sum(part.total for part in parts) == pytest.approx(attribution.chained, abs=1e-9)
