"""Packs from observations: exact, carried, missing; restated by a revision."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from accounts.models import AuditEvent
from market.exceptions import (
    DateRangeInvalid,
    NotASession,
    PackNotFound,
    PackNotSealed,
    PackSuperseded,
    ReasonMissing,
    UnknownPolicy,
)
from market.models import PricingPack, Security
from market.selectors import (
    fx_history,
    head_for,
    history_hash,
    market_head,
    pack_faults,
    pack_prices,
    price_history,
)
from market.services import backfill_packs, build_pack, seal_pack, supersede_pack
from market.tests.factories import (
    FxObservationFactory,
    PriceObservationFactory,
    SecurityFactory,
    evening,
    make,
)

pytestmark = pytest.mark.django_db
WED, THU, FRI = date(2013, 2, 27), date(2013, 2, 28), date(2013, 3, 1)
SATURDAY, GOOD_FRIDAY = date(2013, 3, 2), date(2013, 3, 29)
FRIDAY_NOON = datetime(2013, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def ibm() -> Security:
    return make(SecurityFactory, symbol="IBM")


def observed(security: Security, day: date, close: str, known: datetime | None = None) -> None:
    make(
        PriceObservationFactory,
        security=security,
        observed_on=day,
        close=Decimal(close),
        available_at=known or evening(day),
    )


def test_a_price_of_the_day_is_exact(ibm: Security) -> None:
    observed(ibm, THU, "200.83")
    make(FxObservationFactory)
    pack = build_pack(THU, "ECB", known_at=FRIDAY_NOON)
    view = pack_prices(pack.pk)
    assert view.prices[ibm.pk][:3] == (Decimal("200.83"), "USD", THU)
    assert view.prices[ibm.pk].state == "exact"
    assert view.rate_table == {("EUR", "USD"): Decimal("1.25")}
    assert pack.sources == [
        {"kind": "fx", "source": "ECB", "fixing": "ECB reference rate", "licence_class": "A"},
        {"kind": "price", "source": "tape", "fixing": "", "licence_class": "A"},
    ]


def test_what_is_missing_is_listed_and_nothing_is_invented(ibm: Security) -> None:
    ry = make(SecurityFactory, symbol="RY", exchange="XTSE", price_source="")
    old = make(SecurityFactory, symbol="OLD")
    observed(old, date(2013, 2, 19), "10")  # 20, 21, 22, 25, 26, 27, 28: seven sessions ago
    observed(ry, THU, "60")  # from a source that is not connected to RY
    view = pack_prices(build_pack(THU, known_at=FRIDAY_NOON).pk)
    assert view.prices == {}
    assert {(gap.security_id, gap.reason, gap.last_observed_on) for gap in view.gaps[:3]} == {
        (ibm.pk, "no_observation", None),
        (old.pk, "too_old", date(2013, 2, 19)),
        (ry.pk, "no_price_source", None),
    }
    assert [gap.key for gap in view.gaps if gap.kind == "fx"][:2] == ["EUR/AUD", "EUR/CAD"]


def test_a_carried_price_keeps_its_own_day(ibm: Security) -> None:
    observed(ibm, WED, "199")
    price = pack_prices(build_pack(THU, known_at=FRIDAY_NOON).pk).prices[ibm.pk]
    assert (price.asof_date, price.state) == (WED, "stale")


def test_a_series_on_another_basis_is_not_in_the_pack() -> None:
    model = make(SecurityFactory, symbol="IBM", price_basis="total_return")
    observed(model, THU, "35.1")
    view = pack_prices(build_pack(THU, known_at=FRIDAY_NOON).pk)
    assert view.prices == {}
    assert all(gap.kind == "fx" for gap in view.gaps)


def test_building_again_returns_the_sealed_pack(ibm: Security) -> None:
    first = build_pack(THU)
    observed(ibm, THU, "200.83")
    assert build_pack(THU) == first
    assert pack_prices(first.pk).prices == {}


def test_a_pack_left_open_is_built_again(ibm: Security) -> None:
    assert not build_pack(THU, seal=False).is_sealed
    observed(ibm, THU, "200.83")
    pack = build_pack(THU, seal=False)
    assert list(pack_prices(pack.pk).prices) == [ibm.pk]
    assert seal_pack(pack.pk).is_sealed


@pytest.mark.parametrize("day", [SATURDAY, GOOD_FRIDAY])
def test_a_closed_day_has_no_pack(day: date) -> None:
    with pytest.raises(NotASession) as refusal:
        build_pack(day)
    assert refusal.value.details["sessions_around"][0] < day.isoformat()
    with pytest.raises(NotASession):
        backfill_packs(day, day)


def test_what_does_not_exist_is_named() -> None:
    with pytest.raises(UnknownPolicy):
        build_pack(THU, "WM4PM")
    with pytest.raises(PackNotFound):
        supersede_pack("2013-02-28-ECB-r9", "a reason", None)
    with pytest.raises(DateRangeInvalid):
        backfill_packs(FRI, THU)
    with pytest.raises(DateRangeInvalid):
        backfill_packs(date(1, 1, 1), THU)


def test_a_correction_is_a_second_revision(ibm: Security) -> None:
    observed(ibm, WED, "199")
    first = build_pack(THU, known_at=evening(THU))
    observed(ibm, THU, "200.83", known=FRIDAY_NOON)
    second = supersede_pack(first.pk, "IBM's close arrived late.", None, known_at=FRIDAY_NOON)
    assert (second.pk, second.supersedes_id) == ("2013-02-28-ECB-r2", first.pk)
    assert pack_prices(first.pk).prices[ibm.pk].close == 199
    assert pack_prices(second.pk).prices[ibm.pk].state == "exact"
    event = AuditEvent.objects.get(action="market.pack.supersede")
    assert event.details["supersedes"] == first.pk
    assert pack_faults() == (2, [])


def test_a_pack_is_superseded_once() -> None:
    first = build_pack(THU)
    supersede_pack(first.pk, "a reason", None)
    with pytest.raises(PackSuperseded):
        supersede_pack(first.pk, "another reason", None)


def test_only_a_sealed_pack_and_only_for_a_reason() -> None:
    pack = build_pack(THU, seal=False)
    with pytest.raises(PackNotSealed):
        supersede_pack(pack.pk, "a reason", None)
    with pytest.raises(ReasonMissing, match="reason is missing"):
        supersede_pack(seal_pack(pack.pk).pk, "  ", None)


def test_the_content_hash_is_that_of_the_facts(ibm: Security) -> None:
    """The same facts under a later revision, and under other ids, have the same hash."""
    observed(ibm, THU, "200.83")
    first = build_pack(THU, known_at=FRIDAY_NOON)
    assert supersede_pack(first.pk, "rehearsal", None).content_hash == first.content_hash


def test_backfill_knows_what_each_morning_knew(ibm: Security) -> None:
    observed(ibm, WED, "199")
    observed(ibm, THU, "200.83", known=FRIDAY_NOON)  # after the morning of Friday
    observed(ibm, FRI, "201")
    report = backfill_packs(WED, date(2013, 3, 4))
    assert (report.sessions, report.built, report.kept) == (4, 4, 0)
    states = {
        day: prices[ibm.pk][::2]
        for day, prices in price_history([ibm.pk], WED, FRI, market_head()).items()
    }
    assert states == {
        WED: (Decimal(199), WED, "exact"),
        THU: (Decimal(199), WED, "stale"),
        FRI: (Decimal(201), FRI, "exact"),
    }


def test_backfill_again_keeps_every_pack(ibm: Security) -> None:
    backfill_packs(WED, THU)
    before = list(PricingPack.objects.values_list("pk", "content_hash", "seal_number"))
    report = backfill_packs(WED, FRI)
    assert (report.built, report.kept) == (1, 2)
    assert (
        list(
            PricingPack.objects.filter(pk__in=[pk for pk, *_ in before]).values_list(
                "pk", "content_hash", "seal_number"
            )
        )
        == before
    )


def test_backfill_and_the_night_build_the_same_pack(ibm: Security) -> None:
    observed(ibm, WED, "199")
    make(FxObservationFactory, observed_on=WED)
    by_night = build_pack(THU, known_at=datetime(2013, 3, 1, 5, 5, tzinfo=UTC)).content_hash
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM market_pricingpack WHERE content_hash = %s", [by_night]
        )
        assert cursor.fetchone() == (1,)
    backfill_packs(WED, WED)
    again = supersede_pack("2013-02-28-ECB-r1", "the same", None, known_at=FRIDAY_NOON)
    assert again.content_hash == by_night


def test_backfill_names_the_holidays() -> None:
    report = backfill_packs(date(2013, 3, 28), date(2013, 4, 1))
    assert report.closed == (GOOD_FRIDAY,)
    assert report.sessions == 2


def test_history_at_a_head_survives_a_restatement(ibm: Security) -> None:
    observed(ibm, WED, "199")
    make(FxObservationFactory, observed_on=WED)
    backfill_packs(WED, THU)
    head, old = market_head(), PricingPack.objects.get(pk="2013-02-27-ECB-r1")
    lineage = history_hash("ECB", THU, head)
    observed(ibm, WED, "198", known=FRIDAY_NOON)
    supersede_pack(old.pk, "IBM's close was corrected.", None)

    def close(at: int) -> Decimal:
        return price_history([ibm.pk], WED, THU, at)[WED][ibm.pk].close

    assert close(head) == 199
    assert close(market_head()) == 198
    assert history_hash("ECB", THU, head) == lineage
    assert history_hash("ECB", THU, market_head()) != lineage
    # A reader of the superseded pack reads the lineage as it was just before the new seal.
    assert history_hash("ECB", THU, head_for(old)) == lineage
    assert fx_history(WED, THU, head)[THU][("EUR", "USD")].state == "stale"
    assert fx_history(WED, THU, head, currencies=["CAD"]) == {WED: {}, THU: {}}
