"""Mistakes are named and the rest is answered; nothing is ever a plausible lie."""

from typing import Any

import pytest

from portfolios.exceptions import DocumentUnreadable
from portfolios.formats.evaluation import read_document
from portfolios.tests.evaluation.documents import (
    answer,
    answer_to,
    buy,
    closes,
    codes,
    deposit,
    document,
    entry,
    expect,
    position,
    sell,
)


def problem(said: Any, code: str) -> dict[str, Any]:
    found = [one for one in said["problems"] if one["code"] == code]
    assert len(found) == 1
    return dict(found[0])


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"quantity": "ten"}, "invalid_number", "quantity"),
        ({"quantity": "NaN"}, "invalid_number", "quantity"),
        ({"quantity": "1_000"}, "invalid_number", "quantity"),
        ({"quantity": "１２"}, "invalid_number", "quantity"),
        ({"quantity": "1E+1000000"}, "invalid_number", "quantity"),
        ({"quantity": "9" * 5000}, "invalid_number", "quantity"),
        ({"quantity": True}, "invalid_number", "quantity"),
        ({"price": "-1"}, "invalid_number", "price"),
        ({"date": "2024-02-30"}, "invalid_date", "date"),
        ({"date": "03/04/2024"}, "invalid_date", "date"),
        ({"date": "0001-01-01"}, "invalid_date", "date"),
        ({"type": "GIFT"}, "unsupported_type", "type"),
        ({"currency": "dollars"}, "invalid_currency", "currency"),
        ({"symbol": ["X"]}, "invalid_text", "symbol"),
        ({"symbol": "?", "currency": None}, "unknown_symbol", "symbol"),
        ({"quantity": None}, "missing_field", "quantity"),
        ({"lot_selector": "first"}, "invalid_lot", "lot_selector"),
    ],
)
def test_a_mistake_in_one_entry_leaves_the_others(
    wrong: dict[str, Any], code: str, field: str
) -> None:
    said = answer(
        buy("2024-01-02", "10", "100"), {**buy("2024-01-03", "5", "100"), **wrong},
        asof="2024-01-31",
    )  # fmt: skip
    found = problem(said, code)
    assert (found["seq"], found["field"]) == (2, field)
    assert found["message"].endswith(".") and found["suggestion"].endswith(".")
    expect(position(said), quantity=10, cost_basis=1000)


def test_two_entries_of_one_number() -> None:
    said = answer(
        buy("2024-01-02", "10", "100"), {**buy("2024-01-03", "5", "100"), "seq": 1},
        asof="2024-01-31",
    )  # fmt: skip
    assert problem(said, "duplicate_seq")["seq"] == 1
    expect(position(said), quantity=10)


def test_a_symbol_that_no_instrument_lists_is_booked_in_the_entrys_currency() -> None:
    said = answer(
        buy("2024-01-02", "10", "100", symbol="Z"), asof="2024-01-31",
        prices=closes("Z", d20240131="110"),
    )  # fmt: skip
    assert problem(said, "unknown_symbol")["seq"] == 1
    expect(position(said, "Z"), quantity=10, cost_basis=1000, market_value=1100)


def test_a_missing_price_withholds_values_and_nothing_else() -> None:
    said = answer(
        deposit("2024-01-02", "2000"),
        buy("2024-01-02", "10", "100"),
        buy("2024-01-02", "5", "100", symbol="Y"),
        sell("2024-01-03", "5", "120"),
        asof="2024-01-31",
        prices=closes("Y", d20240131="100"),
    )
    assert problem(said, "missing_price")["seq"] is None
    assert "X" in problem(said, "missing_price")["message"]
    expect(
        position(said),
        quantity=5,
        cost_basis=500,
        market_value=None,
        unrealized_pnl=None,
        realized_pnl=100,
    )
    expect(position(said, "Y"), market_value=500)
    expect(
        said["totals"],
        market_value=None,
        total_value=None,
        unrealized_pnl=None,
        cash=1100,
        cost_basis=1000,
        realized_pnl=100,
    )
    assert said["returns"]["twr"] is None
    assert said["returns"]["irr"] is None


def test_an_unknown_cost_is_not_zero() -> None:
    lot = {"symbol": "X", "quantity": "10", "currency": "USD", "date": "2020-05-04"}
    said = answer(
        sell("2024-01-03", "4", "110"), asof="2024-01-31", opening_lots=[lot],
        prices=closes(d20200504="60", d20240131="100"),
    )  # fmt: skip
    expect(position(said), quantity=6, market_value=600, cost_basis=None, unrealized_pnl=None)
    expect(said["totals"], realized_pnl=None, cost_basis=None, total_value=1040)
    assert "unknown_basis" in codes(said)
    assert position(said)["state"] == "partial"


def test_an_empty_document_has_zeros_and_no_returns() -> None:
    said = answer(asof="2024-01-31")
    expect(said["totals"], total_value=0, realized_pnl=0, net_external_flows=0)
    assert said["positions"] == said["cash"] == []
    assert set(codes(said)) == {"undefined_return", "no_sign_change"}


