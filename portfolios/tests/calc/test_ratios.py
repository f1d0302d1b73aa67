"""A ratio changes a position; its lots share what the position comes to."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolios.calc.entries import BookingSettings, Entry, LotScope, Treatment
from portfolios.calc.lots import Book
from portfolios.calc.plain_replay import replay
from portfolios.tests.calc.ledgers import booked, codes, decimals, entry

ACCOUNTS = BookingSettings(base_currency="CAD", lot_scope=LotScope.ACCOUNT)
LAW: dict[str, Any] = {"jurisdiction": "CA", "treatment": Treatment.CARRY_OVER}
QUANTITIES = st.decimals("0.00000001", "100000", places=8)


def lots_of(*quantities: Decimal | int | str, account: str = "main") -> list[Entry]:
    return [
        entry(seq, "OPENING_BALANCE", "2024-01-05", security="X", quantity=quantity,
              cost_basis="30", account=account)
        for seq, quantity in enumerate(quantities, start=1)
    ]  # fmt: skip


def event(kind: str, new: int, old: int, **more: Any) -> Entry:
    return entry(
        99, kind, "2024-02-01", security="X", new_shares=new, old_shares=old, **LAW, **more
    )


def quantities_of(result: Book, security: str = "X") -> list[Decimal]:
    return [lot.quantity_open for lot in result.lots if lot.security == security]


def test_three_lots_that_make_whole_shares_leave_no_fraction_to_pay() -> None:
    # 30 · 1/3 = 10; each lot 3.33333333, and what is missing goes to the first
    result = booked(*lots_of(10, 10, 10), event("SPLIT", 1, 3, price="9"))
    assert quantities_of(result) == list(decimals("3.33333334", "3.33333333", "3.33333333"))
    assert (result.closures, result.cash) == ((), {})


@pytest.mark.parametrize(
    ("kind", "new", "old", "security", "expected"),
    [
        pytest.param("REVERSE_SPLIT", 1, 3, "X", "10", id="30 · 1/3"),
        pytest.param("STOCK_DIVIDEND", 1, 3, "X", "40", id="30 · 4/3"),
        pytest.param("MERGER", 2, 3, "Y", "20", id="30 · 2/3"),
        pytest.param("SPINOFF", 1, 3, "Y", "10", id="30 · 1/3 children"),
    ],
)
def test_every_ratio_is_of_the_position(
    kind: str, new: int, old: int, security: str, expected: str
) -> None:
    said = {"to_security": "Y"} if security == "Y" else {}
    said |= {"cost_fraction": "0.2"} if kind == "SPINOFF" else {}
    result = booked(*lots_of(10, 10, 10), event(kind, new, old, **said))
    assert codes(result) == []
    assert sum(quantities_of(result, security)) == Decimal(expected)


def test_income_in_shares_is_of_the_position_too() -> None:
    # 30 · 1/3 = 10 new shares in a lot of their own, worth 50
    dividend = entry(
        99, "STOCK_DIVIDEND", "2024-02-01", security="X", new_shares=1, old_shares=3,
        gross_amount="50", jurisdiction="CA", treatment=Treatment.TAXABLE,
    )  # fmt: skip
    assert quantities_of(booked(*lots_of(10, 10, 10), dividend)) == list(decimals(10, 10, 10, 10))


def test_an_account_keeps_its_whole_shares_when_it_shares_a_pool() -> None:
    # 13.33333333 in all: 30 · 1/3 = 10 in one account, the rest in the other, though it is older
    other = entry(9, "OPENING_BALANCE", "2024-01-04", security="X", quantity="10", account="b")
    result = booked(*lots_of(10, 10, 10), other, event("SPLIT", 1, 3))
    held = {name: Decimal(0) for name in ("main", "b")}
    for lot in result.lots:
        held[lot.account] += lot.quantity_open
    assert held == {"main": Decimal(10), "b": Decimal("3.33333333")}


def test_each_account_sells_its_own_fraction_where_accounts_are_apart() -> None:
    # 15 and 5 at 1 for 10 are 1.5 and 0.5: a half each, at 8.00
    other = entry(9, "OPENING_BALANCE", "2024-01-05", security="X", quantity="5", account="b",
                  cost_basis="30")  # fmt: skip
    result = booked(
        *lots_of(15), other, event("REVERSE_SPLIT", 1, 10, price="8"), settings=ACCOUNTS
    )
    assert result.cash == {("main", "CAD"): Decimal(4), ("b", "CAD"): Decimal(4)}


@pytest.mark.parametrize("quantity", ["0.1234567849", "1.123456789012", "1E-12"])
@pytest.mark.parametrize("kind", ["SYMBOL_CHANGE", "MERGER"])
def test_one_for_one_keeps_every_decimal_of_a_quantity(kind: str, quantity: str) -> None:
    # a ratio is rounded at 8 decimals; one for one changes no quantity, so none is rounded
    ratio: dict[str, Any] = {"new_shares": 1, "old_shares": 1} if kind == "MERGER" else {}
    renamed = entry(99, kind, "2024-02-01", security="X", to_security="Y", **LAW, **ratio)
    sale = entry(100, "SELL", "2024-03-01", security="Y", quantity=quantity, price="40")
    held = booked(*lots_of(quantity), renamed)
    assert quantities_of(held, "Y") == [Decimal(quantity)]
    assert replay(held.accepted).quantity_of("Y") == Decimal(quantity)
    assert booked(*lots_of(quantity), renamed, sale).problems == ()


def test_a_lot_that_would_come_to_nothing_is_refused() -> None:
    # 0.00000001 · 1/3 rounds to nothing beside 3.33333333
    result = booked(*lots_of(10, "0.00000001"), event("SPLIT", 1, 3))
    assert codes(result) == ["invalid_number"]
    assert quantities_of(result) == list(decimals(10, "0.00000001"))


def test_what_a_lot_was_follows_and_is_never_less_than_what_is_open() -> None:
    # 15 bought, 5 sold: 10 of 15 are open. At 1 for 3 the open part is dealt the odd unit.
    sale = entry(50, "SELL", "2024-01-09", security="X", quantity="5", price="3")
    first, *_ = booked(*lots_of(15, 10, 10), sale, event("SPLIT", 1, 3)).lots
    assert (first.quantity_open, first.quantity_original) == decimals("3.33333334", 5)


@given(st.lists(QUANTITIES, min_size=1, max_size=6), st.integers(1, 50), st.integers(1, 50))
def test_lots_sum_to_their_position_and_the_plain_replay_agrees(
    held: list[Decimal], new: int, old: int
) -> None:
    result = booked(*lots_of(*held), event("SPLIT", new, old, price="7"))
    if result.problems:  # a lot that would come to nothing
        return
    units = Fraction(sum(held)) * new / old * 10**8
    whole = Decimal(round(units)).scaleb(-8)  # Python rounds a Fraction half to even
    kept = sum(quantities_of(result))
    assert kept + sum(part.quantity for part in result.closures) == whole
    assert kept == whole // 1

    plain = replay(result.accepted)
    assert plain.quantity_of("X") == kept
    assert plain.cash_of("CAD") == sum(result.cash.values())
    for lot, before in zip(result.lots, held, strict=True):
        if not result.closures:
            assert abs(Fraction(lot.quantity_open) - Fraction(before) * new / old) * 10**8 < 2
