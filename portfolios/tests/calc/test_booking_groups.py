"""A ledger booked group by group is the ledger booked whole."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolios.calc.booking import book
from portfolios.calc.booking.groups import groups
from portfolios.calc.entries import BookingSettings, CostMethod, Entry, LotScope
from portfolios.tests.calc.histories import trading_ledgers
from portfolios.tests.calc.ledgers import buy, entry, fixed, sell

RATES = fixed(USD="1.31", EUR="1.47")


def numbers(ledger: list[Entry], scope: LotScope) -> list[list[int]]:
    return [[entry.seq for entry in group] for group in groups(ledger, scope)]


def test_securities_are_apart_and_cash_is_alone() -> None:
    ledger = [
        entry(1, "DEPOSIT", "2024-01-02", gross_amount="100"),
        buy(2, "2024-01-03", "1", "10"),
        buy(3, "2024-01-03", "1", "10", account="other"),
        replace(buy(4, "2024-01-04", "1", "10"), security="Y"),
        entry(5, "DEPOSIT", "2024-01-02", gross_amount="100"),
    ]
    assert numbers(ledger, LotScope.PORTFOLIO) == [[1], [2, 3], [4], [5]]
    assert numbers(ledger, LotScope.ACCOUNT) == [[1], [2], [3], [4], [5]]


def test_a_transfer_joins_two_accounts_and_a_split_all() -> None:
    ledger = [buy(n, "2024-01-03", "1", "10", account=name) for n, name in enumerate("abc", 1)]
    moved = entry(4, "TRANSFER", "2024-01-04", security="X", account="a", to_account="b")
    split = entry(5, "SPLIT", "2024-01-05", security="X", new_shares="2", old_shares="1")
    assert numbers([*ledger, moved], LotScope.ACCOUNT) == [[1, 2, 4], [3]]
    assert numbers([*ledger, split], LotScope.ACCOUNT) == [[1, 2, 3, 5]]


def test_what_becomes_of_a_security_belongs_to_it() -> None:
    """X becomes Y, and Z, which nothing joins, stays apart."""
    became = entry(2, "SYMBOL_CHANGE", "2024-01-04", security="X", to_security="Y")
    ledger = [
        buy(1, "2024-01-03", "1", "10"),
        became,
        replace(sell(3, "2024-01-05", "1", "10"), security="Y"),
        replace(buy(4, "2024-01-05", "1", "10"), security="Z"),
    ]
    for scope in LotScope:
        assert numbers(ledger, scope) == [[1, 2, 3], [4]]


def test_a_reversal_belongs_to_what_it_reverses_in_the_end() -> None:
    paid = entry(1, "DEPOSIT", "2024-01-02", gross_amount="100")
    ledger = [
        paid,
        buy(2, "2024-01-03", "1", "10"),
        replace(paid, seq=3, reverses=1),
        replace(paid, seq=4, reverses=3),
    ]
    assert numbers(ledger, LotScope.PORTFOLIO) == [[1, 3, 4], [2]]


@given(
    ledger=trading_ledgers(),
    accounts=st.lists(st.sampled_from(["main", "other"]), min_size=20, max_size=20),
    reversed_=st.lists(st.integers(1, 20), max_size=4, unique=True),
    scope=st.sampled_from(LotScope),
    method=st.sampled_from([CostMethod.FIFO, CostMethod.LIFO, CostMethod.HIFO]),
)
@settings(max_examples=150, deadline=None)
def test_groups_book_to_the_same_as_the_whole(
    ledger: list[Entry],
    accounts: list[str],
    reversed_: list[int],
    scope: LotScope,
    method: CostMethod,
) -> None:
    told = [replace(e, account=name) for e, name in zip(ledger, accounts, strict=False)]
    undone = [
        replace(told[seq - 1], seq=len(told) + n, reverses=seq)
        for n, seq in enumerate((seq for seq in reversed_ if seq <= len(told)), start=1)
    ]
    chosen = BookingSettings(base_currency="CAD", cost_method=method, lot_scope=scope)
    whole = book([*told, *undone], chosen, RATES)
    parts = [book(group, chosen, RATES) for group in groups([*told, *undone], scope)]

    for name in ("lots", "closures", "income", "problems"):
        assert Counter(getattr(whole, name)) == Counter(
            row for part in parts for row in getattr(part, name)
        )
    cash: Counter[tuple[str, str]] = Counter()
    for part in parts:
        for key, amount in part.cash.items():
            cash[key] = cash.get(key, Decimal(0)) + amount  # type: ignore[assignment]
    assert dict(cash) == whole.cash


@pytest.mark.parametrize("scope", LotScope)
def test_every_entry_is_in_one_group(scope: LotScope) -> None:
    ledger = [buy(n, "2024-01-03", "1", "10", account=str(n % 3)) for n in range(1, 30)]
    assert sorted(n for group in numbers(ledger, scope) for n in group) == list(range(1, 30))
