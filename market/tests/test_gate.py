"""The gate: forty-odd deliveries of garbage, and what becomes of each of them."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.calc.completeness import Required
from market.calc.gate import Subject, screen
from market.calc.policies import Plausibility
from market.calc.quotes import PriceQuote, RateQuote
from market.exceptions import PackIncomplete
from market.formats.delivery import read_delivery
from market.models import FxObservation, PriceObservation, Quarantine
from market.selectors import pack_prices
from market.services import build_pack, receive, receive_delivery
from market.tests.deliveries import NAMES, Fixture, fixtures, rows, text
from market.tests.factories import (
    CorporateActionFactory,
    FxObservationFactory,
    PriceObservationFactory,
    SecurityFactory,
    make,
)

WED, THU, FRI = date(2013, 2, 27), date(2013, 2, 28), date(2013, 3, 1)
EVENING = datetime(2013, 2, 28, 22, tzinfo=UTC)
LIMITS = Plausibility(Decimal(10), 20)
LARGEST = Decimal(10) ** 12
CLOSE = PriceQuote("S0", "XNYS", "raw", THU, Decimal(100), "USD", "tape", "A", EVENING)
RATE = RateQuote("EUR", "USD", THU, Decimal("1.31"), "ECB", "ECB reference rate", "A", EVENING)
KEY = "S0.XNYS.raw"
USD = frozenset({"USD"})
ALL = list(fixtures())


def delivered(content: bytes) -> object:
    delivery = read_delivery(content, source="tape", licence_class="A", available_at=EVENING)
    return receive_delivery(delivery)


@pytest.fixture
def universe(db: None) -> None:
    for name in NAMES:
        listing = make(SecurityFactory, symbol=name)
        make(PriceObservationFactory, security=listing, observed_on=WED)


def test_there_are_enough_of_them() -> None:
    assert len(ALL) >= 40
    assert len({fixture.name for fixture in ALL}) == len(ALL)


@pytest.mark.parametrize("fixture", ALL, ids=lambda fixture: fixture.name)
def test_a_delivery_is_divided(universe: None, fixture: Fixture) -> None:
    report = receive_delivery(
        read_delivery(fixture.content, source="tape", licence_class="A", available_at=EVENING)
    )
    stored = PriceObservation.objects.exclude(observed_on=WED)
    assert stored.count() == fixture.stored
    assert dict(Counter(Quarantine.objects.values_list("reason", flat=True))) == fixture.doubts
    assert Counter(it.reason for it in report.quarantined) == Counter(fixture.doubts)
    assert {fault.reason for fault in report.refused} >= set(fixture.faults)
    assert bool(report.refused) == bool(fixture.faults)
    assert report.unknown == fixture.unknown
    assert not stored.exclude(close__gte=10, close__lte=1000).exists()


@pytest.mark.parametrize("fixture", ALL, ids=lambda fixture: fixture.name)
def test_received_again_it_changes_nothing(universe: None, fixture: Fixture) -> None:
    delivered(fixture.content)
    before = PriceObservation.objects.count(), Quarantine.objects.count()
    delivered(fixture.content)
    assert (PriceObservation.objects.count(), Quarantine.objects.count()) == before


def test_what_is_doubted_is_in_no_pack(universe: None) -> None:
    """S3 says 10,000 on Thursday: the pack carries Wednesday's 100, and says so."""
    delivered(text(rows(S3="10000")))
    prices = pack_prices(build_pack(THU, known_at=EVENING).pk).prices.values()
    assert Counter((str(price.close.normalize()), price.state) for price in prices) == {
        ("101", "exact"): 9,
        ("1E+2", "stale"): 1,
    }


def test_half_the_universe_is_below_coverage(universe: None) -> None:
    make(FxObservationFactory)
    delivered(text(rows()[:5]))
    held = Required(frozenset(f"{name}.XNYS.raw" for name in NAMES), frozenset())
    with pytest.raises(PackIncomplete, match="0 are missing and 5 late"):
        build_pack(THU, known_at=EVENING, required=held)


def doubts(*quotes: PriceQuote, known: Subject) -> list[str]:
    return [it.reason for it in screen(quotes, {KEY: known}, LIMITS, largest=LARGEST).quarantined]


def day(close: str, on: date, unit: str = "USD") -> PriceQuote:
    known = datetime.combine(on, EVENING.time(), tzinfo=UTC)
    number = Decimal(close)
    return replace(CLOSE, observed_on=on, close=number, currency=unit, available_at=known)


