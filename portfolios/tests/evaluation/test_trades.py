"""Purchases and sales in one currency: cost, proceeds, lots, charges, splits, methods."""

import pytest

from portfolios.tests.evaluation.documents import (
    answer,
    buy,
    closes,
    codes,
    deposit,
    entry,
    expect,
    number,
    position,
    sell,
    split,
)

TWO_LOTS = (buy("2024-01-02", "10", "100"), buy("2024-02-01", "10", "120"))


def test_a_purchase_costs_its_gross_and_its_charges() -> None:
    # 10 × 100 + 5 + 2 = 1007; worth 10 × 110 = 1100, so 93 is unrealised.
    said = answer(
        deposit("2024-01-02", "2000"),
        buy("2024-01-02", "10", "100", fees="5", taxes="2"),
        asof="2024-01-31",
        prices=closes(d20240131="110"),
    )
    expect(position(said), quantity=10, cost_basis=1007, market_value=1100, unrealized_pnl=93)
    expect(said["totals"], cash=993, total_value=2093, purchases=1000, fees=5, taxes=2)
    assert said["cash"] == [{"account": "main", "currency": "USD", "balance": "993"}]
    assert codes(said) == []


def test_charges_outside_cost_are_neither_added_nor_taken_off() -> None:
    # Cost 1000; sale 5 × 120 = 600 against 500: 100. All 9 of fees are still named.
    said = answer(
        buy("2024-01-02", "10", "100", fees="5", taxes="1"),
        sell("2024-01-03", "5", "120", fees="4"),
        asof="2024-01-31",
        policy={"fees_in_cost": False, "taxes_in_cost": False},
        prices=closes(d20240131="120"),
    )
    expect(position(said), cost_basis=500, realized_pnl=100, unrealized_pnl=100, fees=9, taxes=1)
    expect(said["totals"], cash="-410", fees=9, taxes=1)  # −1006 + 596


def test_fees_in_cost_and_taxes_outside_it() -> None:
    # 10 × 100 + 5 = 1005 for the lot; the tax of 3 is only paid.
    said = answer(
        buy("2024-01-02", "10", "100", fees="5", taxes="3"),
        asof="2024-01-31",
        policy={"taxes_in_cost": False},
        prices=closes(d20240131="100"),
    )
    expect(position(said), cost_basis=1005, taxes=3)
    expect(said["totals"], cash="-1008")


def test_a_sale_takes_the_oldest_lot_first() -> None:
    # FIFO: 10 at 100 and 2 at 120 cost 1240; 12 × 130 = 1560.
    said = answer(*TWO_LOTS, sell("2024-03-01", "12", "130"), asof="2024-03-01")
    expect(said["totals"], realized_pnl=320, sales=1560, cost_basis=960)
    closed = said["lots"]["closed"]
    assert [(one["open_date"], one["quantity"]) for one in closed] == [
        ("2024-01-02", "10"),
        ("2024-02-01", "2"),
    ]
    expect(closed[0], unit_cost=100, proceeds=1300, cost=1000, realized_pnl=300)
    expect(closed[1], unit_cost=120, proceeds=260, cost=240, realized_pnl=20)
    expect(said["lots"]["open"][0], quantity=8, unit_cost=120, cost_basis=960)


@pytest.mark.parametrize(
    ("method", "realized", "cost_left"),
    [
        ("FIFO", 320, 960),  # 1560 − 1240
        ("LIFO", 160, 800),  # 1560 − (1200 + 2 × 100)
        ("HIFO", 160, 800),  # the dearest are the newest here
        ("AVERAGE", 240, 880),  # 12 × (130 − 110)
    ],
)
def test_methods_take_different_lots(method: str, realized: int, cost_left: int) -> None:
    said = answer(
        *TWO_LOTS,
        sell("2024-03-01", "12", "130"),
        asof="2024-03-01",
        policy={"cost_method": method},
    )
    expect(said["totals"], realized_pnl=realized, cost_basis=cost_left)


