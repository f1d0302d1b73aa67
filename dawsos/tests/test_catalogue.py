"""The catalogue, the schema of pattern files, and the command that looks after them."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from patterns import library, registry
from patterns.catalogue import catalogue, values_of
from patterns.checks import reading_faults
from patterns.panel_specs.types import PANEL_TYPES
from patterns.reading import read_spec
from patterns.schema import new_pattern, pattern_schema
from patterns.source import parse

Browser = Callable[[User], Client]


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("patterns", *arguments, stdout=out)
    return out.getvalue()


def test_every_capability_says_what_it_takes_and_answers() -> None:
    entries = {entry.name: entry for entry in catalogue()}
    assert set(entries) == set(registry.names())
    for entry in entries.values():
        assert entry.doc and entry.values, entry.name

    positions = entries["portfolio.get_valued_positions"]
    values = {value.path: value.unit for value in positions.values}
    assert values["total_value"] == "money"
    assert values["positions[].weight"] == "fraction"
    assert "portfolio_overview" in positions.patterns
    (portfolio,) = positions.arguments
    assert (portfolio.name, portfolio.kind, portfolio.required) == ("portfolio_id", "uuid", True)


def test_every_number_of_every_capability_has_a_unit() -> None:
    """A number without a unit could not be shown, and nobody would know what it means."""
    nameless = [
        f"{name}: {value.path}"
        for name in registry.names()
        for value in values_of(registry.get(name).output_type)
        if value.is_figure and not value.unit
    ]
    assert nameless == []


def test_the_schema_knows_every_capability_and_panel() -> None:
    schema = pattern_schema()
    step = schema["$defs"]["StepSpec"]["properties"]
    assert set(step["capability"]["enum"]) == set(registry.names())
    assert "as" in step
    panels = schema["$defs"]["Presentation"]["properties"]["panels"]["items"]
    assert set(panels["discriminator"]["mapping"]) == set(PANEL_TYPES)
    json.dumps(schema)


@pytest.mark.parametrize("name", registry.names())
def test_a_new_pattern_of_any_capability_has_no_mistake(name: str) -> None:
    text = json.dumps(new_pattern("my_view", name))
    assert [fault.message for fault in reading_faults(read_spec(parse(text)))] == []


def test_list_and_show() -> None:
    known = json.loads(told("list", "--json"))
    assert "portfolio_overview" in {pattern["id"] for pattern in known}
    assert len(known) == len(list(library.library().patterns()))
    shown = told("show", "portfolio_overview")
    assert "step valued_positions: portfolio.get_valued_positions" in shown
    with pytest.raises(CommandError, match="Did you mean"):
        told("show", "portfolio_overvew")


def test_lint_names_every_mistake_with_its_line(tmp_path: Path) -> None:
    assert "no mistake" in told("lint")
    made: dict[str, Any] = json.loads(told("new", "my_view"))
    made["steps"][0]["capability"] = "portfolio.get_valued_position"
    made["outputs"] = ["nobody"]
    file = tmp_path / "my_view.json"
    file.write_text(json.dumps(made, indent=2))
    out = StringIO()
    with pytest.raises(CommandError, match="mistakes in 1 file"):
        call_command("patterns", "lint", str(file), stdout=out)

    said = out.getvalue()
    assert "Did you mean 'portfolio.get_valued_positions'?" in said
    line = (
        file.read_text().splitlines().index('      "capability": "portfolio.get_valued_position",')
    )
    assert f"my_view.json:{line + 1}" in said
    assert "nobody" in said


@pytest.mark.django_db
def test_page_and_programs(browser: Browser, alice: User) -> None:
    client = browser(alice)
    assert "portfolio.get_valued_positions" in client.get("/capabilities/").content.decode()
    listed = client.get("/api/v1/capabilities/").json()["capabilities"]
    assert {one["name"] for one in listed} == set(registry.names())
    assert client.get("/api/schema/patterns/").json() == json.loads(json.dumps(pattern_schema()))
