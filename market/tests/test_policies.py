"""Policies are files: checked when Django starts, and enough to price by another rule."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from market.calc.fx import convert_path
from market.exceptions import PoliciesInvalid, UnknownPolicy
from market.formats.policy import parse_policy
from market.models import PriceObservation, Security
from market.selectors import pack_prices, policies, policy_named
from market.selectors.policies import check_calendars, check_policies
from market.services import build_pack
from market.tests.factories import (
    SESSION,
    FxObservationFactory,
    PriceObservationFactory,
    SecurityFactory,
    evening,
    make,
)
from market.tests.policies import OURS, ecb, write_policy

NIGHT = datetime(2013, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """A folder of the house's own policies, beside ours."""
    settings.PRICING_POLICIES = [OURS, tmp_path]
    return tmp_path


def parsed(said: object, name: str = "ECB.json") -> tuple[str, ...]:
    return parse_policy(json.dumps(said).encode(), filename=name).mistakes


def test_ours_says_what_it_always_said() -> None:
    policy = policy_named("ECB")
    assert (policy.price_basis, policy.calendar, policy.carry_sessions) == ("raw", "XNYS", 5)
    assert policy.pairs[0] == ("EUR", "AUD")
    assert len(policy.pairs) == 9
    # Five past midnight in New York is 05:05 UTC in winter.
    assert policy.morning_after(SESSION) == datetime(2013, 3, 1, 5, 5, tzinfo=UTC)
    assert check_policies() == check_calendars() == []


def test_an_unknown_policy_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownPolicy) as refused:
        policy_named("WM4PM")
    assert refused.value.details["policies"] == ["ECB"]


def test_all_mistakes_of_all_files_are_told_at_once(folder: Path) -> None:
    write_policy(folder, "ONE", zone="Mars/Olympus", carry_sessions=99)
    write_policy(folder, "TWO", rates={"pivot": "SEK"}, completeness={"priced": 0.9})
    (folder / "THREE.json").write_text("<html>")
    with pytest.raises(PoliciesInvalid, match="5 mistakes") as refused:
        policies()
    told = "\n".join(refused.value.details["errors"])
    for said in (
        "ONE.json: zone",
        "ONE.json: carry_sessions",
        "TWO.json: rates.pivot",
        "TWO.json: completeness.priced",
        "THREE.json: not JSON",
    ):
        assert said in told
    assert [error.id for error in check_policies()] == ["market.E001"] * 5
    assert check_calendars() == []


def test_a_calendar_that_nobody_knows_is_told_before_a_deployment(folder: Path) -> None:
    write_policy(folder, "MOON", calendar="XMOO")
    assert [error.msg for error in check_calendars()] == [
        "MOON: no trading calendar is known for XMOO."
    ]


def test_two_files_cannot_hold_one_policy(folder: Path) -> None:
    write_policy(folder, "ECB")
    with pytest.raises(PoliciesInvalid, match="a policy of that name already"):
        policies()


def test_the_policy_that_everything_defaults_to_must_be_there(
    tmp_path: Path, settings: Settings
) -> None:
    settings.PRICING_POLICIES = [tmp_path, tmp_path / "nowhere"]
    with pytest.raises(PoliciesInvalid) as refused:
        policies()
    assert refused.value.details["errors"] == [f"{tmp_path / 'nowhere'} is no folder."]
    settings.PRICING_POLICIES = [tmp_path]
    with pytest.raises(PoliciesInvalid, match="ECB is missing"):
        policies()


def wrong(group: str, key: str, value: Any) -> dict[str, Any]:
    said = ecb()
    (said[group] if group else said)[key] = value
    return said


@pytest.mark.parametrize(
    ("group", "key", "value"),
    [
        ("", "name", "lower"),
        ("", "description", " "),
        ("", "calendar", "New York"),
        ("", "cut_off", "25:00"),
        ("", "carry_sessions", True),
        ("", "carry_sessions", -1),
        ("", "prices", []),
        ("", "surprise", 1),
        ("prices", "close", "adjusted"),
        ("prices", "sources", []),
        ("prices", "sources", ["tape", "tape"]),
        ("rates", "currencies", ["EUR"]),
        ("rates", "currencies", ["usd"]),
        ("rates", "fixing", ""),
        ("completeness", "required", "some"),
        ("completeness", "observed", "1.01"),
        ("completeness", "priced", "NaN"),
        ("plausibility", "largest_move", "1"),
        ("plausibility", "late_sessions", "20"),
        ("plausibility", "typo", 1),
    ],
)
def test_a_wrong_value_is_a_mistake_that_names_its_place(group: str, key: str, value: Any) -> None:
    mistakes = parsed(wrong(group, key, value))
    assert mistakes
    assert all(mistake.startswith("ECB.json: ") for mistake in mistakes)
    assert any(key in mistake or group in mistake for mistake in mistakes)


def test_a_missing_rule_is_a_mistake() -> None:
    said = ecb()
    del said["rates"]["fixing"], said["zone"]
    assert parsed(said) == ("ECB.json: zone is missing.", "ECB.json: rates.fixing is missing.")


