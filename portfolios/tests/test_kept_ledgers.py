"""A ledger that this process has read is not read again, and nobody finds another's."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.identity import as_user
from accounts.models import User
from market.models import Security
from portfolios.formats.draft import Draft
from portfolios.models import CostMethodChange, Portfolio
from portfolios.selectors.booked import Booked, book_ledger
from portfolios.selectors.kept_ledgers import SHELF, kept_ledger
from portfolios.services import reverse_entry
from portfolios.tests.factories import append, trade
from portfolios.tests.world import FRI, MON, THU, TUE, WED

READS_ENTRIES = '"gross_amount"'  # in the statement that reads all columns


@pytest.fixture(autouse=True)
def _just_started() -> Iterator[None]:
    SHELF.clear()
    yield
    SHELF.clear()


def said(booked: Booked) -> tuple[object, ...]:
    """What a booked ledger answers, its market by what it was asked with."""
    market = booked.market
    asked = market.policy, market.base_currency, market.securities, market.end, market.packs
    head = booked.seq, booked.ledger_commit_hash
    return booked.entries, dict(booked.ids), booked.book, asked, head


def reads(portfolio: Portfolio, **asked: object) -> int:
    with CaptureQueriesContext(connection) as queries:
        kept_ledger(portfolio, **asked)  # type: ignore[arg-type]
    return sum(READS_ENTRIES in query["sql"] for query in queries)


def deposit(portfolio: Portfolio, owner: User, amount: int = 100) -> None:
    draft = Draft(
        entry_type="DEPOSIT", transaction_date=WED, currency="CAD", gross_amount=Decimal(amount)
    )
    append(portfolio, owner, draft)


def test_on_every_day_it_answers_what_the_rows_say(traded: Portfolio, alice: User) -> None:
    with as_user(alice.pk):
        for day in (None, MON - timedelta(days=1), MON, TUE, WED, THU, FRI):
            for currency in (None, "USD"):
                kept = kept_ledger(traded, asof=day, currency=currency)
                assert said(kept) == said(book_ledger(traded, asof=day, currency=currency))


def test_entries_are_read_once(traded: Portfolio, alice: User) -> None:
    SHELF.clear()  # whoever wrote the entries has booked them
    with as_user(alice.pk):
        assert [reads(traded), reads(traded), reads(traded, asof=TUE)] == [1, 0, 0]


def test_a_new_entry_is_another_ledger_and_the_old_one_is_still_there(
    traded: Portfolio, alice: User
) -> None:
    with as_user(alice.pk):
        before = kept_ledger(traded)
    deposit(traded, alice)
    with as_user(alice.pk):
        after, then = kept_ledger(traded), kept_ledger(traded, upto_seq=before.seq)
    assert after.seq == before.seq + 1
    assert after.book.cash["main", "CAD"] == before.book.cash["main", "CAD"] + 100
    assert said(then) == said(before)


def test_of_a_ledger_that_grew_the_new_entries_are_read(traded: Portfolio, alice: User) -> None:
    """A deposit, its reversal, and the reversal of that: each takes the type of the first."""
    with as_user(alice.pk):
        kept_ledger(traded)
    deposit(traded, alice)
    for seq in (6, 7):
        reverse_entry(portfolio_id=traded.pk, seq=seq, by=alice, reason="for the test")
    with as_user(alice.pk):
        grown, whole = kept_ledger(traded), book_ledger(traded)
    assert [entry.entry_type for entry in grown.entries[-3:]] == ["DEPOSIT"] * 3
    assert said(grown) == said(whole)


def test_a_ledger_that_was_never_written_is_not_grown(traded: Portfolio, alice: User) -> None:
    """What was read inside a transaction that was rolled back begins no other ledger."""

    with transaction.atomic():
        deposit(traded, alice)
        with as_user(alice.pk):
            kept_ledger(traded)
        transaction.set_rollback(True)
    for amount in (200, 300):
        deposit(traded, alice, amount)
    with as_user(alice.pk):
        assert said(kept_ledger(traded)) == said(book_ledger(traded))


def test_a_stranger_finds_nothing_of_what_the_owner_has_read(
    traded: Portfolio, alice: User, charlie: User
) -> None:
    with as_user(alice.pk):
        kept_ledger(traded)
    with as_user(charlie.pk):
        found = kept_ledger(traded)
    assert (found.entries, found.seq, found.ledger_commit_hash) == ((), 0, "")
    assert not found.book.lots


def test_another_cost_method_is_another_book(traded: Portfolio, alice: User) -> None:
    """Of 20 at 10 and 10 at 13 five are sold at 12: first in, first out 10 USD are gained, on
    average (20 × 10 + 10 × 13) / 30 = 11 only 5, each at 1.04 CAD and what the dollar gained."""
    acme = Security.objects.get(symbol="ACME")
    append(traded, alice, trade("BUY", acme, "10", "13", WED, fx_rate=Decimal("1.04")))
    with as_user(alice.pk):
        first_in = kept_ledger(traded).book.closures[0]
        CostMethodChange.objects.create(
            portfolio=traded,
            effective_from=MON,
            cost_method="AVERAGE",
            reason="for the test",
            created_by=alice,
        )
        averaged = kept_ledger(traded)
        assert said(averaged) == said(book_ledger(traded))
    assert (first_in.cost_local, averaged.book.closures[0].cost_local) == (Decimal(50), Decimal(55))
