"""A corporate action is booked once, however many accounts report it."""

from decimal import Decimal
from typing import Any

import pytest

from portfolios.calc.entries import BookingSettings, Entry, LotScope, Treatment
from portfolios.calc.lot_steps import lot_steps
from portfolios.tests.calc.ledgers import CAD, booked, buy, codes, entry, no_rates

APART = BookingSettings(base_currency="CAD", lot_scope=LotScope.ACCOUNT)
HELD = [
    buy(1, "2024-01-02", "100", "40", account="a"),
    buy(2, "2024-01-02", "60", "40", account="b"),
]
KEPT = {"treatment": Treatment.CARRY_OVER, "jurisdiction": "US"}


def action(seq: int, kind: str, account: str, **terms: Any) -> Entry:
    return entry(seq, kind, "2024-02-02", security="X", account=account, **terms)


@pytest.mark.parametrize("settings", [CAD, APART])
def test_a_split_that_two_brokers_report_is_one(settings: BookingSettings) -> None:
    both = [
        action(3, "SPLIT", "a", new_shares="2", old_shares="1"),
        action(4, "SPLIT", "b", new_shares="4", old_shares="2"),  # the same in other numbers
    ]
    result = booked(*HELD, *both, settings=settings)
    assert [lot.quantity_open for lot in result.open_lots] == [200, 120]
    assert codes(result) == ["duplicate_action"]
    assert "Entry 3 is the same split on 2024-02-02" in result.problems[0].message


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("REVERSE_SPLIT", {"new_shares": "1", "old_shares": "10"}),
        ("STOCK_DIVIDEND", {"new_shares": "1", "old_shares": "10", **KEPT}),
        (
            "SPINOFF",
            {
                "new_shares": "1", "old_shares": "2", "to_security": "Y", "cost_fraction": "0.5",
                **KEPT,
            },
        ),
        ("RETURN_OF_CAPITAL", {"price": "3"}),
    ],
)  # fmt: skip
def test_each_kind_that_would_count_twice(kind: str, terms: dict[str, Any]) -> None:
    once = booked(*HELD, action(3, kind, "a", **terms))
    twice = booked(*HELD, action(3, kind, "a", **terms), action(4, kind, "b", **terms))
    assert codes(once) == [] and codes(twice) == ["duplicate_action"]
    assert (twice.lots, twice.cash) == (once.lots, once.cash)


def test_other_terms_or_another_day_are_another_event() -> None:
    # 160 → 320 → 960, and on the next day 1,920
    result = booked(
        *HELD,
        action(3, "SPLIT", "a", new_shares="2", old_shares="1"),
        action(4, "SPLIT", "a", new_shares="3", old_shares="1"),
        entry(5, "SPLIT", "2024-02-03", security="X", new_shares="2", old_shares="1"),
    )
    assert codes(result) == []
    assert sum(lot.quantity_open for lot in result.open_lots) == 1920


def test_amounts_that_each_account_was_paid_sum() -> None:
    # 100 and 60 shares at 40 cost 6,400; 200 and 120 came back
    result = booked(
        *HELD,
        action(3, "RETURN_OF_CAPITAL", "a", gross_amount="200"),
        action(4, "RETURN_OF_CAPITAL", "b", gross_amount="120"),
    )
    assert codes(result) == []
    assert sum(lot.cost_basis_local or 0 for lot in result.open_lots) == 6400 - 320


def test_one_that_was_refused_does_not_stand_in_the_way() -> None:
    wrong = action(3, "SPLIT", "a", new_shares="2", old_shares="1", price="-1")
    right = action(4, "SPLIT", "a", new_shares="2", old_shares="1")
    result = booked(*HELD, wrong, right)
    assert codes(result) == ["invalid_number"]
    assert [lot.quantity_open for lot in result.open_lots] == [200, 120]


def test_step_by_step_it_is_left_out_too() -> None:
    both = [action(n, "SPLIT", "a", new_shares="2", old_shares="1") for n in (3, 4)]
    steps = list(lot_steps([*HELD, *both], APART, no_rates))
    assert [step.entry.seq for step in steps] == [1, 2, 3]
    held = sum(lot.quantity for lot in steps[-1].lots["X"].values())
    assert held == Decimal(320)
