"""A past run computed again gives the same bytes, whatever happened since."""

import json
from datetime import UTC, datetime, time
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from accounts.identity import as_service
from accounts.models import User
from market.services import ingest_observations, restate_packs
from patterns.comparing import compare, differing
from patterns.layout import panels
from patterns.models import PatternRun
from portfolios.exceptions import RunNotFound
from portfolios.models import Portfolio
from portfolios.services import set_loss_rule
from portfolios.services.replaying import replay_any, replay_for
from portfolios.services.runs import Execution, execute
from portfolios.tests.factories import append, trade
from portfolios.tests.world import ACME, FRI, THU, close_of, listing

OVERVIEW = "portfolio_overview"


def overview(alice: User, portfolio: Portfolio) -> Execution:
    inputs = {"portfolio_id": str(portfolio.pk)}
    return execute(user=alice, pattern_id=OVERVIEW, inputs=inputs, correlation_id="test")


def test_a_run_is_the_same_after_a_trade_and_a_restatement(traded: Portfolio, alice: User) -> None:
    before = overview(alice, traded)
    append(traded, alice, trade("SELL", listing("ACME"), "15", "12", FRI))
    with as_service("tests: a late correction"):
        late = datetime.combine(FRI, time(23, 30), tzinfo=UTC)
        ingest_observations([close_of(ACME, FRI, "99", known_at=late)], [])
        restate_packs(FRI, FRI, reason="The close of ACME was wrong.")

    after = overview(alice, traded)
    assert after.run.result_hash != before.run.result_hash
    for done in (before, after):
        assert replay_for(alice, done.run.run_id, "test").is_same


def test_what_was_tampered_with_is_named(traded: Portfolio, alice: User) -> None:
    # The application may not change a run, so a second one is forged beside it.
    done = overview(alice, traded)
    with as_service("tests: a forged run"):
        forged = PatternRun.objects.get(pk=done.run.run_id)
        forged.pk, forged.state, forged.result_hash = uuid4(), "partial", "0" * 64
        forged.result_text = forged.result_text.replace('"value":"216"', '"value":"217"')
        forged.save(force_insert=True)
    found = replay_any(forged.pk, "test")

    assert not found.is_same
    assert found.changed == ()
    assert ("valued_positions.positions.1.market_value.value", "217", "216") in found.differences


def test_a_setting_that_changed_is_no_excuse_for_other_bytes(
    traded: Portfolio, alice: User
) -> None:
    # The loss rule is among the settings, so the next run has another hash; the old one stands.
    done = overview(alice, traded)
    set_loss_rule(portfolio_id=traded.pk, rule="US", by=alice)

    assert overview(alice, traded).run.run_hash != done.run.run_hash
    assert replay_for(alice, done.run.run_id, "test").is_same


def test_a_strangers_run_is_not_found(traded: Portfolio, alice: User, charlie: User) -> None:
    done = overview(alice, traded)
    for user, run_id in ((charlie, done.run.run_id), (alice, uuid4())):
        with pytest.raises(RunNotFound):
            replay_for(user, run_id, "test")


def test_the_command_compares_the_bytes(traded: Portfolio, alice: User) -> None:
    done = overview(alice, traded)
    out = StringIO()
    call_command("replay", str(done.run.run_id), "--json", stdout=out)
    assert json.loads(out.getvalue())["same"] is True

    with pytest.raises(CommandError, match="There is no such run"):
        call_command("replay", str(uuid4()), stdout=StringIO())


def test_two_days_side_by_side(traded: Portfolio, alice: User) -> None:
    # ACME on Thursday 15 × 12 × 1.04 = 187.20, on Friday 15 × 12 × 1.20 = 216: 28.80 more.
    friday = overview(alice, traded)
    thursday = execute(
        user=alice,
        pattern_id=OVERVIEW,
        inputs={"portfolio_id": str(traded.pk)},
        asof=THU,
        correlation_id="test",
    )
    found = compare(panels(OVERVIEW, thursday.run), panels(OVERVIEW, friday.run))
    holdings = next(panel for panel in found if panel.title == "Holdings")
    by_label = {one.label: one for one in holdings.figures}

    worth = by_label["ACME · Market value"]
    assert worth.first is not None and worth.second is not None
    assert (worth.first.raw, worth.second.raw) == ("187.2", "216")
    assert (worth.difference, worth.sign) == ("28.80 CAD", "positive")
    # 187.20 of 1,111.60 CAD are 16.84 %, 216.00 of 1,198.00 are 18.03 %.
    assert by_label["ACME · Weight"].difference == "1.19 points"
    assert "ACME · Quantity" not in by_label
    assert holdings.same > 0


def test_differences_are_found_at_any_depth() -> None:
    one = {"a": [{"b": "1"}, {"b": "2"}], "c": None}
    two = {"a": [{"b": "1"}, {"b": "3"}, {"b": "4"}], "c": None}

    assert differing(one, two) == [("a.1.b", "2", "3"), ("a.2.b", None, "4")]
    assert differing(one, one) == []
