"""The overview pattern, from the context to the bytes that are stored."""

from datetime import date

import pytest

from accounts.models import User
from market.exceptions import PackNotFound
from market.models import Security
from market.services import mark_warming
from patterns.exceptions import InputsInvalid
from patterns.layout import panels
from patterns.models import PatternRun, StepResult
from portfolios.exceptions import PortfolioNotFound
from portfolios.models import HistoryState, Portfolio
from portfolios.selectors import build_context
from portfolios.services.runs import Execution, execute
from portfolios.tests.factories import append, deposit
from portfolios.tests.world import FRI, THU, WED


def ask(user: User, portfolio: Portfolio, **more: object) -> Execution:
    return execute(
        user=user,
        pattern_id="portfolio_overview",
        inputs={"portfolio_id": str(portfolio.pk)} | more,
        correlation_id="test",
    )


def test_every_step_answers_and_every_panel_is_filled(traded: Portfolio, alice: User) -> None:
    done = ask(alice, traded)
    assert done.run.errors == []
    assert done.run.state == "complete"
    shown = {panel.id: panel for panel in panels("portfolio_overview", done.run)}
    assert list(shown) == [
        "performance_strip",
        "nav_chart",
        "currency_attr",
        "sector_alloc",
        "allocation",
        "currency_alloc",
        "holdings_table",
        "cash_table",
    ]
    assert shown["performance_strip"].metrics[0].cell.text == "1,198.00 CAD"
    assert shown["performance_strip"].ttl_seconds == 300
    assert (shown["currency_attr"].chart or {})["signed"] is True


def test_members_share_one_run_and_it_is_served_from_the_store(
    traded: Portfolio, alice: User, bob: User
) -> None:
    first, second = ask(alice, traded), ask(bob, traded)
    assert (first.run.cached, second.run.cached) == (False, True)
    assert first.run.result_hash == second.run.result_hash


def test_the_result_is_the_same_without_the_stored_history(traded: Portfolio, alice: User) -> None:
    """The table of daily values saves time and decides nothing."""
    stored = ask(alice, traded).run
    PatternRun.objects.all().delete()
    StepResult.objects.all().delete()
    HistoryState.objects.all().delete()
    computed = ask(alice, traded).run
    assert computed.cached is False
    assert computed.result_hash == stored.result_hash


def test_a_stranger_gets_what_a_made_up_id_gets(traded: Portfolio, charlie: User) -> None:
    with pytest.raises(PortfolioNotFound):
        ask(charlie, traded)


def test_a_lookback_below_two_is_refused(traded: Portfolio, alice: User) -> None:
    with pytest.raises(InputsInvalid):
        ask(alice, traded, lookback_days=1)


def test_an_empty_portfolio_is_worth_nothing_and_says_so(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    done = ask(alice, portfolio).run
    assert done.errors == []
    assert done.result["valued_positions"]["total_value"]["value"] == "0"
    assert done.result["perf_metrics"]["twr_1d"]["state"] == "withheld"


def test_a_context_names_what_a_figure_stands_on(traded: Portfolio, alice: User) -> None:
    ctx = build_context(user=alice, portfolio_id=traded.pk, asof=FRI, correlation_id="c")
    assert (ctx.pricing_pack_id, ctx.asof_date) == ("2013-02-08-ECB-r1", FRI)
    assert (ctx.ledger_seq, ctx.base_currency, ctx.pack_state) == (5, "CAD", "fresh")


def test_the_default_day_of_a_portfolio_is_used(traded: Portfolio, alice: User) -> None:
    traded.default_asof_date = WED
    traded.save(update_fields=["default_asof_date"])
    ctx = build_context(user=alice, portfolio_id=traded.pk, correlation_id="c")
    latest = build_context(
        user=alice, portfolio_id=traded.pk, pack_id="PP_latest", correlation_id="c"
    )
    assert (ctx.asof_date, latest.asof_date) == (WED, FRI)


def test_a_day_without_a_pack_takes_the_last_before_it(traded: Portfolio, alice: User) -> None:
    sunday = date(2013, 2, 10)
    ctx = build_context(user=alice, portfolio_id=traded.pk, asof=sunday, correlation_id="c")
    assert (ctx.pricing_pack_id, ctx.asof_date) == ("2013-02-08-ECB-r1", sunday)


@pytest.mark.parametrize("pack_id", ["2013-02-08-ECB-r9", "nonsense", "\x00"])
def test_an_unknown_pack_is_not_found(traded: Portfolio, alice: User, pack_id: str) -> None:
    with pytest.raises(PackNotFound):
        build_context(user=alice, portfolio_id=traded.pk, pack_id=pack_id, correlation_id="c")


def test_before_the_first_pack_nothing_is_known(traded: Portfolio, alice: User) -> None:
    early = date(1999, 1, 1)
    with pytest.raises(PackNotFound):
        build_context(user=alice, portfolio_id=traded.pk, asof=early, correlation_id="c")


def test_a_pack_whose_chain_is_not_done_is_warming(traded: Portfolio, alice: User) -> None:
    mark_warming("2013-02-07-ECB-r1")
    ctx = build_context(user=alice, portfolio_id=traded.pk, asof=THU, correlation_id="c")
    assert ctx.pack_state == "warming"


def test_what_is_shown_beside_a_figure_is_part_of_its_fingerprint(
    traded: Portfolio, alice: User
) -> None:
    def fingerprint() -> dict[str, object]:
        ctx = build_context(user=alice, portfolio_id=traded.pk, correlation_id="c")
        return ctx.fingerprint()

    before = fingerprint()
    Security.objects.filter(symbol="ACME").update(sector="Retail trade")
    assert fingerprint()["settings_hash"] != before["settings_hash"]
    append(traded, alice, deposit("1"))
    assert fingerprint()["ledger_commit_hash"] != before["ledger_commit_hash"]
