"""Taking in what sources say: once, whole, and never contradicting."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from market.calc.quotes import PriceQuote, RateQuote
from market.exceptions import ObservationRefused, SecurityNotFound
from market.models import FxObservation, PriceObservation, Security
from market.providers import bundled
from market.services import fetch_observations, ingest_observations, register_securities
from market.tests.factories import SecurityFactory, make

pytestmark = pytest.mark.django_db
DAY = date(2013, 2, 28)
KNOWN = datetime(2013, 2, 28, 22, tzinfo=UTC)
CLOSE = PriceQuote("IBM", "XNYS", "raw", DAY, Decimal("200.83"), "USD", "tape", "A", KNOWN)
RATE = RateQuote("EUR", "USD", DAY, Decimal("1.3129"), "ECB", "ECB reference rate", "A", KNOWN)


@pytest.fixture(autouse=True)
def ibm() -> Security:
    return make(SecurityFactory, symbol="IBM")


def test_the_same_delivery_counts_once() -> None:
    first = ingest_observations([CLOSE], [RATE])
    assert (first.prices_added, first.rates_added) == (1, 1)
    again = ingest_observations([CLOSE], [RATE])
    assert (again.added, again.prices_known, again.rates_known) == (0, 1, 1)


def test_a_correction_stands_beside_the_first_word() -> None:
    later = replace(CLOSE, close=Decimal("200.90"), available_at=KNOWN.replace(hour=23))
    ingest_observations([CLOSE, later])
    assert PriceObservation.objects.count() == 2


def test_a_contradiction_refuses_the_delivery() -> None:
    ingest_observations([CLOSE], [RATE])
    other = replace(CLOSE, observed_on=date(2013, 2, 27))
    with pytest.raises(ObservationRefused, match="2013-02-28"):
        ingest_observations([other, replace(CLOSE, close=Decimal(1))])
    with pytest.raises(ObservationRefused):
        ingest_observations([], [replace(RATE, rate=Decimal(1))])
    assert PriceObservation.objects.count() == 1


@pytest.mark.parametrize("close", ["NaN", "Infinity", "0", "-1", "1E+12"])
def test_what_is_no_price_is_refused(close: str) -> None:
    with pytest.raises(ObservationRefused) as refusal:
        ingest_observations([CLOSE, replace(CLOSE, close=Decimal(close))])
    assert refusal.value.details["reason"] == "number_invalid"
    assert not PriceObservation.objects.exists()


def test_a_rate_that_is_none_is_refused() -> None:
    with pytest.raises(ObservationRefused, match="EUR/USD"):
        ingest_observations([], [replace(RATE, rate=Decimal("NaN"))])
    assert not FxObservation.objects.exists()


def test_an_unknown_listing_is_named() -> None:
    with pytest.raises(SecurityNotFound, match=r"HAL\.XNYS\.raw"):
        ingest_observations([replace(CLOSE, symbol="HAL")])


def test_listings_have_the_same_id_everywhere_and_are_added_once() -> None:
    facts = bundled.securities()
    assert register_securities(facts) == len(facts) - 1  # IBM is there
    assert register_securities(facts) == 0
    assert Security.objects.get(symbol="RY").pk.version == 5


def test_the_bundled_source_answers_for_days() -> None:
    register_securities(bundled.securities())
    # Five closes on the day; IBM's among them, which only arrives later.
    added = fetch_observations(DAY, DAY)
    assert PriceObservation.objects.count() == 5
    assert added == 5 + FxObservation.objects.count()
    assert fetch_observations(DAY, DAY) == 0
