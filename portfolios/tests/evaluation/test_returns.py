"""Returns and risk: the chain under each flow timing, what breaks it, rates, falls."""

from datetime import date, timedelta

import pytest

from portfolios.tests.evaluation.documents import (
    answer,
    answer_to,
    buy,
    closes,
    codes,
    deposit,
    document,
    entry,
    sell,
    withdraw,
)

# 1000 buys 10 X at 100; 110 the next day, when 1100 more comes and buys 10; then 121.
GROWING = (
    deposit("2024-01-02", "1000"),
    buy("2024-01-02", "10", "100"),
    deposit("2024-01-03", "1100"),
    buy("2024-01-03", "10", "110"),
)
PRICES = closes(d20240102="100", d20240103="110", d20240104="121")


def approx(value: float) -> object:
    return pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(
    ("timing", "twr"),
    [
        # Jan 3: (2200 − 2100)/2100; Jan 4: 2420/2200 − 1 = 10 %.
        ("in_start_out_end", (1 + 100 / 2100) * 1.1 - 1),
        ("start_of_day", (1 + 100 / 2100) * 1.1 - 1),
        # Jan 3: (2200 − 1100 − 1000)/1000 = 10 %; Jan 4: 10 %.
        ("end_of_day", 0.21),
    ],
)
def test_flow_timing_decides_what_a_deposit_earned_on_its_day(timing: str, twr: float) -> None:
    said = answer(*GROWING, asof="2024-01-04", prices=PRICES, policy={"flow_timing": timing})
    assert said["returns"]["twr"] == approx(twr)


@pytest.mark.parametrize(
    ("timing", "second_day"),
    [
        # 1000 at 100; 500 leave on the day it rises to 110, at the price of 110: V1 = 600.
        ("in_start_out_end", (600 + 500) / 1000),
        ("start_of_day", 600 / 500),
        ("end_of_day", (600 + 500) / 1000),
    ],
)
def test_flow_timing_decides_what_a_withdrawal_missed(timing: str, second_day: float) -> None:
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        sell("2024-01-03", "4", "125"),
        withdraw("2024-01-03", "500"),
        asof="2024-01-03",
        prices=closes(d20240102="100", d20240103="100"),
        policy={"flow_timing": timing},
    )
    assert said["returns"]["twr"] == approx(second_day - 1)


def test_the_chain_is_that_of_the_golden_case() -> None:
    # methods: values 100k, 120k, 220k (+100k), 198k earn 20 %, 0 %, −10 %: 8 %.
    said = answer(
        deposit("2024-01-01", "100000"),
        buy("2024-01-01", "1000", "100"),
        deposit("2024-01-03", "100000"),
        asof="2024-01-04",
        prices=closes(d20240101="100", d20240102="120", d20240104="98"),
    )
    assert said["totals"]["total_value"] == "198000"
    assert said["returns"]["twr"] == approx(1.2 * 0.9 - 1)


def test_a_holding_bought_before_its_first_price_is_bridged() -> None:
    # No value on Jan 2, but nothing moved until the first price: 1100 / 1000.
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        asof="2024-01-31",
        prices=closes(d20240115="110"),
    )
    assert said["returns"]["twr"] == approx(0.10)
    assert codes(said) == []


def test_money_that_came_when_the_value_was_not_known_breaks_the_chain() -> None:
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        deposit("2024-01-08", "1000"),
        asof="2024-01-31",
        prices=closes(d20240115="110"),
    )
    assert said["returns"]["twr"] is None
    assert said["returns"]["irr"] is not None  # it needs the two ends only
    assert "undefined_return" in codes(said)


def test_everything_sold_and_withdrawn_ends_the_chain() -> None:
    # 1000 → 1200, all taken out; months without anything add nothing.
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        sell("2024-01-10", "10", "120"),
        withdraw("2024-01-10", "1200"),
        asof="2024-06-28",
        prices=closes(d20240102="100", d20240110="120", d20240301="50"),
    )
    assert said["returns"]["twr"] == approx(0.20)
    # 1000 became 1200 in eight days: 1.2^(365/8) is 4,100 a year, beyond what is searched.
    assert said["returns"]["irr"] is None
    # On average less than nothing was invested: 1000 for 179 days less 1200 for 171 of them.
    assert said["returns"]["modified_dietz"] is None
    assert set(codes(said)) == {"no_root", "undefined_return"}


def test_an_internal_rate_is_annual_and_its_period_is_told() -> None:
    # 1000 → 1100 in 182 days: 1.1^(365/182) − 1.
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        asof="2024-07-02",
        prices=closes(d20240102="100", d20240702="110"),
    )
    assert said["returns"]["irr"] == pytest.approx(1.1 ** (365 / 182) - 1, abs=1e-9)
    assert said["returns"]["irr_period"] == pytest.approx(0.10, abs=1e-9)
    assert said["returns"]["irr_unique"] is True
    assert len(said["returns"]["irr_candidates"]) == 1


def test_several_internal_rates_are_listed_and_none_is_chosen() -> None:
    # −1000, +2500 a year later, −1500 after two: 1000x² − 2500x + 1500 = 0 for x = 1 and 1.5.
    said = answer(
        deposit("2022-01-01", "1000"),
        withdraw("2023-01-01", "2500"),
        deposit("2024-01-01", "1550"),
        withdraw("2024-01-01", "50"),
        asof="2024-01-01",
        period_start="2021-12-31",
    )
    assert said["totals"]["total_value"] == "0"
    assert said["returns"]["irr"] is None
    assert said["returns"]["irr_unique"] is False
    assert said["returns"]["irr_candidates"] == pytest.approx([0.0, 0.5], abs=1e-9)
    assert "multiple_roots" in codes(said)