@given(st.binary(max_size=80))
def test_garbage_is_told_and_never_breaks(content: bytes) -> None:
    found = parse_policy(content, filename="X.json")
    assert found.policy is None
    assert found.mistakes


@pytest.mark.django_db
def test_a_second_policy_is_a_file_and_nothing_else(folder: Path) -> None:
    """Dollar fixings at four in London, in New York's calendar: one dollar is 1.0300 CAD and
    0.80 EUR, so one euro is 1.03 / 0.80 = 1.2875 CAD through the dollar."""
    write_policy(
        folder,
        "WM4PM",
        cut_off="06:00",
        rates={
            "sources": ["London"],
            "fixing": "4 pm",
            "pivot": "USD",
            "currencies": ["CAD", "EUR"],
        },
    )
    ibm = make(SecurityFactory, symbol="IBM")
    make(PriceObservationFactory, security=ibm)
    make(FxObservationFactory)  # the ECB's, which this policy does not take
    for quote, rate in (("CAD", "1.0300"), ("EUR", "0.80")):
        make(
            FxObservationFactory,
            base_currency="USD",
            quote_currency=quote,
            rate=Decimal(rate),
            source="London",
            fixing="4 pm",
        )
    pack = build_pack(SESSION, "WM4PM", known_at=NIGHT)
    view = pack_prices(pack.pk)
    assert pack.pk == "2013-02-28-WM4PM-r1"
    assert view.gaps == ()
    assert convert_path(view.rate_table, "EUR", "CAD").rate == Decimal("1.2875")
    assert policy_named("WM4PM").morning_after(SESSION).hour == 6
    assert build_pack(SESSION, "ECB", known_at=NIGHT).content_hash != pack.content_hash


@pytest.mark.django_db
def test_fixings_have_an_order_too(folder: Path) -> None:
    """London is asked first, and is silent on the Canadian dollar."""
    write_policy(folder, "TWO", rates={"sources": ["London", "ECB"]})
    make(FxObservationFactory, rate=Decimal("1.30"))
    make(FxObservationFactory, rate=Decimal("1.31"), source="London")
    make(FxObservationFactory, quote_currency="CAD", rate=Decimal("1.34"))
    rates = pack_prices(build_pack(SESSION, "TWO", known_at=NIGHT).pk).rates
    assert (rates["EUR", "USD"].rate, rates["EUR", "USD"].source) == (Decimal("1.31"), "London")
    assert (rates["EUR", "CAD"].rate, rates["EUR", "CAD"].source) == (Decimal("1.34"), "ECB")


@pytest.mark.django_db
class TestOrderOfSources:
    """IBM's own source is the tape; the policy asks the exchange first, a backup last."""

    @pytest.fixture(autouse=True)
    def order(self, folder: Path) -> None:
        order = ["Exchange", "@listing", "Backup"]
        write_policy(folder, "ORDER", prices={"sources": order})

    @pytest.fixture
    def ibm(self) -> Security:
        return make(SecurityFactory, symbol="IBM")

    def says(
        self, ibm: Security, source: str, close: str, day: date = SESSION, known: int = 0
    ) -> PriceObservation:
        return make(
            PriceObservationFactory,
            security=ibm,
            source=source,
            close=Decimal(close),
            observed_on=day,
            available_at=evening(day) + timedelta(minutes=known),
        )

    def close(self, ibm: Security) -> tuple[str, str, str]:
        found = pack_prices(build_pack(SESSION, "ORDER", known_at=NIGHT).pk).prices[ibm.pk]
        return str(found.close.normalize()), found.source, found.state

    def test_the_first_that_has_one_counts_however_late_the_others_speak(
        self, ibm: Security
    ) -> None:
        self.says(ibm, "Exchange", "201")
        self.says(ibm, "tape", "202", known=30)
        self.says(ibm, "Backup", "203", known=60)
        assert self.close(ibm) == ("201", "Exchange", "exact")

    def test_of_one_source_the_newest_word_counts(self, ibm: Security) -> None:
        self.says(ibm, "Exchange", "201")
        self.says(ibm, "Exchange", "205", known=5)
        assert self.close(ibm) == ("205", "Exchange", "exact")

    def test_the_next_is_asked_where_the_first_is_silent(self, ibm: Security) -> None:
        self.says(ibm, "tape", "202")
        self.says(ibm, "Backup", "203")
        assert self.close(ibm) == ("202", "tape", "exact")

    def test_a_later_source_with_the_day_is_better_than_an_older_close(self, ibm: Security) -> None:
        self.says(ibm, "Exchange", "201", day=date(2013, 2, 27))
        self.says(ibm, "Backup", "203")
        assert self.close(ibm) == ("203", "Backup", "exact")

    def test_a_source_outside_the_order_is_not_heard(self, ibm: Security) -> None:
        self.says(ibm, "Rumour", "1")
        gaps = pack_prices(build_pack(SESSION, "ORDER", known_at=NIGHT).pk).gaps
        assert ("IBM", "no_observation") in {(gap.symbol, gap.reason) for gap in gaps}

    def test_a_listing_without_its_own_source_is_priced_by_a_named_one(self, ibm: Security) -> None:
        Security.objects.update(price_source="")
        self.says(ibm, "Backup", "203")
        assert self.close(ibm) == ("203", "Backup", "exact")
