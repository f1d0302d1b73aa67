"""Contributions: fees, interest and conversions by hand, and sums that are the return."""

import pytest
from hypothesis import given, settings

from portfolios.calc.contribution import (
    Contributions,
    Kind,
    Source,
    charges_of,
    contributions_of,
)
from portfolios.calc.entries import Entry
from portfolios.calc.marks import Marks
from portfolios.calc.returns import chain, history_returns
from portfolios.tests.calc.histories import (
    booked,
    cut_lines,
    day,
    market_days,
    marks_of,
    trading_ledgers,
    valued,
)
from portfolios.tests.calc.ledgers import entry


def contributed(ledger: list[Entry], marks: list[Marks]) -> Contributions:
    found = booked(ledger, marks)
    charges = charges_of(found.journal, found.accepted)
    return contributions_of(cut_lines(ledger, marks, day(-1)), charges)


def by_source(found: Contributions) -> dict[Source, float]:
    return {line.source: line.contribution for line in found.lines}


def test_interest_fees_taxes_and_rates_are_lines_of_their_own() -> None:
    # 1,000 USD at 1.00. Next day 20 USD of interest, 5 USD of fees, 2 USD of tax; the dollar is
    # worth 1.10: interest 22, fees −5.50, tax −2.20, and 1,000·0.10 = 100 from the rate.
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", "USD", gross_amount="1000", fx_rate="1"),
        entry(2, "INTEREST", "2024-01-02", "USD", gross_amount="20"),
        entry(3, "FEE", "2024-01-02", "USD", gross_amount="5"),
        entry(4, "TAX", "2024-01-02", "USD", gross_amount="2"),
    ]
    found = contributed(
        ledger, [marks_of(0, {}, {"USD": "1.00"}), marks_of(1, {}, {"USD": "1.10"})]
    )
    assert by_source(found) == {
        Source(Kind.CASH, "USD"): pytest.approx(0.022),
        Source(Kind.CASH_FX): pytest.approx(0.1),
        Source(Kind.FEES): pytest.approx(-0.0055),
        Source(Kind.TAXES): pytest.approx(-0.0022),
    }
    assert found.total_return == pytest.approx((1000 + 20 - 5 - 2) * 1.10 / 1000 - 1)


def test_a_trade_s_own_costs_belong_to_its_holding() -> None:
    # 10 RY at 100 with a fee of 9 out of 1,009; it closes at 100: −9 / 1,009
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1009"),
        entry(2, "BUY", "2024-01-01", security="RY", quantity="10", price="100", fees="9"),
    ]
    found = contributed(ledger, [marks_of(0, {"RY": "100"}, {})])
    assert by_source(found) == {Source(Kind.HOLDING, security="RY"): pytest.approx(-9 / 1009)}


def test_a_poor_conversion_is_a_cost_of_currency() -> None:
    # 1,300 CAD buy 990 USD, worth 1,287 at the day's 1.30
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1300"),
        entry(2, "FX_CONVERSION", "2024-01-02", gross_amount="1300", to_amount="990",
              to_currency="USD"),
    ]  # fmt: skip
    rate = {"USD": "1.30"}
    found = contributed(ledger, [marks_of(0, {}, rate), marks_of(1, {}, rate)])
    assert by_source(found)[Source(Kind.CASH_FX)] == pytest.approx(-13 / 1300)


def test_weights_values_and_own_returns() -> None:
    # 1,000 CAD, 500 of them in RY, which doubles: 500 → 1,000 of 1,500. Then it is sold at 200
    # and closes at 250: what it does afterwards is nobody's.
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1000"),
        entry(2, "BUY", "2024-01-01", security="RY", quantity="5", price="100"),
        entry(3, "SELL", "2024-01-03", security="RY", quantity="5", price="200"),
    ]
    marks = [marks_of(at, {"RY": close}, {}) for at, close in enumerate(("100", "200", "250"))]
    found = contributed(ledger, marks)
    share = next(line for line in found.lines if line.source.kind is Kind.HOLDING)
    assert share.total_return == pytest.approx(1.0)
    assert (share.value_start, share.value_end) == (0.0, 0.0)
    assert share.mean_weight == pytest.approx((0.5 + 0.5 + 1000 / 1500) / 3)
    assert share.contribution == pytest.approx(found.total_return) == pytest.approx(0.5)


def test_days_without_a_return_are_refused() -> None:
    with pytest.raises(ValueError, match="every day"):
        contributions_of(cut_lines([], [marks_of(0, {}, {}), marks_of(1, {}, {})]), {})


@settings(max_examples=60, deadline=None)
@given(trading_ledgers(), market_days())
def test_lines_sum_to_the_return_whatever_is_traded(
    ledger: list[Entry], marks: list[Marks]
) -> None:
    found = contributed(ledger, marks)
    returns = history_returns(valued(ledger, marks), day(-1)).returns
    total = chain(one for one in returns if one is not None)
    assert sum(line.contribution for line in found.lines) == pytest.approx(total, abs=1e-9)
    assert found.total_return == pytest.approx(total, abs=1e-9)
    assert found.error_bps < 1e-6
    assert sum(line.weight_end or 0 for line in found.lines) == pytest.approx(1)
