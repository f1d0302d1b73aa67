"""Late observations and the packs they change.

Three sessions, one listing with a close on each, one rate. A close of the second day arrives
years later; then a listing that had no source gets one.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from accounts.identity import as_service
from accounts.models import AuditEvent, User
from market.exceptions import ReasonMissing
from market.models import PackFreshness, Price, PricingPack, Security
from market.selectors import head_for, live_packs, pack_by_id, pack_faults, pack_prices
from market.services import backfill_packs, mark_all_fresh, mark_error, restate_packs
from market.tests.factories import (
    FxObservationFactory,
    PriceObservationFactory,
    SecurityFactory,
    make,
)

WED, THU, FRI = date(2013, 2, 27), date(2013, 2, 28), date(2013, 3, 1)
YEARS_LATER = datetime(2020, 1, 1, tzinfo=UTC)
REASON = "A close arrived late."


def arrange() -> Security:
    listing = make(SecurityFactory, symbol="IBM")
    for day, close in ((WED, "200"), (THU, "201"), (FRI, "202")):
        make(PriceObservationFactory, security=listing, observed_on=day, close=Decimal(close))
        make(FxObservationFactory, observed_on=day)
    backfill_packs(WED, FRI)
    return listing


@pytest.fixture
def ibm(db: None) -> Security:
    return arrange()


def correct(listing: Security, day: date, close: str) -> None:
    make(
        PriceObservationFactory,
        security=listing,
        observed_on=day,
        close=Decimal(close),
        available_at=YEARS_LATER,
    )


def test_only_what_changes_is_restated(ibm: Security, alice: User) -> None:
    correct(ibm, THU, "199")
    report = restate_packs(WED, FRI, reason=REASON, by=alice)

    assert report.pack_ids == ("2013-02-28-ECB-r2",)
    assert (report.restated, report.kept, report.first, report.last) == (1, 2, THU, THU)
    assert pack_prices("2013-02-28-ECB-r2").prices[ibm.pk].close == 199
    assert pack_prices("2013-02-28-ECB-r1").prices[ibm.pk].close == 201
    new = pack_by_id("2013-02-28-ECB-r2")
    assert (new.supersedes_id, new.reason) == ("2013-02-28-ECB-r1", REASON)
    assert [pack for _, pack, _ in live_packs("ECB", FRI, head_for(new))] == [
        "2013-02-27-ECB-r1",
        "2013-02-28-ECB-r2",
        "2013-03-01-ECB-r1",
    ]
    assert pack_faults() == (4, [])


def test_it_is_audited_once_with_its_counts(ibm: Security, alice: User) -> None:
    correct(ibm, THU, "199")
    correct(ibm, FRI, "198")
    restate_packs(WED, FRI, reason=REASON, by=alice)
    event = AuditEvent.objects.get(action="market.packs.restate")
    assert (event.actor, event.details["restated"], event.details["kept"]) == (alice, 2, 1)
    assert event.details["reason"] == REASON


def test_a_second_call_changes_nothing(ibm: Security) -> None:
    assert restate_packs(WED, FRI, reason=REASON).restated == 0
    correct(ibm, THU, "199")
    restate_packs(WED, FRI, reason=REASON)
    report = restate_packs(WED, FRI, reason=REASON)
    assert (report.restated, report.kept, report.first) == (0, 3, None)


def test_what_was_not_known_yet_does_not_count(ibm: Security) -> None:
    correct(ibm, THU, "199")
    report = restate_packs(WED, FRI, reason=REASON, known_at=datetime(2019, 1, 1, tzinfo=UTC))
    assert report.restated == 0


def test_a_span_without_packs_and_a_missing_reason(ibm: Security) -> None:
    nothing = restate_packs(date(1999, 1, 1), date(1999, 12, 31), reason=REASON)
    assert (nothing.restated, nothing.kept) == (0, 0)
    with pytest.raises(ReasonMissing, match="reason is missing"):
        restate_packs(WED, FRI, reason=" ")


def test_an_old_pack_is_still_read_with_the_old_days_before_it(ibm: Security) -> None:
    """The newest day is sealed first, so at its old pack's head nothing was restated yet."""
    for day in (WED, THU, FRI):
        correct(ibm, day, "150")
    restate_packs(WED, FRI, reason=REASON)
    head = head_for(pack_by_id("2013-03-01-ECB-r1"))
    lineage = [pack for _, pack, _ in live_packs("ECB", FRI, head)]
    assert lineage == ["2013-02-27-ECB-r1", "2013-02-28-ECB-r1", "2013-03-01-ECB-r1"]


