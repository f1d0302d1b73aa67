"""The internal rate and Modified Dietz: goldens, hand arithmetic, and what has no answer."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolios.calc.dietz import FlowTiming, modified_dietz
from portfolios.calc.money import decimal_from_float
from portfolios.calc.money_weighted import xirr
from portfolios.tests.calc.golden import case, close

JANUARY = (date(2023, 12, 31), date(2024, 1, 10))  # ten days
CASES = [
    "ordinary",
    "under_one_year",
    "multiple_roots",
    "no_sign_change",
    "no_root",
    "near_total_loss",
]


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("case_id", CASES)
def test_internal_rates_are_the_goldens(case_id: str) -> None:
    golden = case("s03_mwr_xirr", case_id)
    flows = [(day(flow["date"]), flow["amount"]) for flow in golden["inputs"]["cashflows"]]
    expected, tolerance = golden["expected"], golden["tolerance"]
    got = xirr(flows)
    assert close(got.rate, expected["rate"], tolerance)
    assert got.reason == expected["reason"]
    assert len(got.roots) == len(expected["roots"])
    assert all(close(*pair, tolerance) for pair in zip(got.roots, expected["roots"], strict=True))
    assert close(got.period_return, expected.get("period_return"), tolerance)


def test_flows_of_one_day_count_together_in_any_order() -> None:
    # 100 becomes 110 in 365 days, with 50 in and out on the way.
    flows = [
        (day("2024-01-01"), 110.0),
        (day("2023-06-01"), 50.0),
        (day("2023-01-01"), -100.0),
        (day("2023-06-01"), -50.0),
    ]
    assert xirr(flows).rate == pytest.approx(0.10, abs=1e-12)


def test_nothing_paid_has_no_rate() -> None:
    assert xirr([]).reason == "NO_SIGN_CHANGE"
    assert xirr([(day("2024-01-01"), 0.0)]).rate is None


def test_a_rate_that_lies_on_the_grid_is_found_once() -> None:
    # r = 0 is the middle of the scan: ln(1+r) = 0.
    roots = xirr([(day("2023-01-01"), -100.0), (day("2024-01-01"), 100.0)]).roots
    assert roots == pytest.approx((0.0,), abs=1e-12)


@given(
    rate=st.floats(-0.9, 5.0),
    days=st.integers(1, 8000),
    paid=st.floats(1.0, 1e9),
)
def test_one_payment_grows_at_its_own_rate(rate: float, days: int, paid: float) -> None:
    start = date(1990, 1, 1)
    end = start + timedelta(days=days)
    worth = paid * (1.0 + rate) ** (days / 365.0)  # 1 + period_rate would lose digits near −1
    assert xirr([(start, -paid), (end, worth)]).rate == pytest.approx(rate, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("case_id", ["one_inflow", "in_and_out"])
def test_modified_dietz_is_the_golden(case_id: str) -> None:
    golden = case("s03_modified_dietz", case_id)
    inputs, expected, tolerance = golden["inputs"], golden["expected"], golden["tolerance"]
    got = modified_dietz(
        day(inputs["start"]),
        day(inputs["end"]),
        (decimal_from_float(inputs["v0"]), decimal_from_float(inputs["v1"])),
        [(day(flow["date"]), decimal_from_float(flow["amount"])) for flow in inputs["flows"]],
    )
    assert close(float(got.gain), expected["gain"], tolerance)
    assert close(float(got.average_capital), expected["average_capital"], tolerance)
    assert close(got.ret, expected["ret"], tolerance)


@pytest.mark.parametrize(
    ("timing", "average_capital"),
    [
        # Day 4 of 10: 100 in weighs 7/10 from the start, 6/10 from the end; 50 out likewise.
        (FlowTiming.IN_START_OUT_END, Decimal("1040")),  # 1000 + 70 − 30
        (FlowTiming.START_OF_DAY, Decimal("1035")),  # 1000 + 70 − 35
        (FlowTiming.END_OF_DAY, Decimal("1030")),  # 1000 + 60 − 30
    ],
)
def test_flow_timing_moves_a_flow_within_its_day(
    timing: FlowTiming, average_capital: Decimal
) -> None:
    flows = [(day("2024-01-04"), Decimal(100)), (day("2024-01-04"), Decimal(-50))]
    got = modified_dietz(*JANUARY, (Decimal(1000), Decimal(1154)), flows, timing)
    assert got.average_capital == average_capital
    assert got.ret == pytest.approx(104 / float(average_capital))


def test_capital_that_is_not_positive_has_no_return() -> None:
    emptied = [(day("2024-01-01"), Decimal(-1000))]
    got = modified_dietz(*JANUARY, (Decimal(100), Decimal(0)), emptied)
    assert got.ret is None


def test_a_flow_outside_the_period_is_refused() -> None:
    with pytest.raises(ValueError, match="not a day of the period"):
        modified_dietz(*JANUARY, (Decimal(1), Decimal(1)), [(day("2023-12-31"), Decimal(1))])
    with pytest.raises(ValueError, match="at least one day"):
        modified_dietz(JANUARY[0], JANUARY[0], (Decimal(1), Decimal(1)), [])
