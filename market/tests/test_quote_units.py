"""Pence and cents: observed as they are quoted, packed in units of the currency."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from market.calc.quote_units import QUOTE_UNITS, currency_of, in_currency, in_quote_unit
from market.models import PriceObservation, Security
from market.selectors import pack_faults, pack_prices
from market.selectors.pages import pack_page
from market.services import build_pack, connect_prices
from market.tests.factories import (
    SESSION,
    PriceObservationFactory,
    SecurityFactory,
    evening,
    make,
)


@pytest.fixture
def vod(db: None) -> Security:
    return make(
        SecurityFactory,
        symbol="VOD",
        exchange="XLON",
        currency="GBP",
        quote_unit="GBX",
        dividend_currency="GBP",
    )


def test_pence_are_a_hundredth() -> None:
    assert in_currency(Decimal("165.7"), "GBX") == Decimal("1.657")
    assert in_currency(Decimal("165.7"), "GBP") == Decimal("165.7")
    assert in_quote_unit(Decimal("1.657"), "GBX") == Decimal("165.7")
    assert (currency_of("ZAC"), currency_of("ILA"), currency_of("EUR")) == ("ZAR", "ILS", "EUR")


@given(st.decimals("0.0001", "1000000", places=4), st.sampled_from(sorted(QUOTE_UNITS)))
def test_there_and_back_is_the_same(close: Decimal, unit: str) -> None:
    assert in_quote_unit(in_currency(close, unit), unit) == close


def test_the_pack_holds_pounds_and_the_page_says_both(vod: Security) -> None:
    make(PriceObservationFactory, security=vod, close=Decimal("165.7"), currency="GBX")
    pack = build_pack(SESSION, known_at=evening(SESSION))
    price = pack_prices(pack.pk).prices[vod.pk]
    assert (price.close, price.currency) == (Decimal("1.657"), "GBP")
    (row,) = pack_page(pack.pk).prices
    assert (row.value, row.unit, row.quoted) == ("1.657", "GBP", "165.70 GBX")
    assert pack_faults() == (1, [])


def test_an_observation_in_pounds_of_a_listing_in_pence_is_pounds(vod: Security) -> None:
    """Each observation says its own unit, so nothing is divided that was not multiplied."""
    make(PriceObservationFactory, security=vod, close=Decimal("1.657"), currency="GBP")
    price = pack_prices(build_pack(SESSION, known_at=evening(SESSION)).pk).prices[vod.pk]
    assert (price.close, price.currency) == (Decimal("1.657"), "GBP")


def test_uploaded_closes_are_in_the_unit_of_the_listing(vod: Security) -> None:
    Security.objects.update(price_source="")
    connect_prices(vod, b"date,close,currency\n2013-02-28,165.7,GBX\n", "vod.csv", None)
    assert PriceObservation.objects.get().currency == "GBX"


def test_a_unit_belongs_to_its_currency(vod: Security) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Security.objects.update(currency="USD")
