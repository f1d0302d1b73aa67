"""What the strip of a page says: the short way to it says what a run's own context says."""

from datetime import date

import pytest

from accounts.models import User
from market.services import mark_warming, supersede_pack
from portfolios.models import Portfolio
from portfolios.selectors import build_context
from portfolios.selectors.ledger import ledger_head
from portfolios.selectors.provenance import Provenance, provenance, provenance_now
from portfolios.tests.world import FRI, THU

FRIDAY_PACK = f"{FRI}-ECB-r1"


def shown(portfolio: Portfolio, user: User) -> Provenance:
    """The short way, held against the long one."""
    found = provenance_now(portfolio)
    ctx = build_context(user=user, portfolio_id=portfolio.pk, correlation_id="test")
    assert found is not None and found == provenance(ctx)
    return found


def test_before_the_first_pack_there_is_no_strip(portfolio: Portfolio) -> None:
    assert provenance_now(portfolio) is None


def test_the_latest_pack_is_stale_with_age_and_a_default_day_is_not(
    traded: Portfolio, alice: User
) -> None:
    """The sources have had sessions after Friday 8."""
    found = shown(traded, alice)
    assert (found.pack_id, found.asof_date, found.freshness) == (FRIDAY_PACK, FRI, "stale")
    assert found.ledger_commit_hash == ledger_head(traded.pk).entry_hash
    assert "later sessions have no pack" in found.stale_banner
    Portfolio.objects.filter(pk=traded.pk).update(default_asof_date=THU)
    traded.refresh_from_db()
    found = shown(traded, alice)
    assert (found.asof_date, found.freshness, found.stale_banner) == (THU, "fresh", "")


@pytest.mark.parametrize("day", [None, FRI])
def test_a_pack_that_warms_says_so(traded: Portfolio, alice: User, day: date | None) -> None:
    Portfolio.objects.filter(pk=traded.pk).update(default_asof_date=day)
    traded.refresh_from_db()
    mark_warming(FRIDAY_PACK)
    assert "its nightly chain is not done" in shown(traded, alice).stale_banner


def test_a_restated_pack_names_what_it_replaces(traded: Portfolio, alice: User) -> None:
    supersede_pack(FRIDAY_PACK, "Late close.", alice)
    found = shown(traded, alice)
    assert found.pack_id == f"{FRI}-ECB-r2"
    assert found.restated == {
        "sentence": f"Restated: {FRI}-ECB-r2 replaces {FRIDAY_PACK}. Late close.",
        "report_url": f"/packs/{FRI}-ECB-r2/restatement/",
    }


def test_a_head_that_is_at_hand_is_not_read_again(
    traded: Portfolio, django_assert_num_queries: object
) -> None:
    head = ledger_head(traded.pk)
    with django_assert_num_queries(2):  # type: ignore[operator]  # the pack, its freshness
        found = provenance_now(traded, head)
    assert found is not None and found.ledger_commit_hash == head.entry_hash