def test_flows_that_run_one_way_have_no_rate() -> None:
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        asof="2024-01-31",
        prices=closes(d20240102="100", d20240131="0"),
    )
    assert said["returns"]["irr"] is None
    assert "no_sign_change" in codes(said)


def test_modified_dietz_weighs_each_flow_by_its_days() -> None:
    # Ten days from Dec 31; 1000 on day 1 weighs 1, 500 on day 6 weighs 5/10.
    # Gain 1600 − 1500 = 100 over 1250: 8 %.
    said = answer(
        deposit("2024-01-01", "1000"),
        buy("2024-01-01", "10", "100"),
        deposit("2024-01-06", "500"),
        asof="2024-01-10",
        prices=closes(d20240101="100", d20240110="110"),
    )
    assert said["returns"]["modified_dietz"] == approx(0.08)


def test_a_year_is_annualised_and_less_is_not() -> None:
    prices = closes(d20240102="100", d20250102="110")
    ledger = (deposit("2024-01-02", "1000"), buy("2024-01-02", "10", "100"))
    year = answer(*ledger, asof="2025-01-02", prices=prices)  # 366 days
    assert year["returns"]["twr_annualized"] == approx(1.1 ** (365 / 366) - 1)
    assert year["returns"]["irr"] == pytest.approx(1.1 ** (365 / 366) - 1, abs=1e-9)
    less = answer(*ledger, asof="2025-01-01", prices=prices)
    assert less["returns"]["twr_annualized"] is None
    assert "insufficient_history" in [one["code"] for one in less["problems"]]


def test_a_fall_is_measured_from_its_peak_and_lasts_until_recovery() -> None:
    # 100, 125, 100 (−20 %), 125 again: from Jan 5 to Jan 20.
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        asof="2024-01-31",
        prices=closes(d20240102="100", d20240105="125", d20240110="100", d20240120="125"),
    )
    assert said["returns"]["max_drawdown"] == approx(0.20)
    assert said["returns"]["longest_drawdown_days"] == 15


def test_a_fall_from_the_start_that_does_not_recover_lasts_to_the_end() -> None:
    # The fee of 100 is lost on the first day: 10 % below the money that came in.
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "9", "100", fees="100"),
        asof="2024-01-12",
        prices=closes(d20240102="100", d20240112="105"),
    )
    assert said["returns"]["max_drawdown"] == approx(0.10)
    assert said["returns"]["longest_drawdown_days"] == 11  # from the close of Jan 1


def test_a_deposit_neither_makes_nor_hides_a_fall() -> None:
    # 1000 falls to 900 while 5000 come in: the loss is 100 of 6000.
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        deposit("2024-01-03", "5000"),
        asof="2024-01-03",
        prices=closes(d20240102="100", d20240103="90"),
    )
    assert said["returns"]["max_drawdown"] == approx(100 / 6000)


def daily(count: int) -> list[dict[str, str]]:
    """Closes 100, 101, 100, 101 … on business days from 2024-01-02."""
    days = [date(2024, 1, 2) + timedelta(days=n) for n in range(200)]
    business = [day for day in days if day.weekday() < 5][:count]
    return [
        {"symbol": "X", "date": day.isoformat(), "close": str(100 + at % 2)}
        for at, day in enumerate(business)
    ]


@pytest.mark.parametrize(("count", "known"), [(60, True), (59, False)])
def test_volatility_needs_sixty_business_days(count: int, known: bool) -> None:
    prices = daily(count)
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        asof=prices[-1]["date"],
        prices=prices,
    )
    if not known:
        assert said["returns"]["volatility"] is None
        return
    # 0 on the day of funding, then 30 rises of 1 % and 29 falls of 1/101.
    sample = [0.0] + [0.01 if at % 2 else -1 / 101 for at in range(1, 60)]
    mean = sum(sample) / 60
    variance = sum((one - mean) ** 2 for one in sample) / 59
    assert said["returns"]["volatility"] == pytest.approx((variance * 252) ** 0.5)


def test_weekends_add_no_returns_to_volatility() -> None:
    # The same prices carried over every weekend: not one zero more.
    prices = daily(80)
    ledger = (deposit("2024-01-02", "1000"), buy("2024-01-02", "10", "100"))
    plain = document(*ledger, asof=prices[-1]["date"], prices=prices)
    saturdays = [
        {**row, "date": (date.fromisoformat(row["date"]) + timedelta(days=1)).isoformat()}
        for row in prices
        if date.fromisoformat(row["date"]).weekday() == 4
    ]
    weekends = {**plain, "prices": [*prices, *saturdays]}
    before, after = answer_to(plain), answer_to(weekends)
    assert after["returns"]["volatility"] == pytest.approx(before["returns"]["volatility"])


def test_negative_capital_has_no_return() -> None:
    # Bought with nothing: −1000 of cash against 1000 of X.
    said = answer(
        buy("2024-01-02", "10", "100"), asof="2024-01-03",
        prices=closes(d20240102="100", d20240103="110"),
    )  # fmt: skip
    assert said["totals"]["total_value"] == "100"
    assert said["returns"]["twr"] is None
    assert "undefined_return" in codes(said)


def test_dividends_interest_and_fees_are_not_flows() -> None:
    # 1000 earns 30 + 10 and pays 5: 3.5 %.
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        entry("DIVIDEND", "2024-01-10", symbol="X", gross_amount="30", currency="USD"),
        entry("INTEREST", "2024-01-11", gross_amount="10", currency="USD"),
        entry("FEE", "2024-01-12", gross_amount="5", currency="USD"),
        asof="2024-01-31",
        prices=closes(d20240102="100", d20240131="100"),
    )
    assert said["returns"]["irr_period"] == pytest.approx(0.035, abs=1e-9)
    assert said["totals"]["net_external_flows"] == "1000"
