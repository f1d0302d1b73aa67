"""A stretch of the ledger: filtered, in a fixed order, and found without counting."""

from typing import Any

import pytest

from accounts.models import User
from market.tests.factories import SecurityFactory
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio
from portfolios.selectors import TransactionFilter, ledger_symbols, transactions, transactions_page
from portfolios.selectors.transactions import LedgerPage, Place
from portfolios.services import reverse_entry
from portfolios.services.import_writing import row_runs
from portfolios.tests.factories import append, deposit
from portfolios.tests.world import FRI, MON, THU, WED, listing


def numbers(page: LedgerPage) -> list[int]:
    return [entry.seq for entry in page.entries]


def found(portfolio: Portfolio, **wanted: Any) -> list[int]:
    return numbers(transactions_page(portfolio.pk, TransactionFilter(**wanted)))


def test_entries_are_filtered(traded: Portfolio) -> None:
    assert found(traded) == [5, 4, 3, 2, 1]
    assert found(traded, entry_type="BUY") == [4, 3]
    assert found(traded, symbol="acme") == [5, 3]
    assert found(traded, account="main", start=THU) == [5]
    assert found(traded, account="other") == []
    assert found(traded, end=WED, text="maple") == [4]  # the name of its security
    (run,) = {entry.import_run_id for entry in transactions_page(traded.pk).entries}
    assert found(traded, import_run=run) == [5, 4, 3, 2, 1]
    assert run is not None and found(traded, import_run=run + 1) == []


def test_reversed_entries_and_their_reversals_can_be_hidden(traded: Portfolio, alice: User) -> None:
    reverse_entry(portfolio_id=traded.pk, seq=5, by=alice, reason="wrong")
    assert found(traded) == [6, 5, 4, 3, 2, 1]
    assert found(traded, reversed="hide") == [4, 3, 2, 1]


def test_a_row_names_what_reverses_it_and_what_it_reverses(traded: Portfolio, alice: User) -> None:
    reverse_entry(portfolio_id=traded.pk, seq=5, by=alice, reason="wrong")
    newest, sale, *_ = transactions_page(traded.pk).entries
    assert (newest.reverses, newest.reversed_by) == (5, None)
    assert (sale.reverses, sale.reversed_by) == (None, 6)
    (alone,) = transactions_page(traded.pk, page_size=1).entries  # its target is on another page
    assert alone.reverses == 5


def test_a_row_names_its_listings_and_its_file(traded: Portfolio, alice: User) -> None:
    named = SecurityFactory.create(symbol="NEWCO", currency="CAD")
    renamed = Draft(
        entry_type="SYMBOL_CHANGE",
        transaction_date=FRI,
        security_id=listing("MAPLE").pk,
        to_security_id=named.pk,
    )
    append(traded, alice, renamed)
    change, sale = transactions_page(traded.pk, page_size=2).entries
    assert (change.symbol, change.to_symbol, change.filename) == ("MAPLE", "NEWCO", None)
    assert (sale.symbol, sale.to_symbol, sale.filename) == ("ACME", None, "ledger.csv")


def test_pages_meet_without_a_gap_in_both_directions(traded: Portfolio) -> None:
    """Thursday's sale and Tuesday's purchase; Monday's three; and back again."""
    first = transactions_page(traded.pk, page_size=2)
    assert (numbers(first), first.newer, first.count) == ([5, 4], None, 5)
    second = transactions_page(traded.pk, before=first.older, page_size=2)
    assert numbers(second) == [3, 2]
    third = transactions_page(traded.pk, before=second.older, page_size=2)
    assert (numbers(third), third.older) == ([1], None)
    back = transactions_page(traded.pk, after=third.newer, page_size=2)
    assert numbers(back) == numbers(second)
    assert numbers(transactions_page(traded.pk, after=back.newer, page_size=2)) == [5, 4]


def test_matches_are_counted_only_when_one_page_holds_them(traded: Portfolio) -> None:
    bought = TransactionFilter(entry_type="BUY")
    assert transactions_page(traded.pk, bought).count == 2
    assert transactions_page(traded.pk, bought, page_size=1).count is None


@pytest.mark.parametrize("short", [1, 2, 3])
def test_a_search_looks_at_a_bounded_number_of_entries_and_says_where_it_stopped(
    traded: Portfolio, monkeypatch: pytest.MonkeyPatch, short: int
) -> None:
    """With three at a time: 5, 4 and 3 hold no conversion; going on from there, 2 is one."""
    monkeypatch.setattr(transactions, "SCAN", 3)
    monkeypatch.setattr(transactions, "SHORT_LOOK", short)
    wanted = TransactionFilter(entry_type="FX_CONVERSION")
    stopped = transactions_page(traded.pk, wanted)
    assert (numbers(stopped), stopped.searched_to, stopped.count) == ([], MON, None)
    further = transactions_page(traded.pk, wanted, before=stopped.older)
    assert (numbers(further), further.searched_to) == ([2], None)


@pytest.mark.parametrize("short", [1, 2, 3, 4, 5])
def test_a_page_is_the_same_whether_a_short_look_fills_it_or_not(
    traded: Portfolio, monkeypatch: pytest.MonkeyPatch, short: int
) -> None:
    """Purchases are 4 and 3: a look at 5 and 4 finds one, at 5, 4 and 3 both."""
    monkeypatch.setattr(transactions, "SHORT_LOOK", short)
    bought = TransactionFilter(entry_type="BUY")
    first = transactions_page(traded.pk, bought, page_size=1)
    assert (numbers(first), first.searched_to) == ([4], None)
    second = transactions_page(traded.pk, bought, before=first.older, page_size=1)
    assert (numbers(second), second.older, second.searched_to) == ([3], None, None)
    back = transactions_page(traded.pk, bought, after=second.newer, page_size=1)
    assert (numbers(back), back.newer) == ([4], None)


def test_the_page_costs_the_same_however_long_the_ledger_is(
    traded: Portfolio, alice: User, django_assert_max_num_queries: Any
) -> None:
    append(traded, alice, *[deposit(str(n), FRI) for n in range(1, 60)])
    with django_assert_max_num_queries(3):  # the entries, what reverses what, and the head
        page = transactions_page(traded.pk, page_size=50)
        assert {entry.currency for entry in page.entries} == {"CAD"}
    assert page.count == 64


@pytest.mark.parametrize("text", ["", "2013-02-07", "2013-02-30.1", "2013-02-07.-1", "x.y"])
def test_a_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Place.parse(text)


def test_symbols_of_the_ledger(traded: Portfolio) -> None:
    assert ledger_symbols(traded.pk) == ["ACME", "MAPLE"]


def test_rows_of_a_file_are_kept_as_runs() -> None:
    """Entries 7 to 9 stood in rows 2 to 4; row 5 was a duplicate, so entry 10 stood in row 6."""
    drafts = [deposit(row=row) for row in (2, 3, 4, 6)]
    assert row_runs(7, drafts) == [[7, 2, 3], [10, 6, 1]]
    assert row_runs(1, [deposit()]) == []
