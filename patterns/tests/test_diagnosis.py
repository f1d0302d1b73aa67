"""Hostile and careless patterns: every fault is listed, none is read as None."""

import pytest

from patterns.diagnosis import faults_of
from patterns.exceptions import PatternInvalid
from patterns.faults import (
    ARGUMENT,
    BUDGET,
    CAPABILITY,
    CONDITION,
    CYCLE,
    INPUT,
    PANEL_PATH,
    REFERENCE,
    UNIT,
)
from patterns.plan import plan_for
from patterns.tests.inventions import BASKET_STEP, SHARE_STEP, pattern

pytestmark = pytest.mark.usefixtures("shop")


def found(*steps, **changes) -> list[tuple[str, str]]:
    return [(fault.code, fault.pointer) for fault in faults_of(pattern(*steps, **changes))]


def sentence(*steps, **changes) -> str:
    (fault,) = faults_of(pattern(*steps, **changes))
    return f"{fault.message} {fault.suggestion}".strip()


def basket(**args) -> dict[str, object]:
    return {**BASKET_STEP, "args": args}


def test_a_good_pattern_has_no_faults():
    assert found(BASKET_STEP, SHARE_STEP) == []


def test_an_unknown_capability_is_answered_with_the_nearest():
    step = {**BASKET_STEP, "capability": "shop.baskt"}
    assert sentence(step) == "There is no capability 'shop.baskt'. Did you mean 'shop.basket'?"


def test_arguments_are_compared_with_the_capabilitys_input():
    assert found(basket(sise=4)) == [
        (ARGUMENT, "/steps/0/args/sise"),
        (ARGUMENT, "/steps/0/args/size"),
    ]
    assert found(basket(size="four")) == [(ARGUMENT, "/steps/0/args/size")]
    assert "Did you mean 'size'?" in [fault.suggestion for fault in faults_of(
        pattern(basket(sise=4))
    )]  # fmt: skip


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("{{inputs.sice}}", "there is no input 'sice'. Did you mean 'size'?"),
        ("{{inputs.maybe}}", "may be absent. Require it, or give it a default"),
        ("{{ctx.packhash}}", "the context has no 'packhash'. Did you mean 'pack_hash'?"),
        ("{{ctx.user_id}}", "does not determine results"),
        ("{{ctx.correlation_id}}", "does not determine results"),
        ("{{shelf.total}}", "there is no step 'shelf'"),
        ("{{basket.total}}", "cannot read its own result"),
        ("{{basket.__class__}}", "not a reference"),
        ("{{inputs.size.real}}", "not a reference"),
        ("size {{inputs.size}}", "not a reference"),
    ],
)
def test_a_dangling_reference_says_what_is_there(reference, words):
    inputs = {"size": {"type": "integer", "default": 4}, "maybe": {"type": "integer"}}
    assert words in sentence(basket(size=reference), inputs=inputs)


def test_a_reference_is_followed_through_the_output_type():
    step = {**SHARE_STEP, "args": {"part": "1", "whole": "{{basket.totl.value}}"}}
    assert "Basket has no field 'totl'. Did you mean 'total'?" in sentence(BASKET_STEP, step)


def test_every_ring_is_named():
    def waits(name: str, other: str) -> dict[str, object]:
        return {**BASKET_STEP, "as": name, "args": {"size": f"{{{{{other}.size.value}}}}"}}

    faults = faults_of(pattern(waits("a", "b"), waits("b", "a"), waits("c", "d"), waits("d", "c")))
    assert [fault.code for fault in faults] == [CYCLE, CYCLE]
    assert {"a", "b"} <= set(faults[0].message)
    assert {"c", "d"} <= set(faults[1].message)


def test_a_condition_is_read_and_its_references_followed():
    assert found({**BASKET_STEP, "when": "size > 3"}) == [(CONDITION, "/steps/0/when")]
    assert found({**BASKET_STEP, "when": "{{inputs.sise}} > 3"}) == [(REFERENCE, "/steps/0/when")]
    assert found({**BASKET_STEP, "when": "{{inputs.size}} > 3"}) == []


def test_an_output_is_a_step():
    assert found(BASKET_STEP, outputs=["baskett"]) == [(REFERENCE, "/outputs/0")]


