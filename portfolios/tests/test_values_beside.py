"""Old daily values stay in their table beside those that a restatement made.

The market and ledger of `world`: on Thursday 15 ACME at 12, on Friday 15 at 12, 1.20 CAD each.
ACME is then said to have closed at 13 on Thursday: 15 x 1.04 = 15.60 more.

              Thu 7                     Fri 8
    old       1,111.60                  1,198   +7.77 %
    new       1,127.20                  1,198   +6.28 %
"""

import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from market.models import PricingPack
from market.selectors import head_for, market_head, pack_by_id
from market.services import build_pack, ingest_observations, restate_packs
from portfolios.models import HistoryState, Portfolio, PortfolioDailyValue, PortfolioMetrics
from portfolios.selectors.booked import book_ledger
from portfolios.selectors.history import derived_history, history_rows
from portfolios.selectors.stored_days import HistoryDay
from portfolios.services import (
    compute_day,
    rebuild_history,
    rebuild_projections,
    remeasuring,
    restate_and_reprice,
)
from portfolios.tests.factories import PortfolioFactory, append, change_values, deposit
from portfolios.tests.world import ACME, FRI, MON, THU, TUE, WED, close_of, fix, listing

LATE = datetime(2013, 2, 10, tzinfo=UTC)
OLD = (Decimal("1111.60"), Decimal(1198))
NEW = (Decimal("1127.20"), Decimal(1198))


def say(close: str, at: datetime = LATE) -> None:
    """Thursday's close of ACME is another one, and its pack a new one."""
    ingest_observations([close_of(ACME, THU, close, known_at=at)])
    restate_packs(THU, THU, reason="A late close.", known_at=at)


@pytest.fixture
def restated(traded: Portfolio) -> Portfolio:
    say("13")
    rebuild_history(traded.pk, from_date=THU)
    return traded


def last_two(portfolio: Portfolio, head: int) -> list[HistoryDay]:
    seq = HistoryState.objects.get(portfolio=portfolio).ledger_seq
    return list(history_rows(portfolio, asof=FRI, market_head=head, ledger_seq=seq)[-2:])


def test_the_old_rows_stay_and_the_next_day_has_two_returns(restated: Portfolio) -> None:
    old_head = head_for(pack_by_id("2013-02-07-ECB-r1"))
    with CaptureQueriesContext(connection) as asked:
        old, new = last_two(restated, old_head), last_two(restated, market_head())

    assert (old[0].total_value, old[1].total_value) == OLD
    assert (new[0].total_value, new[1].total_value) == NEW
    assert old[1].time_weighted_return == pytest.approx(1198 / 1111.6 - 1)
    assert new[1].time_weighted_return == pytest.approx(1198 / 1127.2 - 1)
    assert {row.pack_id for row in (old[1], new[1])} == {"2013-02-08-ECB-r1"}
    priced = [query["sql"] for query in asked if re.search(r"market_price\b", query["sql"])]
    assert not priced  # read, not computed


def test_days_that_did_not_move_have_one_row(restated: Portfolio) -> None:
    rows = PortfolioDailyValue.revisions.filter(portfolio=restated)
    assert rows.filter(asof_date__lt=THU).count() == 3
    assert rows.filter(asof_date__gte=THU).count() == 4
    assert PortfolioDailyValue.objects.filter(portfolio=restated).count() == 5


def test_a_second_restatement_leaves_three_revisions_of_the_day(restated: Portfolio) -> None:
    between = market_head()
    say("14", LATE + timedelta(days=1))
    rebuild_history(restated.pk, from_date=THU)
    values = PortfolioDailyValue.revisions.filter(asof_date=THU).order_by("from_head")
    assert [row.total_value for row in values] == [OLD[0], NEW[0], Decimal("1142.80")]
    assert last_two(restated, between)[0].total_value == NEW[0]


def test_an_entry_drops_what_followed_from_the_ledger_before_it(
    restated: Portfolio, alice: User
) -> None:
    """From Friday on nothing old holds; Thursday's old value does, whoever asks."""
    append(restated, alice, deposit("100", FRI))
    rows = PortfolioDailyValue.revisions.filter(portfolio=restated)
    assert [row.total_value for row in rows.filter(asof_date=FRI)] == [1298]
    assert rows.filter(asof_date=THU).count() == 2
    old = last_two(restated, head_for(pack_by_id("2013-02-07-ECB-r1")))
    assert [row.total_value for row in old] == [OLD[0], 1298]


def test_a_rebuild_from_nothing_keeps_one_row_a_day(restated: Portfolio) -> None:
    assert rebuild_projections(restated.pk).differences == ()
    assert PortfolioDailyValue.revisions.count() == 5
    old = last_two(restated, head_for(pack_by_id("2013-02-07-ECB-r1")))
    assert (old[0].total_value, old[1].total_value) == OLD  # computed again


def test_a_row_that_no_restatement_explains_is_mended_in_place(restated: Portfolio) -> None:
    change_values(PortfolioDailyValue.objects.filter(asof_date=TUE), coverage=0.5)
    rebuild_history(restated.pk, from_date=TUE)
    assert [row.coverage for row in PortfolioDailyValue.revisions.filter(asof_date=TUE)] == [1.0]


