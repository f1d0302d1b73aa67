"""The dashboard: many portfolios at once, their sum, and what needs somebody.

The world of `portfolios.tests.world`: on Friday Savings is worth 1,198.00 CAD: 300 CAD and 360 USD
of cash, 15 ACME at 12 USD and 10 MAPLE at 25 CAD. 1 USD is 1.20 CAD, 1 EUR 1.50 CAD.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client

from accounts.models import Membership, User
from dawsos.dashboard.pages import dashboard
from dawsos.models import NightlyRun
from market.tests.factories import CorporateActionFactory
from portfolios.models import (
    ActionDecision,
    CashBalance,
    HistoryState,
    Lot,
    MonthlyValues,
    Portfolio,
    PortfolioDailyValue,
    Transaction,
)
from portfolios.selectors.actions import proposals
from portfolios.selectors.dashboard import dashboard_lines
from portfolios.selectors.due_actions import due_actions
from portfolios.tests.factories import (
    PortfolioFactory,
    ReconciliationResultFactory,
    append,
    change_values,
    deposit,
    remove_values,
    trade,
)
from portfolios.tests.world import DARK, FRI, THU, WED, listing

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


def seen(user: User, currency: str = "CAD", asof: date | None = None):
    return dashboard(user, asof=asof, currency=currency)


def test_whoever_is_not_logged_in_is_led_to_the_login(browser: Browser, alice: User) -> None:
    assert Client().get("/")["Location"] == "/login/"
    assert browser(alice).get("/").status_code == 200


def test_portfolios_are_added_in_one_currency(euros: Portfolio, alice: User) -> None:
    """1,198.00 CAD + 100 EUR × 1.50 = 1,348.00 CAD."""
    together = seen(alice).together
    assert together.shown[euros.pk].value == Decimal("150.00")
    assert (together.total.value, together.total.state) == (Decimal("1348.00"), "exact")
    assert together.asof_date == FRI


def test_the_same_in_euros(euros: Portfolio, alice: User) -> None:
    """1,198.00 ÷ 1.50 = 798.67, and 100."""
    assert seen(alice, "EUR").together.total.value == Decimal("898.67")


def test_a_portfolio_without_a_rate_is_named_and_not_counted(euros: Portfolio, alice: User) -> None:
    """No pack of the world has a rate of the yen."""
    together = seen(alice, "JPY").together
    assert together.total.value is None
    assert {out.name for out in together.left_out} == {"Savings", "Euros"}
    assert "no rate between CAD and JPY" in together.left_out[1].reason


def test_one_left_out_makes_the_sum_partial(euros: Portfolio, alice: User) -> None:
    values = PortfolioDailyValue.objects.filter(portfolio=euros)
    change_values(values, total_value=None, time_weighted_return=None, state="withheld")
    together = seen(alice).together
    assert (together.total.value, together.total.state) == (Decimal("1198.00"), "partial")
    assert together.total.missing == ("Euros",)


def test_a_value_too_old_to_stand_beside_the_others_is_left_out(
    euros: Portfolio, alice: User
) -> None:
    """Eight days before Friday; seven would be a holiday."""
    values = PortfolioDailyValue.objects.filter(portfolio=euros)
    remove_values(values.exclude(asof_date=FRI))
    change_values(values, asof_date=date(2013, 1, 31))
    together = seen(alice).together
    assert together.total.value == Decimal("1198.00")
    assert together.others == (date(2013, 1, 31),)
    change_values(values, asof_date=date(2013, 2, 1))
    assert seen(alice).together.total.state == "stale"


def test_what_it_is_invested_in_adds_up_to_the_sum(euros: Portfolio, alice: User) -> None:
    """CAD 300 + 250; USD (360 + 180) × 1.20 = 648; EUR 150. Cash 300 + 432 + 150 = 882."""
    together = seen(alice).together
    by_currency = {it.label: it.market_value for it in together.by_currency}
    by_class = {it.label: it.market_value for it in together.by_asset_class}
    assert by_currency == {"USD": 648, "CAD": 550, "EUR": 150}
    assert by_class == {"Cash": 882, "Equity": 466}
    assert sum(by_currency.values()) == together.total.value
    assert by_currency["USD"] / together.total.value == pytest.approx(
        Decimal(str(together.by_currency[0].weight))
    )


def test_what_is_held_now_is_not_shown_as_what_was_held_then(
    traded: Portfolio, alice: User
) -> None:
    """On Wednesday there were five more ACME and no money of their sale."""
    together = seen(alice, asof=WED).together
    assert together.total.value == Decimal("1040.80")
    assert together.by_currency == ()
    assert [out.name for out in together.not_cut] == ["Savings"]


def test_a_holding_without_a_price_needs_somebody(traded: Portfolio, alice: User) -> None:
    append(traded, alice, trade("BUY", listing(DARK.symbol), "1", "5", FRI))
    (item,) = [it for it in seen(alice).attention if it.kind == "unpriced"]
    assert item.sentence.startswith("DARK: no price source is connected")
    assert item.url == f"/portfolios/{traded.pk}/data-health/"


def test_differences_and_failed_nights_come_first(
    traded: Portfolio, alice: User, bob: User
) -> None:
    ReconciliationResultFactory.create(portfolio=traded)
    ReconciliationResultFactory.create(portfolio=traded, state="accepted", note="known")
    NightlyRun.objects.create(asof_date=THU, policy="ECB", state="failed")
    urgent = [(it.kind, it.where) for it in seen(alice).attention if it.urgency == "error"]
    assert {("reconciliation", "Savings"), ("night", "Night of 2013-02-07")} <= set(urgent)
    assert urgent == [(it.kind, it.where) for it in seen(alice).attention][: len(urgent)]
    assert "night" not in {it.kind for it in seen(bob).attention}  # a USER reads no nights
    NightlyRun.objects.create(asof_date=FRI, policy="ECB", state="done")
    assert "night" not in {it.kind for it in seen(alice).attention}  # only the last one counts


@pytest.fixture
def dividend(traded: Portfolio) -> None:
    CorporateActionFactory.create(
        security=listing("ACME"),
        action_type="dividend",
        ex_date=date(2013, 2, 12),
        pay_date=date(2013, 2, 20),
        amount=Decimal("0.5"),
        currency="USD",
    )


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2013, 2, 4), None),  # eight days before
        (date(2013, 2, 5), date(2013, 2, 12)),
        (date(2013, 2, 12), date(2013, 2, 12)),
        (date(2013, 2, 13), date(2013, 2, 20)),  # the ex-date is over, the payment is near
        (date(2013, 2, 21), None),
    ],
)
def test_what_is_due_is_what_the_inbox_calls_urgent(
    dividend: None, traded: Portfolio, today: date, due: date | None
) -> None:
    found = [action.day for action in due_actions([traded.pk], today=today)]
    assert found == ([due] if due else [])
    assert len(found) == sum(it.is_urgent for it in proposals(traded, today=today))


def test_what_is_dismissed_or_booked_is_not_due(
    dividend: None, traded: Portfolio, alice: User
) -> None:
    day = date(2013, 2, 12)
    (action,) = due_actions([traded.pk], today=day)
    decision = ActionDecision.objects.create(
        portfolio=traded,
        corporate_action_id=action.action_id,
        state="dismissed",
        reason="waived",
        decided_by=alice,
    )
    assert due_actions([traded.pk], today=day) == []
    decision.delete()
    paid = deposit("7.5", date(2013, 2, 20), currency="USD", security_id=listing("ACME").pk)
    append(traded, alice, replace(paid, entry_type="DIVIDEND"))
    assert due_actions([traded.pk], today=day) == []


def test_a_stranger_sees_nothing_of_it(euros: Portfolio, browser: Browser, charlie: User) -> None:
    html = browser(charlie).get("/").content.decode()
    assert "No portfolio is open to you yet" in html
    assert "Savings" not in html and "1,198.00" not in html


def test_the_page_says_what_it_adds(euros: Portfolio, browser: Browser, alice: User) -> None:
    html = browser(alice).get("/", {"currency": "EUR"}).content.decode()
    assert "898.67" in html and "1,198.00" in html and "100.00" in html
    assert 'value="EUR" selected' in html


@pytest.mark.parametrize("asked", [{"currency": "cad"}, {"currency": "C"}, {"asof": "2013-02-30"}])
def test_a_question_that_means_nothing_is_422(
    traded: Portfolio, browser: Browser, alice: User, asked: dict[str, str]
) -> None:
    assert browser(alice).get("/", asked).status_code == 422


def test_the_number_of_questions_does_not_depend_on_the_number_of_portfolios(
    euros: Portfolio,
    browser: Browser,
    alice: User,
    django_assert_max_num_queries: Callable,
) -> None:
    """Session, user and identity around; then lines, values, closes, days; holdings; rates;
    actions; packs and their freshness; nights; quarantine; the strip and the palette."""
    for number in range(4):
        made = PortfolioFactory.create(name=f"More {number}", owner=alice)
        append(made, alice, deposit("10"))
    client = browser(alice)
    client.get("/")
    with django_assert_max_num_queries(21):
        client.get("/")


@pytest.fixture
def thousand(traded: Portfolio, alice: User) -> list[Portfolio]:
    """999 portfolios beside Savings that hold what it holds."""
    made = Portfolio.objects.bulk_create(
        Portfolio(name=f"Copy {number:03}", owner=alice, base_currency="CAD")
        for number in range(999)
    )
    Membership.objects.bulk_create(
        Membership(user=alice, portfolio_id=one.pk, role="owner") for one in made
    )
    for model in (Transaction, Lot, CashBalance, MonthlyValues, HistoryState):
        copies(model, traded, made)
    return made


def copies(model: type[Model], of: Portfolio, into: list[Portfolio]) -> None:
    """The rows of one portfolio as rows of others too, in one statement."""
    fields = [it for it in model._meta.concrete_fields if it.attname not in {"id", "portfolio_id"}]
    named = ", ".join(str(it.column) for it in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} (portfolio_id, {named}) "
            f"SELECT other, {named} FROM {model._meta.db_table}, unnest(%s::uuid[]) other "
            "WHERE portfolio_id = %s",
            [[one.pk for one in into], of.pk],
        )


def test_a_thousand_portfolios_are_added_and_shown_by_fifties(
    thousand: list[Portfolio],
    browser: Browser,
    alice: User,
    django_assert_max_num_queries: Callable,
) -> None:
    """1,000 × 1,198.00 = 1,198,000.00 CAD; Savings comes after all copies, on page 20."""
    client = browser(alice)
    client.get("/")
    with django_assert_max_num_queries(21):
        html = client.get("/").content.decode()
    assert "1,198,000.00" in html and "1,000 portfolios, page 1 of 20" in html
    assert html.count('class="board__line"') == 50
    assert (">Copy 049</a>" in html, ">Copy 050</a>" in html) == (True, False)
    with django_assert_max_num_queries(21):
        last = client.get("/?page=20").content.decode()
    assert ">Savings</a>" in last and "1,198,000.00" in last
    assert len(html) < 1_000_000


def test_an_empty_portfolio_says_how_to_fill_it(
    traded: Portfolio, browser: Browser, alice: User
) -> None:
    made = PortfolioFactory.create(name="New one", owner=alice)
    html = browser(alice).get("/").content.decode()
    assert f"/portfolios/{made.pk}/import/" in html
    assert seen(alice).together.total.state == "exact"  # nothing to add is not missing


def test_a_membership_that_ends_takes_the_line_with_it(
    euros: Portfolio, alice: User, traded: Portfolio, bob: User
) -> None:
    assert [line.portfolio.name for line in dashboard_lines(bob)] == ["Savings"]
    Membership.objects.filter(user=bob, portfolio_id=traded.pk).delete()
    assert dashboard_lines(bob) == []


def test_nobody_elses_id_is_needed_to_ask(browser: Browser, alice: User) -> None:
    assert browser(alice).get(f"/portfolios/{uuid4()}/data-health/").status_code == 404


def test_a_dividend_that_is_not_paid_yet_is_among_the_cash(traded: Portfolio, alice: User) -> None:
    """7.50 USD × 1.20 = 9.00 CAD, ex on Friday, paid later: 1,198 + 9, and cash 732 + 9."""
    earned = deposit(
        "7.5", FRI, currency="USD", security_id=listing("ACME").pk, pay_date=date(2013, 2, 20)
    )
    append(traded, alice, replace(earned, entry_type="DIVIDEND", ex_date=FRI))
    together = seen(alice).together
    assert together.total.value == Decimal("1207.00")
    assert together.not_cut == ()
    assert {it.label: it.market_value for it in together.by_asset_class}["Cash"] == 741


def test_the_newest_pack_is_nothing_to_who_looks_at_a_day_of_its_own(
    traded: Portfolio, alice: User
) -> None:
    assert "pack" in {it.kind for it in seen(alice).attention}  # of 2013, with many sessions since
    traded.default_asof_date = FRI
    traded.save()
    assert "pack" not in {it.kind for it in seen(alice).attention}
