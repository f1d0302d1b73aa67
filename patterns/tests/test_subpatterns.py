"""A pattern within a pattern: typed, hashed, shared, explained, and never within itself."""

from collections.abc import Iterator
from typing import Any

import pytest

from patterns import explaining, library, runner
from patterns.context import Context
from patterns.diagnosis import faults_of
from patterns.exceptions import FigureUnknown
from patterns.explaining import Path, explain, explained_steps, explains
from patterns.explanation import Explanation, Formula, Source
from patterns.layout import panels
from patterns.plan import plan_for
from patterns.runs import MemoryStore
from patterns.spec import PatternSpec
from patterns.tests.inventions import (
    BASKET_STEP,
    SHARE_STEP,
    ShareInput,
    context,
    house,
    pattern,
)

REFUSE: dict[str, Any] = {"as": "refuse", "capability": "shop.refuse"}
INNER = pattern(BASKET_STEP, SHARE_STEP, id="inner", outputs=["basket", "share"])
TORN = pattern(BASKET_STEP, REFUSE, id="torn")
CALL: dict[str, Any] = {"as": "bag", "pattern": "inner", "inputs": {"size": "{{inputs.size}}"}}
LABEL: dict[str, Any] = {
    "as": "label",
    "capability": "shop.label",
    "args": {"share": "{{bag.share.share.value}}"},
}


@pytest.fixture(autouse=True)
def known(shop: object) -> Iterator[None]:
    with house(INNER, TORN):
        yield


def calls(name: str, other: str) -> PatternSpec:
    return pattern({"as": "step", "pattern": other}, id=name, inputs={})


def test_its_outputs_are_read_by_name_and_by_step():
    # 4 apples at 2.50 = 10.00; 1 of 10 is a tenth.
    run = runner.run(pattern(CALL, LABEL), {}, context())
    assert run.state == "complete"
    assert run.result["bag"]["basket"]["total"]["value"] == "10"
    assert run.result["label"] == {"text": "10% apple"}


def test_its_inputs_are_checked_and_defaulted(shop):
    run = runner.run(pattern({"as": "bag", "pattern": "inner"}), {}, context())
    assert run.result["bag"]["basket"]["size"]["value"] == 4
    inputs = {"size": {"type": "integer", "default": 3, "maximum": 3}}
    with house(pattern(BASKET_STEP, id="inner", inputs=inputs)):
        run = runner.run(pattern(CALL), {"size": 5}, context())
    assert (run.state, run.errors[0]["code"]) == ("failed", "VALIDATION_2005")


def test_it_shares_its_steps_with_every_pattern(shop):
    store = MemoryStore()
    runner.run(pattern(BASKET_STEP, SHARE_STEP), {}, context(), store)
    run = runner.run(pattern(CALL), {}, context(), store)
    assert shop.calls == ["basket", "share"]
    assert run.trace["steps"][0]["cache_hit"] is True


def test_the_trace_names_what_happened_within():
    (step,) = runner.run(pattern(CALL), {}, context()).trace["steps"]
    assert (step["pattern"], step["version"], step["state"]) == ("inner", "1.0.0", "done")
    assert [each["capability"] for each in step["steps"]] == ["shop.basket", "shop.share"]
    # exact: the size, the apple's value and grade, the share. partial: the total.
    # withheld: the pear's value and grade, two ratings, the yearly share.
    assert step["states"] == {"exact": 4, "partial": 1, "withheld": 5}
    assert step["sources"] == ["the orchard"]


def test_what_failed_within_leaves_the_rest():
    torn = {"as": "bag", "pattern": "torn", "inputs": {"size": 2}}
    reader = {**LABEL, "args": {"share": "{{bag.refuse.share.value}}"}}
    run = runner.run(pattern(torn, reader), {}, context())
    assert run.state == "partial"
    assert list(run.result) == ["bag"]
    assert list(run.result["bag"]) == ["basket"]
    assert [error["step"] for error in run.errors] == ["bag.refuse", "label"]
    assert run.errors[1]["details"]["depends_on"] == ["bag.refuse"]


def test_an_optional_pattern_is_read_as_null_where_it_failed():
    torn = {"as": "bag", "pattern": "torn", "optional": True}
    reader = {**LABEL, "args": {"share": "{{bag.refuse.share.value}}"}}
    run = runner.run(pattern(torn, reader), {}, context())
    assert run.result["label"] == {"text": "no share"}
    assert run.state == "partial"


def test_a_pattern_without_any_output_failed():
    with house(pattern(REFUSE, id="inner")):
        run = runner.run(pattern(CALL), {}, context())
    assert run.state == "failed"
    assert [error["step"] for error in run.errors] == ["bag", "bag.refuse"]
    assert "The shop is closed." in run.errors[0]["message"]


def test_its_definition_is_part_of_the_hash():
    before = plan_for(pattern(CALL)).definition
    changed = {**SHARE_STEP, "args": {"part": "2", "whole": "{{basket.total.value}}"}}
    with house(pattern(BASKET_STEP, changed, id="inner")):
        assert plan_for(pattern(CALL)).definition != before
    default = {"size": {"type": "integer", "default": 5}}
    with house(pattern(BASKET_STEP, SHARE_STEP, id="inner", inputs=default)):
        assert plan_for(pattern(CALL)).definition != before


