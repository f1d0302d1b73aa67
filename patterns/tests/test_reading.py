from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patterns.diagnosis import faults_of
from patterns.faults import BUDGET, SHAPE
from patterns.reading import read_spec
from patterns.source import Source, parse
from patterns.tests.inventions import BASKET_STEP, document

TILE = {"label": "Total", "path": "basket.total", "format": "money"}
GRID = {"id": "tiles", "type": "metrics_grid", "metrics": [TILE]}


def faults(data: object) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.suggestion) for fault in read_spec(Source(data=data)).faults]


def test_a_whole_pattern_becomes_typed_data():
    spec = read_spec(Source(data=document(BASKET_STEP, presentation={"panels": [GRID]}))).spec
    assert spec is not None
    assert (spec.id, spec.outputs, spec.steps[0].id) == ("fruit", ("basket",), "basket")
    assert spec.panels[0].id == "tiles"


def test_every_mistake_is_reported_at_once():
    data = {
        "id": "Fruit!",
        "version": "one",
        "naem": "Fruit",
        "inputs": {"Size": {"type": "integer"}, "day": {"type": "dat"}},
        "steps": [{"as": "basket", "capability": "shop.basket", "arguments": {}}, {"as": "inputs"}],
        "outputs": [],
        "presentation": {
            "panels": [{"id": "a", "type": "pie"}, {**GRID, "metrics": [{**TILE, "format": "%"}]}],
            "pannels": [],
        },
    }
    assert dict(faults(data)) == {
        "/id": "",
        "/version": "",
        "/name": "Add 'name'.",
        "/naem": "Did you mean 'name'?",
        "/outputs": "",
        "/inputs/Size": "",
        "/inputs/day/type": ("Use 'uuid', 'string', 'integer', 'number', 'boolean' or 'date'."),
        "/steps/0/arguments": "Did you mean 'args'?",
        "/steps/1/capability": "Add 'capability' or 'pattern'.",
        "/presentation/pannels": "Did you mean 'panels'?",
        "/presentation/panels/0/type": (
            "Known: action_cards, area_chart, bar_chart, comparison, cycle_card, donut_chart, "
            "dual_list, fan, gauge, heatmap, horizontal_bar, line_chart, metrics_grid, news_list, "
            "report_viewer, scorecard, table, tabs, text, timeline, treemap, waterfall."
        ),
        "/presentation/panels/1/metrics/0/format": (
            "Use 'percent', 'money', 'price', 'quantity', 'rate', 'ratio', 'count', 'bps', 'date', "
            "'text' or 'state'."
        ),
    }


def test_a_fault_says_file_and_line():
    text = '{"id": "fruit", "version": "1.0.0", "name": "Fruit",\n "outputs": ["a"],\n "steps": 3}'
    reading = read_spec(parse(text, "fruit.json"))
    assert [fault.place for fault in reading.faults] == ["fruit.json:3 /steps"]


def test_what_is_well_formed_stays_for_further_checks():
    reading = read_spec(Source(data=document({"as": "broken"}, BASKET_STEP)))
    assert reading.spec is not None
    assert [step.id for step in reading.spec.steps] == ["basket"]
    assert reading.step_ids == {"broken", "basket"}


@pytest.mark.parametrize("name", ["inputs", "ctx"])
def test_a_step_cannot_take_a_reserved_name(name):
    assert faults(document({**BASKET_STEP, "as": name})) == [("/steps/0/as", "")]


def test_a_name_stands_once():
    twice = document(BASKET_STEP, BASKET_STEP, presentation={"panels": [GRID, GRID]})
    assert [place for place, _ in faults(twice)] == ["/steps/1/as", "/presentation/panels/1/id"]


def test_a_hundred_steps_are_enough():
    steps = [{**BASKET_STEP, "as": f"step{number}"} for number in range(101)]
    reading = read_spec(Source(data=document(*steps)))
    assert [fault.code for fault in reading.faults] == [BUDGET]


@pytest.mark.parametrize("data", [None, [], "pattern", 3, {}, {"steps": None}, {"steps": []}])
def test_what_is_no_pattern_is_refused(data):
    reading = read_spec(Source(data=data))
    assert reading.faults
    assert {fault.code for fault in reading.faults} == {SHAPE}


def test_the_example_of_the_documentation_is_a_pattern():
    text = (Path(__file__).parents[2] / "docs" / "patterns.md").read_text()
    example = text.split("```json\n")[1].split("```")[0]
    reading = read_spec(parse(example))
    assert reading.faults == ()
    assert reading.spec is not None
    assert faults_of(reading.spec) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(["id", "version", "name", "inputs", "steps", "outputs", "presentation"])


@given(st.dictionaries(KEYS, JSON), st.dictionaries(st.text(max_size=8), JSON, max_size=2))
def test_no_document_crashes_the_reader(known, surprising):
    read_spec(Source(data=document(BASKET_STEP) | known | surprising))


def test_mistakes_behind_a_tab_have_their_own_place():
    inner = [
        {"id": "tiles", "type": "text", "text": "Twice the same name."},
        {"id": "a", "type": "tabel", "path": "basket.fruits", "columns": []},
        {"id": "b", "type": "text"},
        {"id": "c", "type": "metrics_grid", "metrics": [{"label": "T", "path": "basket.total"}]},
    ]
    tabs = {"id": "tabs", "type": "tabs", "tabs": [
        {"label": "A", "panels": [panel]} for panel in inner
    ]}  # fmt: skip
    place = "/presentation/panels/0/tabs"
    assert faults(document(BASKET_STEP, presentation={"panels": [tabs]})) == [
        (f"{place}/1/panels/0/type", "Did you mean 'table'?"),
        (f"{place}/2/panels/0", ""),
        (f"{place}/3/panels/0/metrics/0/format", "Add 'format'."),
    ]
    good = {**tabs, "tabs": [{"label": "A", "panels": [inner[0]]}, {"label": "B", "panels": [
        {"id": "tiles", "type": "text", "text": "Again."}]}]}  # fmt: skip
    twice = faults(document(BASKET_STEP, presentation={"panels": [GRID, good]}))
    assert [place for place, _ in twice] == [
        "/presentation/panels/1/tabs/0/panels/0/id",
        "/presentation/panels/1/tabs/1/panels/0/id",
    ]
