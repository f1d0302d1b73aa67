"""The list of runs: those of one's own portfolios, filtered, in pages, and two of them compared."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.models import User
from patterns.models import PatternRun
from portfolios.models import Portfolio
from portfolios.selectors.run_list import PAGE_SIZE, run_page

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


def made(portfolio_id: UUID | None, *, pattern: str = "portfolio_overview", **fields) -> PatternRun:
    given = {
        "pattern_version": "1",
        "inputs": {},
        "run_hash": uuid4().hex,
        "result_text": "{}",
        "result_hash": "0" * 64,
        "state": "complete",
        "engine_version": "1",
        "trace": {
            "duration_ms": 12.5,
            "steps": [{"cache_hit": True}, {"cache_hit": False}, {"cache_hit": True}],
        },
    }
    return PatternRun.objects.create(
        portfolio_id=portfolio_id, pattern_id=pattern, **(given | fields)
    )


def test_a_row_says_how_long_it_took_and_what_was_kept(traded: Portfolio, alice: User) -> None:
    run = made(traded.pk, pack_id="2013-02-08-ECB-r1")
    (row,) = run_page(alice).rows
    assert (row.run_id, row.portfolio, row.pack_id) == (run.pk, "Savings", "2013-02-08-ECB-r1")
    assert (row.took_ms, row.kept, row.steps) == (12.5, 2, 3)


def test_runs_of_others_are_not_listed(traded: Portfolio, alice: User, charlie: User) -> None:
    """Charlie asked a public question once; of Savings he sees nothing."""
    made(traded.pk)
    public = made(None, user_id=charlie.pk)
    assert [row.run_id for row in run_page(charlie).rows] == [public.pk]
    assert len(run_page(alice).rows) == 1


def test_the_list_is_filtered_and_has_pages(
    traded: Portfolio, browser: Browser, alice: User
) -> None:
    for _ in range(PAGE_SIZE + 1):
        made(traded.pk)
    other = made(traded.pk, pattern="portfolio_performance")
    client = browser(alice)
    first, second = (client.get("/runs/", {"page": page}).content.decode() for page in (1, 2))
    assert first.count('name="run"') == PAGE_SIZE and second.count('name="run"') == 2
    found = client.get("/runs/", {"pattern": "portfolio_performance", "portfolio": str(traded.pk)})
    assert found.content.decode().count('name="run"') == 1
    assert str(other.pk) in found.content.decode()


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"portfolio": "x"}, 422),
        ({"pattern": "a/b"}, 422),
        ({"page": "0"}, 422),
        ({"page": "99"}, 200),
        ({"pattern": "unknown"}, 200),
        ({"portfolio": str(uuid4())}, 404),
    ],
)
def test_what_cannot_be_asked_is_said(
    traded: Portfolio, browser: Browser, alice: User, asked: dict[str, str], status: int
) -> None:
    assert browser(alice).get("/runs/", asked).status_code == status


def test_a_foreign_portfolio_is_not_found(
    traded: Portfolio, browser: Browser, charlie: User
) -> None:
    assert browser(charlie).get("/runs/", {"portfolio": str(traded.pk)}).status_code == 404
    assert Client().get("/runs/").status_code == 302


def test_a_fragment_is_the_rows_alone(traded: Portfolio, browser: Browser, alice: User) -> None:
    made(traded.pk)
    html = browser(alice).get("/runs/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in html and 'id="runs"' in html


def test_two_ticked_runs_are_compared(
    traded: Portfolio, browser: Browser, alice: User, charlie: User
) -> None:
    """The later of the two is listed first and is compared with the earlier: what changed."""
    new, old = made(traded.pk), made(traded.pk)
    client = browser(alice)
    done = client.get("/runs/compare/", {"run": [str(new.pk), str(old.pk)]})
    assert done["Location"] == f"/runs/{old.pk}/compare/?with={new.pk}"
    assert (
        browser(charlie).get("/runs/compare/", {"run": [str(new.pk), str(old.pk)]}).status_code
        == 404
    )
    assert client.get("/runs/compare/", {"run": [str(new.pk), "x"]}).status_code == 404


def test_what_cannot_be_compared_says_why(traded: Portfolio, browser: Browser, alice: User) -> None:
    one, other = made(traded.pk), made(traded.pk, pattern="portfolio_performance")
    client = browser(alice)
    for ids, said in (
        ([str(one.pk)], "1 were ticked"),
        ([str(one.pk), str(other.pk)], "same pattern"),
    ):
        answer = client.get("/runs/compare/", {"run": ids}, follow=True)
        assert answer.redirect_chain == [("/runs/", 302)]
        assert said in answer.content.decode()


def test_the_list_asks_a_bounded_number_of_times(
    traded: Portfolio, browser: Browser, alice: User, django_assert_max_num_queries: Callable
) -> None:
    for _ in range(10):
        made(traded.pk)
    client = browser(alice)
    with django_assert_max_num_queries(14):
        client.get("/runs/")
