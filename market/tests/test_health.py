"""Whether a pack is ready."""

from datetime import date, timedelta

import pytest

from market.exceptions import PackNotFound
from market.models import PackFreshness, PricingPack
from market.selectors import latest_pack, live_pack, pack_health
from market.services import mark_error, mark_fresh, mark_warming, supersede_pack
from market.tests.factories import sealed_pack

pytestmark = pytest.mark.django_db
THU, FRI = date(2013, 2, 28), date(2013, 3, 1)  # the bundled sources end on Friday
YEARS_LATER = date(2026, 1, 5)


def test_before_the_first_pack() -> None:
    health = pack_health("ECB")
    assert (health["pack_id"], health["is_fresh"]) == (None, False)


def test_a_pack_warms_and_says_until_when() -> None:
    pack = sealed_pack(FRI, fresh=False)
    health = pack_health("ECB", today=YEARS_LATER)
    updated = PackFreshness.objects.get(pack=pack).updated_at
    assert health["status"] == "warming"
    assert health["estimated_ready"] == (updated + timedelta(minutes=15)).isoformat()


def test_fresh_means_that_its_chain_is_done() -> None:
    pack = sealed_pack(FRI, fresh=False)
    mark_fresh(pack.pk)
    health = pack_health("ECB", today=YEARS_LATER)
    assert (health["status"], health["is_fresh"], health["prewarm_done"]) == ("fresh", True, True)
    assert health["reconciliation_passed"] is True
    assert health["estimated_ready"] is None


def test_age_counts_for_the_latest_pack_alone() -> None:
    pack = sealed_pack(THU)
    assert pack_health("ECB", today=FRI)["status"] == "fresh"  # Friday's night is not over
    assert pack_health("ECB", today=FRI + timedelta(days=1))["status"] == "stale"
    assert pack_health(pack_id=pack.pk, today=YEARS_LATER)["status"] == "fresh"


def test_an_error_is_shown_and_mended() -> None:
    pack = sealed_pack(FRI)
    mark_error(pack.pk, "2 bp off")
    health = pack_health("ECB")
    assert (health["status"], health["error_message"]) == ("error", "2 bp off")
    mark_warming(pack.pk)
    assert pack_health("ECB")["error_message"] is None


def test_marking_what_does_not_exist() -> None:
    with pytest.raises(PackNotFound):
        mark_fresh("2013-02-28-ECB-r7")
    with pytest.raises(PackNotFound):
        pack_health(pack_id="nothing\x00")


def test_live_is_the_newest_revision_and_never_an_open_pack() -> None:
    first = sealed_pack(THU)
    second = supersede_pack(first.pk, "late close", None)
    PricingPack.objects.create(id="2013-03-01-ECB-r1", asof_date=FRI, policy="ECB")
    assert live_pack("ECB", THU) == second
    assert live_pack("ECB", FRI) is None
    assert latest_pack("ECB") == second
    assert latest_pack("ECB", up_to=date(2013, 2, 27)) is None
