"""Asking why on the page, by a program, and down to the rule."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dawsos.methodology import method_pages, rule_place
from patterns.explaining import explain, explained_steps
from patterns.explanation import Explanation
from patterns.layout import panels
from portfolios.models import Portfolio
from portfolios.services.runs import Execution, execute
from portfolios.tests.explained import new_nodes
from portfolios.tests.factories import append, trade
from portfolios.tests.test_benchmarks import make
from portfolios.tests.world import FRI, THU, listing

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
ACME = "valued_positions.positions.1.market_value"


@pytest.fixture
def asked(traded: Portfolio, alice: User) -> Execution:
    inputs = {"portfolio_id": str(traded.pk)}
    return execute(
        user=alice, pattern_id="portfolio_overview", inputs=inputs, correlation_id="test"
    )


def html_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def why(asked: Execution, **query: str) -> tuple[str, dict[str, str]]:
    return reverse("portfolios:why", args=[asked.run.run_id]), query


def test_two_clicks_from_the_number_to_the_trade(
    browser: Browser, asked: Execution, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    overview = html_of(client.get(reverse("portfolios:overview", args=[traded.pk])))
    (link,) = re.findall(rf'href="([^"]+path={re.escape(ACME)})"', overview)[:1]

    tree = html_of(client.get(link))
    trade = re.search(r'Sell of 2013-02-07 <a class="why__fact" href="([^"]+)">entry 5</a>', tree)
    assert trade is not None
    assert "Entry 5" in html_of(client.get(trade[1]))


def test_htmx_gets_the_tree_alone_and_a_reader_a_page(
    browser: Browser, asked: Execution, alice: User
) -> None:
    client = browser(alice)
    address, query = why(asked, path=ACME)
    page = client.get(address, query)
    part = client.get(address, query, headers={"HX-Request": "true"})

    assert "<html" in html_of(page)
    assert "<html" not in html_of(part)
    assert "quantity × price × rate" in html_of(part)
    assert "HX-Request" in part["Vary"]


def test_a_part_can_be_opened_by_itself(browser: Browser, asked: Execution, alice: User) -> None:
    address, query = why(asked, path=ACME, at="0.0")
    shown = html_of(browser(alice).get(address, query))

    assert '<h2 class="why__label">Lot 3.1 of 2013-02-04</h2>' in shown
    assert "ACME held" in shown  # above it


@pytest.mark.parametrize(
    "query",
    [
        {"path": ""},
        {"path": "nobody.total"},
        {"path": ACME, "at": "9"},
        {"path": ACME, "at": "x"},
        {"path": ACME, "at": "-1"},
        {"path": "valued_positions.positions.99.price"},
        {"path": "valued_positions.positions.１.price"},
        {"path": "a." * 500},
    ],
)
def test_what_is_no_figure_is_not_found(
    browser: Browser, asked: Execution, alice: User, query: dict[str, str]
) -> None:
    assert browser(alice).get(why(asked)[0], query).status_code == 404


def test_a_strangers_run_is_like_none(browser: Browser, asked: Execution, charlie: User) -> None:
    client = browser(charlie)
    foreign = client.get(*why(asked, path=ACME))
    nothing = client.get(reverse("portfolios:why", args=[uuid4()]), {"path": ACME})

    assert (foreign.status_code, nothing.status_code) == (404, 404)
    assert client.get(reverse("portfolios:run", args=[asked.run.run_id])).status_code == 404


def test_the_run_says_what_it_stood_on(browser: Browser, asked: Execution, alice: User) -> None:
    page = browser(alice).get(reverse("portfolios:run", args=[asked.run.run_id]))

    shown = html_of(page)
    assert asked.run.run_hash in shown
    assert "portfolio.get_valued_positions" in shown


def test_a_program_gets_the_tree(browser: Browser, asked: Execution, alice: User) -> None:
    door = f"/api/v1/runs/{asked.run.run_id}/why/"
    told = browser(alice).get(door, {"path": ACME, "depth": "1"}).json()

    assert (told["value"], told["unit"], told["currency"]) == ("216", "money", "CAD")
    assert told["formula"] == {"kind": "product", "text": "quantity × price × rate"}
    held, close, rate = told["children"]
    assert (held["value"], close["value"], rate["value"]) == ("15", "12", "1.2")
    assert "children" not in held
    assert close["source"]["kind"] == "price"


def test_a_rule_has_an_address(browser: Browser, alice: User) -> None:
    client = browser(alice)
    assert client.get(rule_address("valuation.1"))["Location"] == "/methods/valuation/#rule-1"
    assert 'id="rule-1"' in html_of(client.get("/methods/valuation/"))
    assert client.get(rule_address("valuation.99")).status_code == 404
    assert client.get(rule_address("nobody.1")).status_code == 404
    assert client.get("/methods/nobody/").status_code == 404


@pytest.mark.parametrize(
    "pattern_id",
    [
        "portfolio_overview",
        "portfolio_performance",
        "portfolio_attribution",
        "portfolio_holdings",
    ],
)
def test_every_rule_that_an_explanation_names_is_written_and_every_fact_has_its_page(
    browser: Browser, traded: Portfolio, alice: User, pattern_id: str
) -> None:
    client = browser(alice)
    inputs = {"portfolio_id": str(traded.pk)}
    if pattern_id in {"portfolio_performance", "portfolio_attribution"}:
        halves = make({"ACME": "0.5", "MAPLE": "0.5"})
        inputs |= {"benchmark_id": str(halves.pk), "period": "SI"}
    done = execute(user=alice, pattern_id=pattern_id, inputs=inputs, correlation_id="test")
    nodes = list(explained(done))
    rules = {node.rule for node in nodes if node.rule}
    pages = {node.source.href for node in nodes if node.source and node.source.href}

    assert [rule for rule in sorted(rules) if rule_place(rule) is None] == []
    assert [page for page in sorted(pages) if client.get(page).status_code >= 400] == []
    assert len(rules) > 5 and len(pages) > 5


def test_a_price_and_a_rate_lead_to_their_very_rows(
    browser: Browser, asked: Execution, alice: User
) -> None:
    """The rows hold the explained value, and each stands once on its page."""
    client = browser(alice)
    facts = [
        node
        for node in explained(asked)
        if node.source and node.source.kind in {"price", "rate"} and node.unit in {"price", "rate"}
    ]
    assert {node.source.kind for node in facts if node.source} == {"price", "rate"}
    for node in facts:
        assert node.source is not None
        address, _, place = node.source.href.partition("#")
        rows = re.findall(rf'<tr id="{place}">(.*?)</tr>', html_of(client.get(address)))
        assert len(rows) == 1, node.source.href
        shown = re.search(r'<td class="is-numeric">([^<]*)</td>', rows[0])
        assert shown is not None and Decimal(shown[1]) == node.value


def test_what_has_no_price_leads_to_what_its_pack_lacks(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    append(traded, alice, trade("BUY", listing("DARK"), "10", "8", FRI))
    done = execute(
        user=alice,
        pattern_id="portfolio_overview",
        inputs={"portfolio_id": str(traded.pk)},
        correlation_id="test",
    )
    dark = next(node for node in explained(done) if node.label == "price of DARK")
    assert dark.source is not None
    address, _, place = dark.source.href.partition("#")
    (row,) = re.findall(rf'<tr id="{place}">(.*?)</tr>', html_of(browser(alice).get(address)))
    assert "No price source is connected" in row


def explained(asked: Execution) -> Iterator[Explanation]:
    """The explanations of every figure of the run that can be asked why, and what is below."""
    steps = explained_steps(asked.run.pattern_id)
    seen: set[tuple[str, str, str]] = set()
    for panel in panels(asked.run.pattern_id, asked.run):
        cells = [metric.cell for metric in panel.metrics]
        cells += [cell for row in panel.rows for cell in row.cells]
        for cell in cells:
            if cell.numeric and cell.path.partition(".")[0] in steps:
                yield from new_nodes(explain(asked.run, asked.context, cell.path), seen)


def rule_address(rule: str) -> str:
    return reverse("methods:rule", args=[rule])


def test_every_page_of_methods_has_a_title_and_rules_without_a_gap() -> None:
    for page in method_pages().values():
        assert page.title
        assert page.rules == set(range(1, len(page.rules) + 1)), page.slug
    assert rule_place("valuation.1") is not None


def test_a_reader_replays_a_run_and_sees_the_same_bytes(
    browser: Browser, asked: Execution, alice: User
) -> None:
    door = reverse("portfolios:replay", args=[asked.run.run_id])
    client = browser(alice)

    shown = html_of(client.post(door, follow=True))
    assert f"The same bytes again: {asked.run.result_hash}." in shown
    assert client.get(door).status_code == 405


def test_two_runs_are_looked_at_side_by_side(
    browser: Browser, asked: Execution, traded: Portfolio, alice: User
) -> None:
    inputs = {"portfolio_id": str(traded.pk)}
    thursday = execute(
        user=alice,
        pattern_id="portfolio_overview",
        inputs=inputs,
        asof=THU,
        correlation_id="test",
    )
    door = reverse("portfolios:compare", args=[thursday.run.run_id])
    client = browser(alice)

    shown = html_of(client.get(door, {"with": str(asked.run.run_id)}))
    assert "ACME · Market value" in shown
    assert "+28.80 CAD" in shown  # 216 − 187.20
    for nothing in ("", "x", str(uuid4())):
        assert client.get(door, {"with": nothing}).status_code == 404
    run_page = html_of(client.get(reverse("portfolios:run", args=[asked.run.run_id])))
    assert f'value="{thursday.run.run_id}"' in run_page
