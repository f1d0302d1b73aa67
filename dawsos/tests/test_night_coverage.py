"""A night whose source fell silent ends before the seal, and yesterday stays fresh.

The Monday after the five days of `world`: what is held was not observed, nor were its rates.
"""

import pytest

from dawsos.models import NightlyRun
from dawsos.night import chain
from dawsos.night.runner import run_all
from market.models import PricingPack, Quarantine
from market.selectors import pack_health
from portfolios.models import Portfolio
from portfolios.tests.world import FRI

pytestmark = pytest.mark.django_db
MONDAY = FRI.replace(day=11)


@pytest.fixture
def night(traded: Portfolio) -> NightlyRun:
    return run_all(chain.start(MONDAY, "ECB"))


def test_it_stops_before_the_seal_and_names_what_lacks(night: NightlyRun) -> None:
    assert night.state == "failed"
    said = chain.failure(night)
    assert "The pack of 2013-02-11 is not sealed" in said
    assert "ACME.XNAS.raw, MAPLE.XTSE.raw" in said
    assert not PricingPack.objects.filter(asof_date=MONDAY).exists()


def test_yesterday_stays_fresh(night: NightlyRun) -> None:
    assert pack_health(pack_id="2013-02-08-ECB-r1")["is_fresh"]


def test_listings_of_the_source_that_the_house_does_not_have_are_no_doubt(
    night: NightlyRun,
) -> None:
    """The bundled source knows AAPL and four others on that day; this house has none of them."""
    assert not Quarantine.objects.exists()
