"""Every figure has a numbered rule, and every rule a fixture that proves it."""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dawsos.methodology import FIXTURES, Fixture, fixtures, method_pages, rule_place
from dawsos.methods.cases import read_cases
from dawsos.methods.registry import adaptor_of
from patterns import library, registry
from patterns.catalogue import figures_of, values_of
from patterns.exceptions import CapabilityMisdeclared
from patterns.layout import panels
from patterns.panels import Panel, flat
from patterns.rules import BY_ROW, declared_rule, defined_places, defines, rule_of
from portfolios.models import Portfolio
from portfolios.services.runs import execute
from portfolios.tests.world import listing

ROOT = Path(settings.BASE_DIR)
Browser = Callable[[User], Client]

# Always withheld, whatever is held: there is nothing to define before ratings are made.
NOT_MADE = {
    "portfolio.get_valued_positions": {"positions.dividend_safety", "positions.moat_strength"},
    "portfolio.held_positions": {"positions.dividend_safety", "positions.moat_strength"},
}


def places(capability: str) -> list[str]:
    """Where a capability has figures, without the marks of lists."""
    output = registry.get(capability).output_type
    return [value.path.replace("[]", "") for value in figures_of(output)]


@pytest.mark.parametrize("capability", registry.names())
def test_every_figure_of_a_capability_has_a_written_rule(capability: str) -> None:
    rules = {place: declared_rule(capability, place) for place in places(capability)}
    nameless = {place for place, rule in rules.items() if not rule}
    assert nameless == NOT_MADE.get(capability, set())
    unwritten = {
        rule for rule in rules.values() if rule and rule != BY_ROW and not rule_place(rule)
    }
    assert unwritten == set()


@pytest.mark.parametrize("capability", registry.names())
def test_a_rule_is_declared_of_a_figure(capability: str) -> None:
    assert defined_places(capability) - set(places(capability)) == set()


@pytest.mark.parametrize("capability", registry.names())
def test_a_row_that_names_its_rule_has_a_field_for_it(capability: str) -> None:
    fields = {
        value.path.replace("[]", "") for value in values_of(registry.get(capability).output_type)
    }
    for place in defined_places(capability):
        if declared_rule(capability, place) == BY_ROW:
            assert f"{place.rpartition('.')[0]}.definition" in fields


def test_a_figure_has_one_rule() -> None:
    with pytest.raises(CapabilityMisdeclared, match="has two rules"):
        defines("any.thing", {"valuation.1": "total", "valuation.2": "total"})
    with pytest.raises(CapabilityMisdeclared, match="defined twice"):
        defines("ledger.positions", {"valuation.1": "positions.quantity"})


def test_a_place_in_a_result_has_the_rule_of_its_field() -> None:
    assert rule_of("ledger.positions", ("positions", "17", "quantity")) == "booking.20"
    assert rule_of("performance.metric_card", ("risk", "0", "portfolio")) == ""  # its row says it
    assert rule_of("ledger.positions", ("positions", "0", "name")) == ""


def test_every_rule_has_a_fixture_and_every_fixture_a_rule() -> None:
    rules = {f"{page.slug}.{number}" for page in method_pages().values() for number in page.rules}
    assert rules - set(fixtures()) == set()
    assert set(fixtures()) - rules == set()
    assert [rule for rule, proofs in fixtures().items() if not proofs] == []


def test_every_golden_fixture_is_run_by_verify_methods() -> None:
    runnable = {
        f"{case.file.removesuffix('.json')}/{case.id}"
        for case in read_cases(FIXTURES)
        if adaptor_of(case.method) and not case.carries_parameters
    }
    named = {one.name for proofs in fixtures().values() for one in proofs if one.is_golden}
    assert len(named) > 40
    assert named - runnable == set()


def test_every_fixture_that_is_a_test_exists() -> None:
    tests = {one for proofs in fixtures().values() for one in proofs if not one.is_golden}
    assert {one.name for one in tests if one.case not in functions(one.file)} == set()
    assert all(one.case.startswith("test_") for one in tests)


@cache
def functions(file: str) -> frozenset[str]:
    """The functions of a test module; none where there is no such file."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_a_fixture_reads_as_a_sentence() -> None:
    test = Fixture("portfolios/tests/test_x.py::test_a_position_s_details")
    assert (test.is_golden, test.words) == (False, "a position’s details")
    golden = Fixture("s02_nav/multi_currency")
    assert (golden.is_golden, golden.file, golden.words) == (True, "s02_nav", "multi currency")


@pytest.mark.django_db
def test_a_rule_shows_its_fixtures_and_a_golden_case_its_page(
    browser: Browser, alice: User
) -> None:
    client = browser(alice)
    shown = client.get(reverse("methods:page", args=["valuation"])).content.decode()
    assert shown.count('class="rule__proof"') == len(method_pages()["valuation"].rules)
    address = reverse("methods:fixtures", args=["s02_nav"])
    assert f'href="{address}#multi_currency"' in shown

    cases = client.get(address).content.decode()
    assert 'id="multi_currency"' in cases and "valuation.nav, passed" in cases
    (told,) = client.get("/api/v1/methods/fixtures/s02_nav/").json()["cases"]
    assert (told["id"], told["status"]) == ("multi_currency", "passed")
    rules = client.get("/api/v1/methods/valuation/").json()["fixtures"]
    assert rules["valuation.1"] == ["s02_nav/multi_currency"]
    for door in (reverse("methods:fixtures", args=["nobody"]), "/api/v1/methods/fixtures/nobody/"):
        assert client.get(door).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("pattern_id", sorted(spec.id for spec in library.library().patterns()))
def test_every_heading_of_a_figure_leads_to_its_rule(
    traded: Portfolio, alice: User, pattern_id: str
) -> None:
    inputs = {"portfolio_id": str(traded.pk)}
    if "security_id" in library.get_pattern(pattern_id).inputs:
        inputs["security_id"] = str(listing("ACME").pk)
    done = execute(user=alice, pattern_id=pattern_id, inputs=inputs, correlation_id="test")
    nameless = [
        f"{panel.id}: {label}"
        for panel in flat(panels(pattern_id, done.run))
        for label in undefined(panel)
        if label not in {"Dividend safety", "Moat strength"}
    ]
    assert nameless == []


def undefined(panel: Panel) -> Iterator[str]:
    """The labels of figures that lead to no definition; a row may say it for its figures."""
    yield from (metric.label for metric in panel.metrics if not metric.definition)
    by_row = panel.rows and all(row.definition for row in panel.rows)
    for column in panel.columns:
        if column.numeric and not column.definition and not by_row:
            yield column.label
    for entry in panel.entries:
        yield from (fact.label for fact in entry.facts if not fact.definition)