def test_highest_cost_first_need_not_be_the_newest() -> None:
    # 100, 150, 120: HIFO sells the one at 150, then 120. 2 × 160 − 270 = 50.
    said = answer(
        buy("2024-01-02", "1", "100"),
        buy("2024-01-03", "1", "150"),
        buy("2024-01-04", "1", "120"),
        sell("2024-01-05", "2", "160"),
        asof="2024-01-05",
        policy={"cost_method": "HIFO"},
    )
    expect(said["totals"], realized_pnl=50, cost_basis=100)
    assert [one["unit_cost"] for one in said["lots"]["closed"]] == ["150", "120"]


def test_average_cost_follows_every_purchase() -> None:
    # 10 at 100, sell 5 at 120 (cost 500): +100. Buy 5 at 140: pool 10 for 1200, 120 each.
    # Sell 10 at 130: +100.
    said = answer(
        buy("2024-01-02", "10", "100"),
        sell("2024-01-03", "5", "120"),
        buy("2024-01-04", "5", "140"),
        sell("2024-01-05", "10", "130"),
        asof="2024-01-05",
        policy={"cost_method": "AVERAGE"},
    )
    expect(said["totals"], realized_pnl=200, cost_basis=0)
    expect(position(said), quantity=0, cost_basis=0, market_value=0, realized_pnl=200)


def test_a_closed_position_stays_with_nothing_held() -> None:
    said = answer(buy("2024-01-02", "10", "100"), sell("2024-01-03", "10", "90"), asof="2024-01-31")
    expect(
        position(said),
        quantity=0,
        cost_basis=0,
        cost_basis_local=0,
        market_value=0,
        unrealized_pnl=0,
        realized_pnl=-100,
    )
    assert said["positions"][0]["state"] == "exact"
    assert said["lots"]["open"] == []


def test_gross_amount_beats_price_times_quantity() -> None:
    # 3 × 33.33 is 99.99, but 100 was paid.
    said = answer(buy("2024-01-02", "3", "33.33", gross_amount="100"), asof="2024-01-02")
    expect(position(said), cost_basis=100)
    expect(said["totals"], cash="-100")


def test_a_net_amount_says_what_was_paid_with_or_without_its_sign() -> None:
    # 1010 paid, 10 of it fees: gross 1000. 594 received after fees of 6: gross 600.
    for paid in ("1010", "-1010"):
        said = answer(
            entry("BUY", "2024-01-02", symbol="X", quantity="10", net_amount=paid, fees="10"),
            entry("SELL", "2024-01-03", symbol="X", quantity="5", net_amount="594", fees="6"),
            asof="2024-01-31",
        )
        expect(said["totals"], purchases=1000, sales=600, cash="-416", realized_pnl=89)


def test_bought_and_sold_on_one_day_in_the_order_of_their_numbers() -> None:
    # seq orders the day: buy (2), then sell (3), although the list is the other way round.
    said = answer(
        {**sell("2024-01-02", "10", "101"), "seq": 3},
        {**buy("2024-01-02", "10", "100"), "seq": 2},
        asof="2024-01-02",
    )
    expect(said["totals"], realized_pnl=10, cash=10)
    assert "insufficient_quantity" not in codes(said)


def test_a_split_changes_quantity_and_unit_cost_only() -> None:
    # 10 at 100 become 40 at 25; 8 sold at 30 cost 200 and bring 240.
    said = answer(
        buy("2024-01-02", "10", "100"),
        sell("2024-03-01", "8", "30"),
        asof="2024-03-01",
        corporate_actions=[split("2024-02-01", "4", "1")],
        prices=closes(d20240301="30"),
    )
    expect(position(said), quantity=32, cost_basis=800, market_value=960, realized_pnl=40)
    expect(said["lots"]["open"][0], unit_cost=25)


