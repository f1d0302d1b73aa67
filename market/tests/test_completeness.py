"""What is held must be priced, or the pack is not sealed; the rest is listed.

Five listings of one exchange are held on Thursday 2013-02-28, and a sixth that nobody prices. Our
policy wants nine of ten priced, and six of ten seen on the last session.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from market.calc.completeness import Required, coverage_of
from market.calc.policies import Completeness
from market.exceptions import PackIncomplete
from market.models import PricingPack, Security
from market.selectors import pack_faults, pack_prices
from market.services import backfill_packs, build_pack, restate_packs, supersede_pack
from market.tests.factories import (
    FxObservationFactory,
    PriceObservationFactory,
    SecurityFactory,
    make,
)

WED, THU, FRI = date(2013, 2, 27), date(2013, 2, 28), date(2013, 3, 1)
NIGHT = datetime(2013, 3, 1, 5, tzinfo=UTC)
NAMES = ("AAA", "BBB", "CCC", "DDD", "EEE")
RULE = Completeness("held", Decimal("0.9"), Decimal("0.6"))


@pytest.fixture
def listings(db: None) -> list[Security]:
    make(SecurityFactory, symbol="RY", price_source="")
    make(SecurityFactory, symbol="ELSE")  # that nobody holds
    make(FxObservationFactory)
    return [make(SecurityFactory, symbol=name) for name in NAMES]


def held(*names: str) -> Required:
    return Required(frozenset(f"{name}.XNYS.raw" for name in names), frozenset({"USD"}))


HELD = held(*NAMES, "RY")


def seen(listings: list[Security], *days: date) -> None:
    for listing, day in zip(listings, days, strict=False):
        make(PriceObservationFactory, security=listing, observed_on=day)


def test_shares_are_of_what_has_a_source() -> None:
    """Four of five have a value, three of them of the last session."""
    found = coverage_of(
        RULE,
        ["A", "B", "C", "D", "E", "F"],
        missing=["A", "F", "Z"],
        late=["B"],
        unsourced=["F", "Z"],
    )
    assert (found.required, found.priced, found.observed) == (5, Decimal("0.8"), Decimal("0.6"))
    assert (found.missing, found.late, found.unsourced) == (("A",), ("B",), ("F",))
    assert not found.suffices(RULE)


def test_nothing_required_is_all_covered() -> None:
    found = coverage_of(RULE, [], missing=["A"], late=[], unsourced=[])
    assert found.priced == found.observed == 1
    assert found.suffices(RULE)


def test_a_pack_says_its_coverage_and_marks_what_is_needed(listings: list[Security]) -> None:
    """Three of Thursday, two of Wednesday: five of five priced, three of five observed."""
    seen(listings, THU, THU, THU, WED, WED)
    pack = build_pack(THU, known_at=NIGHT, required=HELD)
    assert pack.is_sealed
    assert pack.coverage == {
        "rule": "held",
        "required": 6,  # five listings and EUR/USD
        "priced": "1.0000",
        "observed": "0.6667",
        "missing": [],
        "late": ["DDD.XNYS.raw", "EEE.XNYS.raw"],
        "unsourced": ["RY.XNYS.raw"],
    }
    gaps = {gap.symbol: gap.required for gap in pack_prices(pack.pk).gaps}
    assert (gaps["RY"], gaps["ELSE"], gaps["EUR/CAD"]) == (True, False, False)
    assert pack_faults() == (1, [])


def test_without_anyone_asking_nothing_is_judged(listings: list[Security]) -> None:
    pack = build_pack(THU, known_at=NIGHT)
    assert (pack.is_sealed, pack.coverage) == (True, {})
    assert not any(gap.required for gap in pack_prices(pack.pk).gaps)


def test_who_holds_what_is_not_in_the_hash(listings: list[Security]) -> None:
    seen(listings, THU, THU, THU, WED, WED)
    alone = build_pack(THU, known_at=NIGHT, seal=False)
    plain = build_pack(THU, known_at=NIGHT).content_hash
    again = supersede_pack(alone.pk, "Who holds what.", None, known_at=NIGHT, required=HELD)
    assert (again.content_hash, again.coverage["required"]) == (plain, 6)


def test_a_missing_price_stops_the_seal_and_is_named(listings: list[Security]) -> None:
    """Four of five and the rate: 5 / 6 = 0.8333 < 0.9."""
    seen(listings, THU, THU, THU, THU)
    with pytest.raises(PackIncomplete, match=r"1 are missing and 0 late\. EEE") as refused:
        build_pack(THU, known_at=NIGHT, required=HELD)
    details = refused.value.details
    assert details["coverage"]["missing"] == ["EEE.XNYS.raw"]
    assert (details["coverage"]["priced"], details["at_least"]["priced"]) == ("0.8333", "0.9")
    assert not PricingPack.objects.exists()


def test_half_the_universe_stops_the_seal_though_all_of_it_can_be_carried(
    listings: list[Security],
) -> None:
    """Two of five closes of the day and the rate: 3 / 6 observed, though 6 / 6 are priced."""
    seen(listings, THU, THU, WED, WED, WED)
    with pytest.raises(PackIncomplete, match="0 are missing and 3 late"):
        build_pack(THU, known_at=NIGHT, required=HELD)
    assert not PricingPack.objects.exists()


def test_a_missing_rate_counts_where_its_currency_is_held(listings: list[Security]) -> None:
    seen(listings, THU, THU, THU, THU, THU)
    needs = Required(HELD.listings, frozenset({"USD", "CAD"}))
    with pytest.raises(PackIncomplete, match="EUR/CAD"):  # 6 / 7 = 0.857
        build_pack(THU, known_at=NIGHT, required=needs)


def test_a_price_of_an_exchange_that_was_closed_since_is_not_late(
    listings: list[Security],
) -> None:
    """Toronto was closed on 2013-02-18, Family Day; New York too, so look at Boxing Day 2012:
    Toronto closed, New York open. The close of the 24th is the last there can be."""
    eve, boxing_day = date(2012, 12, 24), date(2012, 12, 26)
    maple = make(SecurityFactory, symbol="MAPLE", exchange="XTSE")
    make(PriceObservationFactory, security=maple, observed_on=eve)
    make(FxObservationFactory, observed_on=boxing_day)
    needs = Required(frozenset({maple.key}), frozenset({"USD"}))
    pack = build_pack(boxing_day, known_at=datetime(2012, 12, 27, tzinfo=UTC), required=needs)
    assert (pack.coverage["late"], pack.coverage["observed"]) == ([], "1.0000")
    assert pack_prices(pack.pk).prices[maple.pk].state == "stale"


def test_a_backfill_leaves_out_the_days_that_lack_too_much(listings: list[Security]) -> None:
    seen(listings, THU, THU, THU, THU, THU)
    report = backfill_packs(WED, FRI, required=lambda _: HELD)
    # Nothing yet on Wednesday; on Friday all of it is carried and late.
    assert (report.built, report.kept, report.incomplete) == (1, 0, (WED, FRI))
    assert report.as_dict()["incomplete"] == ["2013-02-27", "2013-03-01"]
    assert [pack.asof_date for pack in PricingPack.objects.all()] == [THU]


def test_a_restatement_says_its_coverage_and_is_not_stopped_by_it(
    listings: list[Security],
) -> None:
    seen(listings, THU, THU, THU, WED, WED)
    build_pack(THU, known_at=NIGHT)
    make(
        PriceObservationFactory,
        security=listings[0],
        observed_on=THU,
        close=Decimal(101),
        available_at=datetime(2013, 3, 4, tzinfo=UTC),
    )
    restate_packs(THU, THU, reason="Late.", required=lambda _: HELD)
    pack = PricingPack.objects.get(revision=2)
    assert pack.coverage["late"] == ["DDD.XNYS.raw", "EEE.XNYS.raw"]
    assert {gap["key"] for gap in pack.gaps if gap["required"]} == {"RY.XNYS.raw"}
