"""A ledger booked part by part is the ledger booked whole, every record in its place."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from portfolios.calc.booking import book
from portfolios.calc.booking.parts import joined, parts
from portfolios.calc.entries import BookingSettings, CostMethod, Entry, LotScope
from portfolios.tests.calc.histories import trading_ledgers
from portfolios.tests.calc.ledgers import buy, entry, fixed, sell

RATES = fixed(USD="1.31")  # of EUR nobody knows one


def numbers(ledger: list[Entry], at_least: int) -> list[list[int]]:
    return [[entry.seq for entry in part] for part in parts(ledger, at_least=at_least)]


def test_a_part_is_all_entries_of_some_securities() -> None:
    ledger = [
        buy(1, "2024-01-03", "1", "10"),
        replace(buy(2, "2024-01-03", "1", "10"), security="Y"),
        sell(3, "2024-01-04", "1", "10"),
        entry(4, "DEPOSIT", "2024-01-02", gross_amount="100"),
    ]
    assert numbers(ledger, 1) == [[1, 3], [2], [4]]
    assert numbers(ledger, 3) == [[1, 2, 3], [4]]
    assert numbers(ledger, 9) == [[1, 2, 3, 4]]
    assert numbers([], 1) == []


def test_what_becomes_of_a_security_stays_with_it() -> None:
    ledger = [
        buy(1, "2024-01-03", "1", "10"),
        replace(buy(2, "2024-01-03", "1", "10"), security="Z"),
        entry(3, "SYMBOL_CHANGE", "2024-01-04", security="X", to_security="Y"),
        replace(sell(4, "2024-01-05", "1", "10"), security="Y"),
    ]
    assert numbers(ledger, 1) == [[1, 3, 4], [2]]


@given(
    ledger=trading_ledgers(),
    accounts=st.lists(st.sampled_from(["main", "other"]), min_size=20, max_size=20),
    places=st.permutations(range(20)),
    renamed=st.booleans(),
    scope=st.sampled_from(LotScope),
    method=st.sampled_from([CostMethod.FIFO, CostMethod.HIFO, CostMethod.AVERAGE]),
    at_least=st.integers(1, 8),
)
@settings(max_examples=150, deadline=None)
def test_parts_join_to_the_whole(
    ledger: list[Entry],
    accounts: list[str],
    places: list[int],
    renamed: bool,
    scope: LotScope,
    method: CostMethod,
    at_least: int,
) -> None:
    """Whatever the order of the file; a sale that comes to stand before its purchase is refused
    in both."""
    told = [replace(e, account=name) for e, name in zip(ledger, accounts, strict=False)]
    if renamed:
        last = told[-1].transaction_date.isoformat()
        told.append(entry(99, "SYMBOL_CHANGE", last, "USD", security="AAPL", to_security="RY"))
    order = [place for place in places if place < len(told)]
    told = [replace(told[place], seq=seq) for seq, place in enumerate(order, start=1)]
    chosen = BookingSettings(base_currency="CAD", cost_method=method, lot_scope=scope)
    books = [book(part, chosen, RATES) for part in parts(told, at_least=at_least)]

    assert joined(books, told) == book(told, chosen, RATES)


def test_a_part_keeps_what_it_is_told_to_and_no_entries() -> None:
    ledger = [buy(1, "2024-01-03", "1", "10"), entry(2, "DEPOSIT", "2024-01-02", gross_amount="1")]
    chosen = BookingSettings(base_currency="CAD")
    light = [replace(book(p, chosen, RATES), accepted=()) for p in parts(ledger, at_least=1)]
    whole = joined(light, ledger)
    assert list(whole.accepted) == []
    assert [posting.seq for posting in whole.journal] == [2, 1]