def test_a_split_comes_before_the_trades_of_its_day() -> None:
    # 10 become 20 in the morning; 5 new shares are bought that day at 50.
    said = answer(
        buy("2024-01-02", "10", "100"),
        buy("2024-02-01", "5", "50"),
        asof="2024-02-01",
        corporate_actions=[split("2024-02-01", "2", "1")],
        prices=closes(d20240201="50"),
    )
    expect(position(said), quantity=25, cost_basis=1250, market_value=1250)


def test_a_price_from_before_a_split_is_restated_when_used_after_it() -> None:
    # The last close is 100 of an old share; two new ones are worth 50 each.
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        asof="2024-02-02",
        prices=closes(d20240131="100"),
        corporate_actions=[split("2024-02-01", "2", "1")],
    )
    expect(position(said), quantity=20, market_value=1000)
    assert said["returns"]["twr"] == 0.0


def test_a_reverse_split_makes_fewer_dearer_shares() -> None:
    # 1 for 10: 100 at 2 become 10 at 20.
    said = answer(
        buy("2024-01-02", "100", "2"),
        asof="2024-02-02",
        corporate_actions=[split("2024-02-01", "1", "10")],
        prices=closes(d20240202="21"),
    )
    expect(position(said), quantity=10, cost_basis=200, market_value=210)


def test_a_split_of_something_sold_before_changes_nothing() -> None:
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        sell("2024-01-03", "10", "110"),
        asof="2024-03-01",
        corporate_actions=[split("2024-02-01", "2", "1")],
        prices=closes(d20240102="100"),
    )
    expect(said["totals"], realized_pnl=100, cash=1100)
    assert codes(said) == []


def test_opening_lots_bring_cost_and_date() -> None:
    # 10 at 80 from 2020 and 10 bought at 100; FIFO sells 12: 10 at 80 and 2 at 100 cost 1000.
    said = answer(
        buy("2024-01-02", "10", "100"),
        sell("2024-01-03", "12", "110"),
        asof="2024-01-31",
        opening_lots=[
            {
                "symbol": "X",
                "quantity": "10",
                "unit_cost": "80",
                "currency": "USD",
                "date": "2020-05-04",
                "account": "main",
                "label": "old",
            }
        ],
        period_start="2023-12-31",
        prices=closes(d20231229="90", d20240131="100"),
    )
    expect(said["totals"], realized_pnl=320, cost_basis=800, net_external_flows=0)
    closed = said["lots"]["closed"][0]
    assert (closed["open_date"], closed["close_seq"]) == ("2020-05-04", 2)


def test_a_total_loss_is_a_result() -> None:
    # A close of 0 is a price: everything is lost, not unknown.
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        asof="2024-01-31",
        prices=closes(d20240102="100", d20240131="0"),
    )
    expect(position(said), market_value=0, unrealized_pnl=-1000)
    assert said["returns"]["twr"] == -1.0
    assert said["returns"]["max_drawdown"] == 1.0


def test_results_are_rounded_to_the_minor_unit_by_default() -> None:
    # 10 for 100 with fees of 1: 10.1 each. 3 sold for 33.333 less 30.3 earn 3.033: 3.03.
    said = answer(
        buy("2024-01-02", "10", "10", fees="1"),
        sell("2024-01-03", "3", "11.111"),
        asof="2024-01-31",
        policy={"rounding": "minor_unit"},
    )
    expect(said["totals"], realized_pnl="3.03")


def test_nothing_is_rounded_where_rounding_is_none() -> None:
    # A third of 100 is not a sum of cents: 1 of 3 for 100 sold at 40 earns 6.666…
    said = answer(
        buy("2024-01-02", "3", "33", gross_amount="100"),
        sell("2024-01-03", "1", "40"),
        asof="2024-01-31",
    )
    assert abs(number(said["totals"]["realized_pnl"]) - number("6.6666666")) < number("0.000001")