def test_json_numbers_are_read_by_their_text() -> None:
    said = answer(
        buy("2024-01-02", 10, 0.1, fees=1), asof="2024-01-02",  # type: ignore[arg-type]
    )  # fmt: skip
    expect(position(said), cost_basis=2)


def test_bad_prices_and_rates_are_named_and_the_others_used() -> None:
    said = answer(
        buy("2024-01-02", "1", "100"),
        asof="2024-01-31",
        prices=[
            *closes(d20240130="110"),
            {"symbol": "X", "date": "2024-01-31", "close": "-5"},
            {"symbol": "X", "date": "2024-13-01", "close": "5"},
            {"symbol": "X", "close": "5"},
        ],
        fx=[
            {"pair": "EURUSD", "date": "2024-01-01", "rate": "1"},
            {"pair": "EUR/USD", "date": "2024-01-01", "rate": "0"},
        ],
    )
    expect(position(said), market_value=110)
    named = {(one["code"], one["field"]) for one in said["problems"]}
    assert {
        ("invalid_number", "prices[1].close"),
        ("invalid_date", "prices[2].date"),
        ("missing_field", "prices[3].date"),
        ("invalid_currency", "fx[0].pair"),
        ("invalid_number", "fx[1].rate"),
    } <= named


@pytest.mark.parametrize(
    "text", ["1.2.3", ".5", "5.", "1_0", " 1", "１", "1\n2", "NaN", "--1", "1,5"]
)
def test_a_close_that_is_no_plain_number_is_named_among_many(text: str) -> None:
    wrong = {"symbol": "X", "date": "2024-01-31", "close": text}
    said = answer(
        buy("2024-01-02", "1", "100"),
        asof="2024-01-31",
        prices=[*closes(d20240130="110"), wrong],
    )
    expect(position(said), market_value=110)
    assert problem(said, "invalid_number")["field"] == "prices[1].close"


@pytest.mark.parametrize("text", ["110", "110.00", "0110", "1.1E+2", "+110", "110." + "0" * 50])
def test_a_close_may_be_written_in_many_ways(text: str) -> None:
    # one of them is read at once with all the others, one by itself
    prices = [*closes(d20240130="90"), {"symbol": "X", "date": "2024-01-31", "close": text}]
    said = answer(buy("2024-01-02", "1", "100"), asof="2024-01-31", prices=prices)
    expect(position(said), market_value=110)


def test_bad_lots_and_actions_are_named() -> None:
    said = answer(
        asof="2024-01-31",
        opening_lots=[{"symbol": "X", "quantity": "?", "currency": "USD", "date": "2020-01-01"}],
        corporate_actions=[
            {"type": "MERGER", "symbol": "X", "date": "2020-01-01", "new_shares": "1"},
            {"type": "SPLIT", "symbol": "X", "date": "2020-01-01", "new_shares": "0",
             "old_shares": "1"},
        ],
    )  # fmt: skip
    named = {(one["code"], one["field"]) for one in said["problems"]}
    assert {
        ("invalid_number", "opening_lots[0].quantity"),
        ("unsupported_type", "corporate_actions[0].type"),
        ("invalid_number", "corporate_actions[1].new_shares"),
    } <= named


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"base_currency": None}, "base_currency"),
        ({"base_currency": 5}, "base_currency"),
        ({"asof": None}, "asof"),
        ({"asof": "31.01.2024"}, "asof"),
        ({"period_start": "2024-01-31"}, "period_start"),
        ({"policy": {"cost_method": "BEST"}}, "policy.cost_method"),
        ({"policy": {"fees_in_cost": "yes"}}, "policy.fees_in_cost"),
        ({"policy": {"max_price_age_days": "1.5"}}, "policy.max_price_age_days"),
        ({"policy": {"cost_metod": "FIFO"}}, "policy.cost_metod"),
        ({"policy": []}, "policy"),
        ({"transactions": {}}, "transactions"),
        ({"prices": ["X"]}, "prices"),
    ],
)
def test_what_everything_depends_on_refuses_the_document(parts: dict[str, Any], field: str) -> None:
    said = {**document(asof="2024-01-31"), **parts}
    with pytest.raises(DocumentUnreadable) as refused:
        answer_to(said)
    assert [error["field"] for error in refused.value.details["errors"]] == [field]


def test_every_reason_for_a_refusal_is_given_at_once() -> None:
    with pytest.raises(DocumentUnreadable) as refused:
        read_document({"policy": {"rounding": "up"}, "fx": 1})
    fields = {error["field"] for error in refused.value.details["errors"]}
    assert fields == {"base_currency", "asof", "policy.rounding", "fx"}


def test_a_reversed_entry_is_as_if_never_written() -> None:
    said = answer(
        buy("2024-01-02", "10", "100"),
        buy("2024-01-03", "5", "100"),
        entry("REVERSAL", "2024-01-04", reverses="2"),
        asof="2024-01-31",
    )
    expect(position(said), quantity=10)
