"""A page that is kept costs one question, and is never served when anything has changed."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.identity import as_service
from accounts.models import Membership, User
from accounts.services import users
from dawsos.kept_pages import SHELF, KeptPage, Shelf
from market.models import Benchmark, PricingPack, Security
from market.services import mark_error
from market.services.benchmarks import define_benchmark
from patterns.models import PatternRun
from portfolios.models import Portfolio
from portfolios.selectors.page_stamp import Footing
from portfolios.services.benchmark_choice import choose_benchmark
from portfolios.services.cost_methods import change_cost_method
from portfolios.tests.factories import append, deposit
from portfolios.tests.restated import late_close, restate
from portfolios.tests.world import FRI, listing

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
PAGES = ("overview", "performance", "holdings")
SQL = Path(__file__).parents[2] / "portfolios/migrations/sql/page_stamp.sql"
MADE_EACH_TIME = {"Authorization": "none"}
TOKEN = re.compile(r'value="\w{64}"')


@pytest.fixture
def compared(traded: Portfolio, alice: User) -> Portfolio:
    """The portfolio beside a benchmark."""
    acme = define_benchmark(name="Acme", members={listing("ACME").pk: None}, by=alice)
    choose_benchmark(portfolio_id=traded.pk, benchmark_id=acme.pk, reason="the mandate", by=alice)
    return Portfolio.objects.get(pk=traded.pk)


def address(name: str, portfolio: Portfolio) -> str:
    return reverse(f"portfolios:{name}", args=[portfolio.pk])


def shown(client: Client, path: str) -> str:
    """The page without the reader's token, which is masked anew in every answer."""
    return TOKEN.sub("", client.get(path).content.decode())


def warm(client: Client, path: str) -> str:
    """The page as it is kept: computed, noted, made under its stamp, served."""
    for _ in range(3):
        client.get(path)
    return shown(client, path)


@pytest.mark.parametrize("name", PAGES)
def test_a_kept_page_costs_one_question(
    browser: Browser, compared: Portfolio, alice: User, name: str, django_assert_num_queries: Any
) -> None:
    client, path = browser(alice), address(name, compared)
    kept = warm(client, path)
    # A savepoint, the identity, the question, the identity before, the savepoint's end: outside
    # of a test's transaction these are one message.
    with django_assert_num_queries(5) as asked:
        assert shown(client, path) == kept
    assert sum("page_stamp" in query["sql"] for query in asked.captured_queries) == 1