def test_an_inputs_own_words_are_values_of_its_type():
    inputs = {
        "size": {"type": "integer", "default": 4},
        "low": {"type": "integer", "minimum": "two"},
        "day": {"type": "date", "default": "2013-02-30"},
        "kind": {"type": "string", "choices": ["a", 2]},
        "far": {"type": "number", "default": 11, "maximum": 10},
    }
    assert found(BASKET_STEP, inputs=inputs) == [
        (INPUT, "/inputs/low/minimum"),
        (INPUT, "/inputs/day/default"),
        (INPUT, "/inputs/kind/choices/1"),
        (INPUT, "/inputs/far/default"),
    ]


def test_ten_thousand_references_are_one_fault():
    many = {**BASKET_STEP, "args": {"size": ["{{inputs.size}}"] * 10_000}}
    assert found(many) == [(BUDGET, "/steps")]


def test_all_faults_of_a_hostile_pattern_are_listed():
    steps = [
        {"as": "a", "capability": "os.system", "args": {"size": "{{b.size.value}}"}},
        {**basket(size="{{a.anything}}"), "as": "b"},
        {**basket(size="{{c.__class__}}", depth=3), "as": "c"},
        {**basket(size="{{d.size.value}}"), "as": "d", "when": "__import__('os')"},
    ]
    assert found(*steps) == [
        (CAPABILITY, "/steps/0/capability"),
        (ARGUMENT, "/steps/2/args/depth"),
        (REFERENCE, "/steps/2/args/size"),
        (CONDITION, "/steps/3/when"),
        (REFERENCE, "/steps/3/args/size"),
        (CYCLE, "/steps/0"),
    ]


def test_a_pattern_with_faults_cannot_be_planned():
    with pytest.raises(PatternInvalid) as refusal:
        plan_for(pattern({**BASKET_STEP, "capability": "os.system"}, basket(size="{{inputs.x}}") | {
            "as": "other"
        }))  # fmt: skip
    reasons = [error["reason"] for error in refusal.value.details["errors"]]
    assert reasons == [CAPABILITY, REFERENCE]
    assert refusal.value.http_status == 422


def panel(**fields) -> dict[str, object]:
    return {"presentation": {"panels": [{"id": "p", **fields}]}}


def tile(path: str, name: str) -> dict[str, object]:
    metric = {"label": "Tile", "path": path, "format": name}
    return panel(type="metrics_grid", metrics=[metric])


METRIC = "/presentation/panels/0/metrics/0"


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        ("basket.total", "money", []),
        ("basket.by_colour.red", "money", []),
        ("basket.total", "percent", [(UNIT, f"{METRIC}/format")]),
        ("basket.size", "money", [(UNIT, f"{METRIC}/format")]),
        ("basket.totl", "money", [(PANEL_PATH, f"{METRIC}/path")]),
        ("basket.fruits", "money", [(PANEL_PATH, f"{METRIC}/path")]),
        ("shelf.total", "money", [(PANEL_PATH, f"{METRIC}/path")]),
    ],
)
def test_a_tile_fits_its_data(path, name, expected):
    assert found(BASKET_STEP, **tile(path, name)) == expected


def test_a_panel_shows_outputs_only():
    changes = tile("basket.total", "money")
    fault = faults_of(pattern(BASKET_STEP, SHARE_STEP, outputs=["share"], **changes))[0]
    assert fault.suggestion == "Add 'basket' to outputs."


def column(field: str, name: str) -> dict[str, str]:
    return {"label": field, "field": field, "format": name}


def test_columns_are_compared_with_the_rows():
    fields = [column("name", "text"), column("value", "money"), column("valeu", "money"),
              column("bare", "ratio"), column("quantity", "count")]  # fmt: skip
    place = "/presentation/panels/0/columns"
    assert found(BASKET_STEP, **panel(type="table", path="basket.fruits", columns=fields)) == [
        (PANEL_PATH, f"{place}/2/field"),
        (UNIT, f"{place}/3/field"),
        (UNIT, f"{place}/4/field"),
    ]


def test_a_table_needs_rows():
    fields = [column("name", "text")]
    assert found(BASKET_STEP, **panel(type="table", path="basket.total", columns=fields)) == [
        (PANEL_PATH, "/presentation/panels/0/path")
    ]


def test_an_axis_is_a_text_or_a_date():
    series = [column("value", "money")]
    line = panel(type="line_chart", path="basket.fruits", x="quantity", series=series)
    assert found(BASKET_STEP, **line) == [(UNIT, "/presentation/panels/0/x")]
    bar = panel(type="bar_chart", path="basket.fruits", category="name", series=series)
    assert found(BASKET_STEP, **bar) == []


