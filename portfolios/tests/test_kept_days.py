"""A history that this process has read is not read again, and one with gaps is not kept."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.identity import as_user
from accounts.models import User
from market.selectors import market_head
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio
from portfolios.selectors import kept_days
from portfolios.selectors.history import history_rows
from portfolios.selectors.kept_days import Stand, days_upto
from portfolios.selectors.ledger import ledger_head
from portfolios.selectors.stored_days import HistoryDay
from portfolios.tests.calc.ledgers import decimals
from portfolios.tests.factories import append
from portfolios.tests.world import DAYS, FRI, MON, THU, TUE, WED

VALUES = "FROM portfolios_monthlyvalues"


@pytest.fixture(autouse=True)
def _just_started() -> Iterator[None]:
    kept_days.SHELF.clear()
    yield
    kept_days.SHELF.clear()


def asked(portfolio: Portfolio, asof: date) -> tuple[Sequence[HistoryDay], int]:
    """The history up to a day, and how often values were read for it."""
    head = ledger_head(portfolio.pk).seq
    with CaptureQueriesContext(connection) as queries:
        rows = history_rows(portfolio, asof=asof, market_head=market_head(), ledger_seq=head)
    return rows, sum(VALUES in query["sql"] for query in queries)


def test_it_is_read_once_whatever_day_it_goes_up_to(traded: Portfolio, alice: User) -> None:
    with as_user(alice.pk):
        whole, first = asked(traded, FRI)
        until_wednesday, again = asked(traded, WED)
    assert (first, again) == (1, 0)
    assert [day.asof_date for day in whole] == list(DAYS)
    assert list(until_wednesday) == list(whole[:3])


def test_after_a_restatement_both_histories_are_told(restated: Portfolio, alice: User) -> None:
    """Thursday's close was corrected by the newest seal: the heads before and after differ."""
    head = ledger_head(restated.pk).seq
    with as_user(alice.pk):
        now = market_head()
        for _ in range(2):
            after, before = (
                history_rows(restated, asof=FRI, market_head=at, ledger_seq=head)
                for at in (now, now - 1)
            )
            moved = {a.asof_date for a, b in zip(after, before, strict=True) if a != b}
            assert THU in moved
            assert MON not in moved


def test_a_stranger_finds_no_history(traded: Portfolio, alice: User, charlie: User) -> None:
    with as_user(alice.pk):
        head = ledger_head(traded.pk).seq
        asked(traded, FRI)
    with as_user(charlie.pk):
        rows = history_rows(traded, asof=FRI, market_head=market_head(), ledger_seq=head)
    assert list(rows) == []


def test_a_history_that_is_not_all_there_yet_is_read_again(traded: Portfolio, alice: User) -> None:
    """The pack of Friday is sealed, and the value of that day comes later."""
    with as_user(alice.pk):
        whole, _ = asked(traded, FRI)
        stand = Stand(traded.pk, "a head", "settings", traded.pricing_policy, market_head())
        assert list(days_upto(stand, FRI, lambda _: whole[:4])) == list(whole[:4])
        assert list(days_upto(stand, TUE, lambda _: whole)) == list(whole[:2])
        assert list(days_upto(stand, FRI, lambda _: [])) == list(whole)


def test_a_late_entry_goes_on_with_what_was_kept(traded: Portfolio, alice: User) -> None:
    """A hundred more from Wednesday on: the days before it are as they were."""
    with as_user(alice.pk):
        before, _ = asked(traded, FRI)
    late = Draft(
        entry_type="DEPOSIT", transaction_date=WED, currency="CAD", gross_amount=Decimal(100)
    )
    append(traded, alice, late)
    with as_user(alice.pk):
        after, reads = asked(traded, FRI)
        kept_days.SHELF.clear()
        assert (reads, list(asked(traded, FRI)[0])) == (0, list(after))
    assert list(after[:2]) == list(before[:2])
    assert [a.cash_balance - b.cash_balance for a, b in zip(after, before, strict=True)] == [
        *decimals(0, 0, 100, 100, 100)
    ]
