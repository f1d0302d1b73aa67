"""Corporate actions are kept once, mended by superseding, and leave prices raw."""

from datetime import date
from decimal import Decimal

import pytest

from market.calc.events import ActionFacts
from market.models import CorporateAction
from market.providers import bundled
from market.selectors.actions import live_actions, split_factors
from market.services import record_actions, register_securities
from market.tests.factories import SecurityFactory

pytestmark = pytest.mark.django_db

DAY = date(2012, 8, 9)


def dividend(amount: str = "2.65", **fields: object) -> ActionFacts:
    given = {"symbol": "AAPL", "exchange": "XNAS", "ex_date": DAY, "source": "tape"} | fields
    return ActionFacts(
        action_type="dividend",
        amount=Decimal(amount),
        currency="USD",
        **given,  # type: ignore[arg-type]
    )


@pytest.fixture(autouse=True)
def apple() -> None:
    SecurityFactory.create(symbol="AAPL", exchange="XNAS")


def test_a_fact_told_twice_is_kept_once() -> None:
    first = record_actions([dividend()])
    again = record_actions([dividend(), dividend()])
    assert (first.new, again.new, again.known) == (1, 0, 2)
    assert CorporateAction.objects.count() == 1


def test_a_mended_fact_supersedes_and_the_old_one_stays() -> None:
    record_actions([dividend()])
    assert record_actions([dividend("2.56")]).mended == 1
    old, new = CorporateAction.objects.order_by("recorded_at")
    assert old.superseded_by == new and old.amount == Decimal("2.65")
    assert live_actions([new.security_id]) == [new]
    assert record_actions([dividend("2.56")]).known == 1


def test_with_an_identifier_even_another_day_is_the_same_action() -> None:
    record_actions([dividend(source_id="d-1")])
    moved = dividend(source_id="d-1", ex_date=date(2012, 8, 10))
    assert record_actions([moved]).mended == 1


def test_two_sources_keep_a_fact_each() -> None:
    record_actions([dividend(), dividend(source="another")])
    assert CorporateAction.objects.count() == 2


def test_a_listing_that_nobody_registered_is_named_not_created() -> None:
    assert record_actions([dividend(symbol="NOPE")]).unlisted == ("NOPE",)


def test_prices_stay_raw_and_the_factor_stands_beside_them() -> None:
    """2 for 1 on the 9th, 1 for 4 on the 20th: a share of the 8th is 2 × 1/4 = 0.5 of today's,
    one of the 9th is 0.25, one of the 20th is 1."""
    apple = SecurityFactory.create(symbol="X", exchange="XNAS")
    for day, new, old, kind in (
        (DAY, 2, 1, "split"),
        (date(2012, 8, 20), 1, 4, "reverse_split"),
    ):
        CorporateAction.objects.create(
            security=apple,
            action_type=kind,
            ex_date=day,
            new_shares=new,
            old_shares=old,
            source="t",
        )
    factors = split_factors(apple.pk)
    days = (date(2012, 8, 8), DAY, date(2012, 8, 20))
    assert [factors.factor(day) for day in days] == [Decimal("0.5"), Decimal("0.25"), 1]


def test_the_bundled_facts_come_in_whole() -> None:
    """3 splits and 92 dividends, as docs/demo-data.md says."""
    register_securities(bundled.securities())
    report = record_actions(bundled.action_facts())
    assert (report.new, report.unlisted) == (95, ())
    assert CorporateAction.objects.filter(action_type="split").count() == 3
    assert record_actions(bundled.action_facts()).known == 95
