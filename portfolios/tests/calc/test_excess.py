"""A ledger's days beside a benchmark's: sums are exact whatever is traded or hedged."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolios.calc.day_lines import Line
from portfolios.calc.entries import Entry
from portfolios.calc.excess import IndexDays
from portfolios.calc.market_excess import attribute_markets, currencies_of
from portfolios.calc.marks import Marks
from portfolios.calc.sector_excess import attribute_sectors
from portfolios.tests.calc.histories import (
    SECURITIES,
    cut_lines,
    market_days,
    marks_of,
    trading_ledgers,
)
from portfolios.tests.calc.ledgers import entry

SECTORS = {"AAPL": "Technology", "ASML": "Technology", "RY": "Banks"}
daily = st.floats(-0.05, 0.05)


def sector_of(line: Line) -> str:
    return "Cash" if line[1] is None else SECTORS[str(line[1])]


def index_of(marks: list[Marks], **weights: float) -> IndexDays:
    """Fixed weights of securities over all days but the first, at the prices of the marks."""
    names = tuple(weights)
    prices = np.array([[float(one.prices[name].close) for name in names] for one in marks])
    rates = np.array(
        [[float(one.rate_of(SECURITIES[name]).rate) for name in names] for one in marks]  # type: ignore[union-attr]
    )
    local, fx = prices[1:] / prices[:-1] - 1.0, rates[1:] / rates[:-1] - 1.0
    shares = np.tile(list(weights.values()), (len(local), 1))
    total = (shares * ((1 + local) * (1 + fx) - 1)).sum(axis=1)
    sectors = tuple(SECTORS[name] for name in names)
    return IndexDays(shares, local, fx, total, sectors, tuple(SECURITIES[one] for one in names))


def half_in_banks() -> tuple[list[Entry], list[Marks]]:
    """500 of 1,000 CAD in RY, the rest is cash; RY gains 10 %, the dollar share 2 %, at 1.30."""
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1000"),
        entry(2, "BUY", "2024-01-01", security="RY", quantity="5", price="100"),
    ]
    rates = {"USD": "1.30"}
    return ledger, [marks_of(0, {"RY": "100", "AAPL": "100"}, rates),
                    marks_of(1, {"RY": "110", "AAPL": "102"}, rates)]  # fmt: skip


def test_sectors_by_hand() -> None:
    # The index: 40 % banks, 60 % technology: 0.4·10 % + 0.6·2 % = 5.2 %. The portfolio earns 5 %.
    # banks (0.5−0.4)(10−5.2) %, technology −0.6·(2−5.2) %; cash, which the index lacks, is
    # interaction: 0.5·(0 − 5.2 %).
    ledger, marks = half_in_banks()
    found = attribute_sectors(
        cut_lines(ledger, marks), sector_of, index_of(marks, RY=0.4, AAPL=0.6)
    )
    rows = {row.sector: row for row in found.sectors}
    assert rows["Banks"].allocation == pytest.approx(0.1 * 0.048)
    assert rows["Banks"].selection == pytest.approx(0.0)
    assert rows["Technology"].allocation == pytest.approx(-0.6 * -0.032)
    assert rows["Technology"].total_return is None
    assert rows["Technology"].index_return == pytest.approx(0.02)
    assert rows["Cash"].interaction == pytest.approx(0.5 * -0.052)
    assert (rows["Banks"].weight, rows["Banks"].index_weight) == pytest.approx((0.5, 0.4))
    assert found.whole.excess == pytest.approx(0.05 - 0.052)


def test_a_hedge_of_the_benchmark_is_named_and_no_sector_s() -> None:
    ledger, marks = half_in_banks()
    plain = index_of(marks, RY=0.4, AAPL=0.6)
    hedged = IndexDays(
        plain.weights, plain.local, plain.fx, plain.total + 0.01, plain.sectors, plain.currencies
    )
    found = attribute_sectors(cut_lines(ledger, marks), sector_of, hedged)
    assert found.hedge == pytest.approx(-0.01)
    assert sum(row.total for row in found.sectors) == pytest.approx(0.05 - 0.052)
    assert found.whole.excess == pytest.approx(0.05 - 0.062)


def test_markets_and_currencies_by_hand() -> None:
    # The portfolio: all in CAD, half banks half cash, 5 %. The index: all AAPL, 2 % locally, and
    # the dollar gains 10 % on 1.30. No interest: the premium of the index is 2 %, K = 10 %.
    # CAD: allocation (1−0)(0 − 0 − 2 %), selection W = 0, interaction (1−0)(5 % − 0), currency
    # (1−0)(0 − 10 %). USD: allocation −1·(2−2) %, currency −1·(10−10) %, cross −2 %·10 %.
    ledger, _ = half_in_banks()
    marks = [marks_of(0, {"RY": "100", "AAPL": "100"}, {"USD": "1.30"}),
             marks_of(1, {"RY": "110", "AAPL": "102"}, {"USD": "1.43"})]  # fmt: skip
    nothing = {"CAD": np.zeros(1), "USD": np.zeros(1)}
    found = attribute_markets(cut_lines(ledger, marks), index_of(marks, AAPL=1.0), nothing)
    cad, usd = found.markets
    assert (cad.allocation, cad.interaction) == pytest.approx((-0.02, 0.05))
    assert (cad.currency_effect, cad.cross) == pytest.approx((-0.10, 0.0))
    assert (usd.allocation, usd.currency_effect) == pytest.approx((0.0, 0.0))
    assert usd.cross == pytest.approx(-0.002)
    assert found.trading == pytest.approx(0.0, abs=1e-15)
    assert found.whole.excess == pytest.approx(0.05 - (1.02 * 1.10 - 1))


def test_a_poor_conversion_is_trading_and_no_market_s() -> None:
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1300"),
        entry(2, "FX_CONVERSION", "2024-01-02", gross_amount="1300", to_amount="990",
              to_currency="USD"),
    ]  # fmt: skip
    marks = [marks_of(at, {"RY": "100"}, {"USD": "1.30"}) for at in (0, 1)]
    cash = {"CAD": np.zeros(1), "USD": np.zeros(1)}
    found = attribute_markets(cut_lines(ledger, marks), index_of(marks, RY=1.0), cash)
    assert found.trading == pytest.approx(-13 / 1300)
    assert sum(row.total for row in found.markets) == pytest.approx(0.0, abs=1e-15)


def test_a_currency_without_a_cash_rate_is_refused() -> None:
    ledger, marks = half_in_banks()
    lines, index = cut_lines(ledger, marks), index_of(marks, AAPL=1.0)
    assert currencies_of(lines, index) == ("CAD", "USD")
    with pytest.raises(ValueError, match="cash rate"):
        attribute_markets(lines, index, {"USD": np.zeros(1)})


def test_a_benchmark_that_lacks_a_day_is_refused() -> None:
    ledger, marks = half_in_banks()
    index = index_of(marks, RY=1.0)
    gap = IndexDays(
        index.weights, index.local, index.fx, np.array([np.nan]), *(("Banks",), ("CAD",))
    )
    with pytest.raises(ValueError, match="benchmark's return"):
        attribute_sectors(cut_lines(ledger, marks), sector_of, gap)


@settings(max_examples=40, deadline=None)
@given(trading_ledgers(), market_days(), st.floats(0.0, 1.0))
def test_effects_by_sector_sum_to_the_excess_whatever_is_traded(
    ledger: list[Entry], marks: list[Marks], banks: float
) -> None:
    found = attribute_sectors(
        cut_lines(ledger, marks), sector_of, index_of(marks, RY=banks, AAPL=1 - banks)
    )
    assert sum(row.total for row in found.sectors) == pytest.approx(found.whole.excess, abs=1e-9)
    assert sum(row.weight for row in found.sectors) == pytest.approx(1.0)
    assert sum(row.index_weight for row in found.sectors) == pytest.approx(1.0)
    assert found.hedge == pytest.approx(0.0, abs=1e-12)
    assert found.whole.error_bps < 1e-5
    assert found.whole.linkers_gap_bps < 1e-4


@settings(max_examples=40, deadline=None)
@given(trading_ledgers(), market_days(), st.floats(0.0, 1.0), st.booleans(), daily)
def test_effects_of_markets_and_currencies_sum_to_the_excess(
    ledger: list[Entry], marks: list[Marks], banks: float, hedged: bool, interest: float
) -> None:
    lines, plain = cut_lines(ledger, marks), index_of(marks, RY=banks, ASML=1 - banks)
    codes = currencies_of(lines, plain)
    cash = {code: np.full(len(lines.dates), interest * at) for at, code in enumerate(codes)}
    total = plain.total
    if hedged:  # the principal of each member is sold forward at covered parity
        parity = (1.0 + cash["CAD"]) / (1.0 + cash.get("EUR", cash["CAD"])) - 1.0
        total = total + plain.weights[:, 1] * (parity - plain.fx[:, 1])
    index = IndexDays(plain.weights, plain.local, plain.fx, total, plain.sectors,
                      plain.currencies, hedged)  # fmt: skip
    found = attribute_markets(lines, index, cash)
    effects = sum(row.total for row in found.markets) + found.trading
    assert effects == pytest.approx(found.whole.excess, abs=1e-9)
    for row in found.markets:
        assert row.currency_effect == pytest.approx(row.by_assets + row.by_forwards, abs=1e-12)
    assert found.whole.linkers_gap_bps < 1e-4