def test_a_ring_is_compared_with_its_rows():
    ring = {"type": "donut_chart", "path": "basket.fruits", "category": "name"}
    assert found(BASKET_STEP, **panel(**ring, value="weight", format="percent")) == []
    assert found(BASKET_STEP, **panel(**ring, value="weight", format="money")) == [
        (UNIT, "/presentation/panels/0/value")
    ]


def test_a_waterfall_and_its_total_are_compared_with_their_data():
    steps = {"type": "waterfall", "path": "basket.fruits", "category": "name"}
    total = {"label": "Total", "path": "basket.total", "format": "percent"}
    assert found(BASKET_STEP, **panel(**steps, value="value", format="money")) == []
    assert found(BASKET_STEP, **panel(**steps, value="colour", format="money", total=total)) == [
        (PANEL_PATH, "/presentation/panels/0/value"),
        (UNIT, "/presentation/panels/0/total/format"),
    ]


def test_each_half_of_a_dual_list_is_compared_with_its_rows():
    good = {"title": "A", "path": "basket.fruits", "label": "name", "value": "value",
            "format": "money"}  # fmt: skip
    bad = {**good, "detail": "quantity", "format": "percent"}
    assert found(BASKET_STEP, **panel(type="dual_list", lists=[good, bad])) == [
        (UNIT, "/presentation/panels/0/lists/1/detail"),
        (UNIT, "/presentation/panels/0/lists/1/value"),
    ]


def test_every_type_is_compared_with_its_data():
    """A name that is nearly right, in the part of each type that no other type has."""
    rows = {"path": "basket.fruits"}
    tile = {"label": "T", "path": "basket.totl", "format": "money"}
    wrong: dict[str, dict[str, object]] = {
        "value/path": {"type": "gauge", "value": tile, "minimum": 0, "maximum": 1},
        "bands/0/high": {"type": "fan", **rows, "x": "picked_on", "format": "percent",
                         "center": "weight",
                         "bands": [{"label": "B", "low": "weight", "high": "wieght"}]},
        "tint/field": {"type": "treemap", **rows, "category": "name", "value": "value",
                       "format": "money", "tint": column("wieght", "percent")},
        "series/0/field": {"type": "area_chart", **rows, "x": "picked_on",
                           "series": [column("valeu", "money")]},
        "date": {"type": "timeline", **rows, "date": "piked_on", "label": "name"},
        "link": {"type": "action_cards", **rows, "heading": "name", "link": "nmae"},
        "published": {"type": "news_list", **rows, "headline": "name", "source": "name",
                      "published": "piked_on"},
        "phase": {"type": "cycle_card", "phase": "basket.total.reasn", "phases": ["A", "B"]},
        "threshold": {"type": "scorecard", **rows, "label": "name", "value": "grade",
                      "score": {**tile, "path": "basket.total"}, "format": "ratio",
                      "threshold": "garde"},
        "rows/0/second": {"type": "comparison", "first": "A", "second": "B", "rows": [
            {"label": "L", "first": "basket.total", "second": "basket.totl", "format": "money"}]},
        "address": {"type": "report_viewer", "address": "basket.total.reasn"},
        "path": {"type": "text", "path": "basket.total.reasn"},
        "totals/0/field": {"type": "table", **rows, "columns": [column("value", "money")],
                           "totals": [{"field": "valeu"}]},
        "tabs/1/panels/0/metrics/0/path": {"type": "tabs", "tabs": [
            {"label": "A", "panels": [{"id": "a", "type": "text", "text": "A."}]},
            {"label": "B", "panels": [{"id": "b", "type": "metrics_grid", "metrics": [tile]}]}]},
    }  # fmt: skip
    for place, fields in wrong.items():
        faults = faults_of(pattern(BASKET_STEP, **panel(**fields)))
        expected = [(PANEL_PATH, f"/presentation/panels/0/{place}")]
        assert [(fault.code, fault.pointer) for fault in faults] == expected
        assert "Did you mean" in faults[0].suggestion, place


def test_prices_and_ratios_have_no_sum():
    fields = [column("name", "text"), column("grade", "ratio"), column("quantity", "quantity")]
    table = {"type": "table", "path": "basket.fruits", "columns": fields}
    totals = [{"field": "grade"}, {"field": "quantity"}]
    assert found(BASKET_STEP, **panel(**table, totals=totals)) == [
        (UNIT, "/presentation/panels/0/totals/0/field")
    ]


def test_a_step_without_capability_makes_no_second_fault_of_its_panels():
    step = {**BASKET_STEP, "capability": "shop.baskt"}
    assert found(step, **tile("basket.anything", "money")) == [(CAPABILITY, "/steps/0/capability")]