def test_one_more_day_is_one_write(traded: Portfolio) -> None:
    monday = FRI + timedelta(days=3)
    ingest_observations([close_of(ACME, monday, "12")], [fix("USD", monday, "1.25")])
    build_pack(monday, known_at=datetime(2013, 2, 11, 23, tzinfo=UTC))
    with CaptureQueriesContext(connection) as statements:
        assert rebuild_history(traded.pk, from_date=monday) == 1
    writes = [
        query["sql"]
        for query in statements
        if "portfolios_monthlyvalues" in query["sql"]
        and query["sql"].lstrip().startswith(("INSERT", "UPDATE", "DELETE", "WITH"))
    ]
    assert len(writes) == 1
    assert PortfolioDailyValue.revisions.filter(asof_date__gte=MON).count() == 6


def test_the_same_night_again_writes_no_value(traded: Portfolio) -> None:
    before = list(PortfolioDailyValue.revisions.values())
    rebuild_history(traded.pk, from_date=FRI)
    assert list(PortfolioDailyValue.revisions.values()) == before
    assert PricingPack.objects.count() == 5


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happened_the_table_says_what_the_ledger_gives_at_every_head(
    traded: Portfolio, alice: User, seed: int
) -> None:
    """Corrections of closes and rates and late entries, in any order: at each head there ever
    was, the stored rows are those that are computed from nothing."""
    chance = random.Random(seed)
    for step in range(8):
        day = chance.choice((MON, TUE, WED, THU, FRI))
        known = LATE + timedelta(hours=step)
        kind = chance.choice(("close", "rate", "entry"))
        if kind == "entry":
            append(traded, alice, deposit(str(10 + step), day))
            continue
        if kind == "close":
            ingest_observations([close_of(ACME, day, str(8 + step), known_at=known)])
        else:
            rate = replace(fix("CAD", day, f"1.{20 + step}"), available_at=known)
            ingest_observations([], [rate])
        restate_and_reprice(day, day, reason=f"Step {step}.", by=None, known_at=known)

    portfolio = Portfolio.objects.get(pk=traded.pk)
    seq = HistoryState.objects.get(portfolio=traded).ledger_seq
    for pack in PricingPack.objects.order_by("seal_number"):
        head, asof = head_for(pack), pack.asof_date
        stored = history_rows(portfolio, asof=asof, market_head=head, ledger_seq=seq)
        booked = book_ledger(portfolio, upto_seq=seq, asof=asof, market_head=head)
        derived = derived_history(booked)
        assert [said(row) for row in stored] == [said(row) for row in derived], pack.pk
    assert rebuild_projections(traded.pk).differences == ()


def said(row: HistoryDay) -> HistoryDay:
    """Without the head that it was computed at."""
    return row._replace(from_head=0)


def test_the_nights_figures_are_measured_again_beside_the_old_ones(
    traded: Portfolio, alice: User
) -> None:
    """Thursday's r1 keeps its 6.80 %, r2 has 8.30 %, and Friday's return begins at 1,127.20.
    Whoever does not hold ACME has the same figures at the new pack."""
    idle = PortfolioFactory.create(name="Idle", owner=alice)
    append(idle, alice, deposit("100", MON))
    for pack in ("2013-02-07-ECB-r1", "2013-02-08-ECB-r1"):
        compute_day([traded.pk, idle.pk], pack)
    ingest_observations([close_of(ACME, THU, "13", known_at=LATE)])
    restate_and_reprice(MON, FRI, reason="Late.", by=None, listings=[listing("ACME")])

    rows = PortfolioMetrics.objects.filter(portfolio=traded)
    assert dict(rows.values_list("pack", "return_1d")) == {
        "2013-02-07-ECB-r1": pytest.approx(1111.6 / 1040.8 - 1),
        "2013-02-07-ECB-r2": pytest.approx(1127.2 / 1040.8 - 1),
        "2013-02-08-ECB-r1": pytest.approx(1198 / 1127.2 - 1),
    }
    others = PortfolioMetrics.objects.filter(portfolio=idle).values_list("pack", "return_1d")
    assert dict(others) == {
        "2013-02-07-ECB-r1": 0,
        "2013-02-07-ECB-r2": 0,
        "2013-02-08-ECB-r1": 0,
    }


def test_figures_far_back_are_removed_where_their_history_moved(
    traded: Portfolio, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One close is done at once here: Friday's. Thursday's old pack keeps its own."""
    monkeypatch.setattr(remeasuring, "AT_ONCE", 1)
    for pack in ("2013-02-05-ECB-r1", "2013-02-07-ECB-r1", "2013-02-08-ECB-r1"):
        compute_day([traded.pk], pack)
    ingest_observations([close_of(ACME, TUE, "11", known_at=LATE)])
    restate_and_reprice(MON, FRI, reason="Late.", by=None)
    packs = PortfolioMetrics.objects.order_by("asof_date").values_list("pack", flat=True)
    assert list(packs) == ["2013-02-05-ECB-r1", "2013-02-08-ECB-r1"]