def sentences(*steps: dict[str, Any], **changes: Any) -> list[str]:
    return [f"{fault.pointer} {fault.message}" for fault in faults_of(pattern(*steps, **changes))]


def test_panel_paths_and_references_are_followed_through_it():
    metric = {"label": "Share", "path": "bag.share.sharr", "format": "percent"}
    grid = {"id": "g", "type": "metrics_grid", "metrics": [metric]}
    reader = {**LABEL, "args": {"share": "{{bag.shar.share}}"}}
    assert sentences(CALL, reader, presentation={"panels": [grid]}) == [
        "/steps/1/args/share {{bag.shar.share}}: inner has no field 'shar'.",
        "/presentation/panels/0/metrics/0/path share.sharr: Share has no field 'sharr'.",
    ]


def test_its_inputs_are_checked_at_start():
    needs = {
        "size": {"type": "integer", "required": True},
        "day": {"type": "date", "default": None},
    }
    with house(pattern(BASKET_STEP, id="inner", inputs=needs)):
        assert sentences({**CALL, "inputs": {"sise": 1, "day": "{{inputs.size}}"}}) == [
            "/steps/0/inputs/sise The pattern 'inner' has no input 'sise'.",
            "/steps/0/inputs/size The pattern 'inner' needs the input 'size'.",
            "/steps/0/inputs/day {{inputs.size}} is of type integer, 'day' takes date.",
        ]
        assert sentences({**CALL, "inputs": {"size": "four"}}) == [
            "/steps/0/inputs/size 'size': This is not a whole number."
        ]


def test_patterns_that_contain_each_other_are_named():
    with house(calls("a", "b"), calls("b", "c"), calls("c", "a")):
        (fault,) = faults_of(library.get_pattern("a"))
    assert (fault.code, fault.pointer) == ("E006", "/steps/0/pattern")
    assert fault.message == "These patterns contain each other: a → b → c → a."


def test_a_pattern_that_contains_itself_is_one_of_them():
    with house(calls("a", "a")):
        assert "a → a." in faults_of(library.get_pattern("a"))[0].message


def test_an_unknown_or_broken_pattern_is_named():
    (fault,) = faults_of(pattern({**CALL, "pattern": "innner"}))
    assert (fault.code, fault.suggestion) == ("E012", "Did you mean 'inner'?")
    with house(pattern({**BASKET_STEP, "capability": "shop.nothing"}, id="inner")):
        assert "/steps/0/pattern The pattern 'inner' has mistakes of its own." in sentences(CALL)


def test_patterns_cannot_multiply_without_end():
    """Four steps that are each four steps, five deep: 4 + 16 + 64 + 256 + 1024."""
    wide = [
        pattern(
            *(
                {"as": f"s{number}", "pattern": f"p{depth + 1}", "inputs": {}}
                for number in range(4)
            ),
            id=f"p{depth}",
            inputs={},
        )
        for depth in range(4)
    ]
    leaf = pattern(*({**BASKET_STEP, "as": f"s{n}"} for n in range(4)), id="p4")
    with house(*wide, leaf):
        assert "E011" in {fault.code for fault in faults_of(library.get_pattern("p0"))}


def test_a_panel_shows_what_is_there_and_why_the_rest_is_not():
    paths = {"size": "bag.basket.size", "share": "bag.refuse.share"}
    grids = [
        {
            "id": name,
            "type": "metrics_grid",
            "metrics": [{"label": name, "path": path, "format": f}],
        }
        for (name, path), f in zip(paths.items(), ("count", "percent"), strict=True)
    ]
    spec = pattern({**CALL, "pattern": "torn"}, presentation={"panels": grids})
    size, share = panels(spec, runner.run(spec, {}, context()))
    assert size.metrics[0].cell.text == "4"
    assert share.error is not None
    assert share.error.message == "The shop is closed."


@pytest.fixture
def explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "_explainers", {})
    explaining._explained_steps.cache_clear()

    @explains("shop.share")
    def why(ctx: Context, args: ShareInput, path: Path) -> Explanation | None:
        parts = [
            Explanation(label=name, value=value, unit="money", source=Source("test", name))
            for name, value in (("part", args.part), ("whole", args.whole))
        ]
        return Explanation(
            label="share",
            value=float(args.part / args.whole),
            unit="fraction",
            formula=Formula("quotient", "part / whole"),
            parts=parts,
        )


def test_why_leads_through_it_to_the_capability(explained):
    spec = pattern(CALL)
    run = runner.run(spec, {"size": 2}, context())
    found = explain(run, context(), "bag.share.share", spec)
    assert found.value == 0.2  # 1 of 2 × 2.50
    assert [part.value for part in found.children] == [1, 5]
    for path in ("bag", "bag.share", "bag.nothing.share"):
        with pytest.raises(FigureUnknown):
            explain(run, context(), path, spec)


def test_why_finds_what_was_read_though_it_is_no_output(explained, shop):
    store = MemoryStore()
    with house(pattern(BASKET_STEP, SHARE_STEP, id="inner", outputs=["share"])):
        spec = pattern(CALL)
        run = runner.run(spec, {}, context(), store)
        assert explain(run, context(), "bag.share.share", spec, store).value == 0.1
    assert shop.calls == ["basket", "share"]


def test_steps_within_are_explained_by_their_path(explained):
    with house(INNER, pattern(CALL, SHARE_STEP, BASKET_STEP, id="outer")):
        assert explained_steps("outer") == {"bag.share", "share"}