def test_only_the_named_listings_are_looked_at_anew(ibm: Security) -> None:
    """Another late close, and a late rate, stay out of a restatement about one listing."""
    late = make(SecurityFactory, symbol="RY", exchange="XTSE", currency="CAD", price_source="")
    backfill_packs(WED, FRI)
    restate_packs(WED, FRI, reason="RY is listed.")
    Security.objects.filter(pk=late.pk).update(price_source="tape")
    make(PriceObservationFactory, security=late, observed_on=THU, close=62, currency="CAD")
    correct(ibm, THU, "199")
    make(FxObservationFactory, observed_on=THU, rate=Decimal("1.30"), available_at=YEARS_LATER)

    report = restate_packs(THU, THU, reason="RY", listings=["RY.XTSE.raw"])
    view = pack_prices(report.pack_ids[0])
    assert [view.prices[it.pk].close for it in (late, ibm)] == [62, 201]
    assert view.rates["EUR", "USD"].rate == Decimal("1.25")
    assert "RY" not in {gap.symbol for gap in view.gaps}

    restate_packs(THU, THU, reason="All that is known.")
    view = pack_prices("2013-02-28-ECB-r4")
    assert view.prices[ibm.pk].close == 199
    assert view.rates["EUR", "USD"].rate == Decimal("1.30")


def test_a_source_that_gives_nothing_any_more_is_left_out(ibm: Security) -> None:
    other = make(SecurityFactory, symbol="KO", price_source="second tape")
    make(PriceObservationFactory, security=other, observed_on=WED, source="second tape")
    restate_packs(WED, WED, reason="KO came.")
    Security.objects.filter(pk=other.pk).update(price_source="")
    (new,) = restate_packs(WED, WED, reason="KO went.", listings=["KO.XNYS.raw"]).pack_ids
    assert [source["source"] for source in pack_by_id(new).sources] == ["ECB", "tape"]
    assert not Price.objects.in_pack(new).filter(security=other).exists()


def test_new_packs_wait_for_what_stands_on_them(ibm: Security) -> None:
    correct(ibm, THU, "199")
    correct(ibm, FRI, "198")
    mark_error("2013-03-01-ECB-r1", "the night stopped")
    made = restate_packs(WED, FRI, reason=REASON).pack_ids
    states = PackFreshness.objects.filter(pack__in=made).order_by("pk")
    assert [row.state for row in states] == ["warming", "error"]

    assert mark_all_fresh(made) == 1
    fresh, stopped = states.all()
    assert (fresh.state, fresh.reconciliation_passed) == ("fresh", None)
    assert (stopped.state, stopped.error_message) == ("error", "the night stopped")


@pytest.fixture
def crew() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool
        together = Barrier(2)

        def leave() -> None:
            together.wait(30)
            connection.close()

        for leaving in [pool.submit(leave), pool.submit(leave)]:
            leaving.result(30)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_the_later_finds_the_work_done(crew: ThreadPoolExecutor) -> None:
    with as_service("arrange"):
        listing = arrange()
        for day in (WED, THU, FRI):
            correct(listing, day, "150")
    start = Barrier(2)

    def restate() -> int:
        start.wait(30)
        return restate_packs(WED, FRI, reason=REASON).restated

    both = [crew.submit(restate), crew.submit(restate)]
    assert sorted(done.result(30) for done in both) == [0, 3]
    with as_service("look"):
        assert PricingPack.objects.count() == 6
        assert pack_faults() == (6, [])