@pytest.mark.parametrize("name", PAGES)
def test_it_is_the_page_that_would_be_made(
    browser: Browser, compared: Portfolio, alice: User, name: str
) -> None:
    client, path = browser(alice), address(name, compared)
    kept = warm(client, path)
    fresh = client.get(path, headers=MADE_EACH_TIME)
    assert kept == TOKEN.sub("", fresh.content.decode())
    again = client.get(path)
    assert {"Cache-Control": "no-store", "X-Frame-Options": "DENY"}.items() <= again.headers.items()
    assert "view;dur=" in again.headers["Server-Timing"] and again.headers["X-Correlation-ID"]
    assert "Cookie" in again.headers["Vary"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_no_table_that_its_stamp_leaves_out(
    browser: Browser, compared: Portfolio, alice: User, name: str
) -> None:
    client, path = browser(alice), address(name, compared)
    client.get(path)
    with CaptureQueriesContext(connection) as made:
        client.get(path, headers=MADE_EACH_TIME)
    read = set[str]()
    for query in made:
        read |= set(re.findall(r'(?:FROM|JOIN)\s+"?([a-z]+_[a-z]+)"?', query["sql"]))
    assert read >= {"accounts_user", "patterns_patternrun"}
    # The seal's number stands for the content of packs: sealed, none of it changes.
    assert read - set(re.findall(r"(?:FROM|JOIN) ([a-z]+_[a-z]+)", SQL.read_text())) == set()


def renamed(portfolio: Portfolio, alice: User) -> None:
    Portfolio.objects.filter(pk=portfolio.pk).update(name="Another name")


def traded_again(portfolio: Portfolio, alice: User) -> None:
    append(portfolio, alice, deposit("1000", FRI))


def restated(portfolio: Portfolio, alice: User) -> None:
    late_close()
    restate()


def night_failed(portfolio: Portfolio, alice: User) -> None:
    mark_error(PricingPack.objects.get(asof_date=FRI).pk, "tests")


def other_sector(portfolio: Portfolio, alice: User) -> None:
    Security.objects.filter(symbol="MAPLE").update(sector="Timber")


def other_method(portfolio: Portfolio, alice: User) -> None:
    change_cost_method(
        portfolio_id=portfolio.pk,
        method="LIFO",
        effective_from=FRI + timedelta(days=1),
        reason="tests",
        by=alice,
    )


def role_lost(portfolio: Portfolio, alice: User) -> None:
    Membership.objects.filter(user=alice, portfolio_id=portfolio.pk).update(role="viewer")


def own_name(portfolio: Portfolio, alice: User) -> None:
    users.set_profile(user=alice, display_name="Alicia", locale=alice.locale)


def answer_pruned(portfolio: Portfolio, alice: User) -> None:
    PatternRun.objects.all().delete()


CHANGES = (
    renamed,
    traded_again,
    restated,
    night_failed,
    other_sector,
    other_method,
    role_lost,
    own_name,
    answer_pruned,
)


@pytest.mark.parametrize(
    ("name", "change"),
    [("overview", each) for each in CHANGES]
    + [("performance", each) for each in (traded_again, restated)],
)
def test_a_change_shows_in_the_very_next_answer(
    browser: Browser,
    compared: Portfolio,
    alice: User,
    name: str,
    change: Callable[[Portfolio, User], None],
) -> None:
    client, path = browser(alice), address(name, compared)
    kept = warm(client, path)
    change(compared, alice)
    assert shown(client, path) != kept
    fresh = client.get(path, headers=MADE_EACH_TIME).content.decode()
    assert warm(client, path) == TOKEN.sub("", fresh)


def benchmark_renamed(compared: Portfolio) -> None:
    Benchmark.objects.update(name="Acme, total return")


def another_benchmark(compared: Portfolio) -> None:
    define_benchmark(name="Maple", members={listing("MAPLE").pk: None}, by=compared.owner)


@pytest.mark.parametrize("change", [benchmark_renamed, another_benchmark])
def test_performance_shows_what_happened_to_benchmarks(
    browser: Browser, compared: Portfolio, alice: User, change: Callable[[Portfolio], None]
) -> None:
    client, path = browser(alice), address("performance", compared)
    kept = warm(client, path)
    change(compared)
    assert shown(client, path) != kept


def logged_out(client: Client, alice: User) -> None:
    client.post("/logout/")


def sessions_removed(client: Client, alice: User) -> None:
    Session.objects.all().delete()


def session_expired(client: Client, alice: User) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def password_changed(client: Client, alice: User) -> None:
    users.change_password(user=alice, new_password="another-long-one-9", by=alice)


def deactivated(client: Client, alice: User) -> None:
    users.deactivate(user=alice, by=None)


@pytest.mark.parametrize(
    "end", [logged_out, sessions_removed, session_expired, password_changed, deactivated]
)
def test_nothing_is_served_after_the_end_of_a_session(
    browser: Browser, traded: Portfolio, alice: User, end: Callable[[Client, User], None]
) -> None:
    client, path = browser(alice), address("overview", traded)
    warm(client, path)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    warm(thief, path)
    end(client, alice)
    answer = thief.get(path)
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/login/")


def test_whoever_is_shut_out_is_answered_as_a_stranger(
    browser: Browser, traded: Portfolio, bob: User
) -> None:
    client, path = browser(bob), address("overview", traded)
    warm(client, path)
    Membership.objects.filter(user=bob).delete()
    assert client.get(path).status_code == 404


def test_another_reader_gets_another_page(
    browser: Browser, traded: Portfolio, alice: User, bob: User, charlie: User
) -> None:
    path = address("overview", traded)
    assert "Alice" in warm(browser(alice), path)
    assert "Alice" not in warm(browser(bob), path)
    assert browser(charlie).get(path).status_code == 404


def test_what_changes_while_a_page_is_made_is_in_the_next(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """The page reads its portfolio early and the names of all for the palette late."""
    client, path = browser(alice), address("overview", traded)
    client.get(path)
    client.get(path)  # computed, then noted what it is made from: the next one is kept
    changed: list[str] = []

    def late(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "portfolio.id, portfolio.name" in sql and not changed:
            changed.append(sql)
            with as_service("tests: meanwhile"):
                Portfolio.objects.filter(pk=traded.pk).update(base_currency=F("base_currency"))
        return execute(sql, *rest)

    with connection.execute_wrapper(late):
        client.get(path)
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    assert changed and any("patterns_patternrun" in query["sql"] for query in asked)


def test_a_message_is_said_once(browser: Browser, traded: Portfolio, alice: User) -> None:
    client, path = browser(alice), address("overview", traded)
    warm(client, path)
    client.post("/portfolios/new/?by=hand", {"name": "New", "base_currency": "CAD"})
    assert "New is made" in shown(client, path)
    for _ in range(4):
        assert "New is made" not in shown(client, path)


def test_every_answer_has_a_token_of_its_own(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client, path = browser(alice), address("overview", traded)
    warm(client, path)
    answers = [client.get(path).content.decode() for _ in range(2)]
    tokens = [set(re.findall(r'name="csrfmiddlewaretoken" value="(\w{64})"', it)) for it in answers]
    assert len(tokens[0]) == len(tokens[1]) == 1 and tokens[0] != tokens[1]
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    form = {"csrfmiddlewaretoken": tokens[1].pop()}
    assert strict.post("/logout/", form).status_code == 302


def test_the_shelf_forgets_what_was_asked_for_longest_ago(traded: Portfolio, alice: User) -> None:
    footing = Footing(alice.pk, traded.pk, (), (), traded.pk)
    page = KeptPage(footing, None, (b"x" * 1000,))
    shelf = Shelf()
    addresses = [("s", path, "") for path in "0123"]
    for address in addresses[:3]:
        shelf.put(address, page, limit=3 * page.size)
    assert shelf.get(addresses[0])
    shelf.put(addresses[3], page, limit=3 * page.size)
    assert [shelf.get(it) is not None for it in addresses] == [True, False, True, True]


def test_pages_can_be_kept_nowhere(
    browser: Browser, traded: Portfolio, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "KEPT_PAGES_MB", 0)
    client, path = browser(alice), address("overview", traded)
    warm(client, path)
    key = client.session.session_key or ""
    assert SHELF.get((key, path, "")) is None