def test_the_first_close_of_all_has_no_yardstick() -> None:
    assert doubts(day("10000", THU), known=Subject(USD)) == []


def test_a_source_that_turned_to_cents_is_doubted_every_day() -> None:
    before = Subject(USD, values=[(WED, Decimal(100))])
    found = doubts(day("10000", THU), day("10100", FRI), known=before)
    assert found == ["hundredfold", "hundredfold"]


def test_one_wrong_day_does_not_make_the_next_one_doubtful() -> None:
    before = Subject(USD, values=[(WED, Decimal(100))])
    assert doubts(day("10000", THU), day("102", FRI), known=before) == ["hundredfold"]


def test_a_split_explains_what_it_explains() -> None:
    """100 shares for one: a close of 1 after 100 is no jump, one of 100 is."""
    split = Subject(USD, values=[(WED, Decimal(100))], splits=[(THU, Decimal(100))])
    assert doubts(day("1", THU), known=split) == []
    assert doubts(day("100", THU), known=split) == ["hundredfold"]
    before = replace(split, splits=[(WED, Decimal(100))])  # in Wednesday's close already
    assert doubts(day("1", THU), known=before) == ["hundredfold"]


def test_a_spin_off_may_move_a_price_anyhow() -> None:
    known = Subject(USD, values=[(WED, Decimal(100))], reorganised=[THU])
    assert doubts(day("1", THU), known=known) == []


def test_pence_after_pounds_are_the_same_where_each_says_its_unit() -> None:
    known = Subject(frozenset({"GBP", "GBX"}), values=[(WED, Decimal("1.65"))])
    assert doubts(day("166", THU, "GBX"), known=known) == []
    assert doubts(day("166", THU, "GBP"), known=known) == ["hundredfold"]


@given(st.decimals("0.01", "100000", places=2), st.decimals("0.01", "100000", places=2))
def test_only_a_move_within_the_limit_passes(first: Decimal, second: Decimal) -> None:
    known = Subject(USD, values=[(WED, first)])
    passed = not doubts(day(str(second), THU), known=known)
    assert passed == (max(first / second, second / first) < 10)


def test_stored_actions_and_units_are_what_the_gate_knows(db: None) -> None:
    """MSFT splits 2 for 1 on Thursday, and is quoted once in each unit by VOD's source."""
    apple = make(SecurityFactory, symbol="S0")
    make(PriceObservationFactory, security=apple, observed_on=WED, close=Decimal(700))
    make(CorporateActionFactory, security=apple, ex_date=THU, new_shares=Decimal(20))
    vod = make(SecurityFactory, symbol="VOD", exchange="XLON", currency="GBP", quote_unit="GBX")
    make(
        PriceObservationFactory,
        security=vod,
        observed_on=WED,
        close=Decimal("1.65"),
        currency="GBP",
    )
    pence = replace(CLOSE, symbol="VOD", exchange="XLON", close=Decimal(166), currency="GBX")
    report = receive([day("35", THU), pence])
    assert (report.stored.prices_added, report.quarantined) == (2, ())


def test_a_correction_is_held_against_the_day_before(universe: None) -> None:
    """Thursday's 101 is corrected to 99, then to 9,900."""
    delivered(text(rows()))
    later = replace(day("99", THU), available_at=EVENING + timedelta(hours=1))
    worse = replace(later, close=Decimal(9900), available_at=EVENING + timedelta(hours=2))
    assert receive([later]).quarantined == ()
    assert [it.reason for it in receive([worse]).quarantined] == ["hundredfold"]


def test_rates_pass_the_same_gate(db: None) -> None:
    make(FxObservationFactory, observed_on=WED, rate=Decimal("1.30"))
    report = receive([], [RATE, replace(RATE, observed_on=FRI, rate=Decimal("131"))])
    assert [(it.subject, it.reason) for it in report.quarantined] == [("EUR/USD", "future_date")]
    again = replace(RATE, rate=Decimal("0.0131"), available_at=EVENING + timedelta(hours=1))
    assert [it.reason for it in receive([], [again]).quarantined] == ["hundredfold"]
    assert FxObservation.objects.count() == 2


def test_an_empty_batch_is_nothing(db: None) -> None:
    report = receive()
    assert (report.stored.added, report.quarantined, report.remembered) == (0, (), 0)
