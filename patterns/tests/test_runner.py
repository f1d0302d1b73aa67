import logging
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patterns import runner
from patterns.canonical import canonical_json, text_hash
from patterns.exceptions import InputsInvalid, PatternUnknown
from patterns.plan import plan_for
from patterns.runs import MemoryStore
from patterns.tests.inventions import (
    BASKET_STEP,
    SHARE_STEP,
    context,
    open_shop,
    pattern,
)


def step(name: str, **more: object) -> dict[str, object]:
    return {"as": name, "capability": f"shop.{name}", **more}


def states(run: runner.RunResult) -> dict[str, str]:
    return {entry["as"]: entry["state"] for entry in run.trace["steps"]}


def test_a_result_is_keyed_by_output(shop):
    # 4 apples at 2.50 = 10.00; 1 of 10 is a tenth.
    run = runner.run(pattern(BASKET_STEP, SHARE_STEP), {}, context())
    assert run.state == "complete"
    assert run.result["basket"]["total"]["value"] == "10"
    assert run.result["share"]["share"]["value"] == 0.1
    assert run.errors == []


def test_steps_run_in_the_order_of_their_needs_whatever_the_file_says(shop):
    run = runner.run(pattern(SHARE_STEP, BASKET_STEP), {}, context())
    assert shop.calls == ["basket", "share"]
    assert run.state == "complete"


def test_only_outputs_are_in_the_result(shop):
    run = runner.run(pattern(BASKET_STEP, SHARE_STEP, outputs=["share"]), {}, context())
    assert list(run.result) == ["share"]


def test_the_result_is_canonical_and_hashed(shop):
    run = runner.run(pattern(SHARE_STEP, BASKET_STEP), {}, context())
    assert run.result_text == canonical_json(run.result)
    assert run.result_hash == text_hash(run.result_text)


def test_the_trace_says_what_the_result_stands_on(shop):
    trace = runner.run(pattern(BASKET_STEP, SHARE_STEP), {}, context()).trace
    assert trace["pack_id"] == "2013-02-28-ECB-r1"
    assert trace["ledger_commit_hash"] == "c" * 64
    assert trace["asof_date"] == "2013-02-28"
    assert trace["sources"] == ["the orchard"]
    # exact: the size, the apple's value and grade, the share. partial: the total.
    # withheld: the pear's value and grade, two ratings, the yearly share.
    assert trace["states"] == {"exact": 4, "partial": 1, "withheld": 5}
    basket = trace["steps"][0]
    assert (basket["capability"], basket["agent"], basket["version"]) == (
        "shop.basket",
        "keeper",
        "1",
    )
    assert basket["duration_ms"] >= 0
    assert "duration_ms" not in canonical_json(trace["states"])


def test_no_duration_is_in_the_result(shop):
    run = runner.run(pattern(BASKET_STEP), {}, context())
    assert "duration" not in run.result_text


def test_a_complete_run_is_served_without_running_a_step(shop):
    store = MemoryStore()
    first = runner.run(pattern(BASKET_STEP), {"size": 3}, context(), store)
    again = runner.run(pattern(BASKET_STEP), {"size": "3"}, context(user_id=2), store)
    assert shop.calls == ["basket"]
    assert (again.cached, again.run_id) == (True, first.run_id)
    assert again.result_text == first.result_text
    assert again.trace["cache_hits"] == 1
    assert again.trace["served_from"] == str(first.run_id)
    assert store.runs[first.run_hash].trace == first.trace


def test_the_same_answer_has_the_same_id_on_another_machine(shop):
    here = runner.run(pattern(BASKET_STEP), {}, context(), MemoryStore())
    there = runner.run(pattern(BASKET_STEP), {}, context(), MemoryStore())
    assert here.run_id == there.run_id


def test_two_patterns_share_a_step(shop):
    store = MemoryStore()
    first = runner.run(pattern(BASKET_STEP), {}, context(), store)
    other = pattern({**BASKET_STEP, "as": "bag"}, id="other")
    second = runner.run(other, {}, context(), store)
    assert shop.calls == ["basket"]
    assert second.trace["steps"][0]["cache_hit"] is True
    assert second.result["bag"] == first.result["basket"]
    assert second.trace["sources"] == ["the orchard"]


def test_a_stored_step_feeds_the_next_one_the_same_bytes(shop):
    store = MemoryStore()
    runner.run(pattern(BASKET_STEP), {}, context(), store)
    warm = runner.run(pattern(BASKET_STEP, SHARE_STEP), {}, context(), store)
    cold = runner.run(pattern(BASKET_STEP, SHARE_STEP), {}, context(), MemoryStore())
    assert warm.result_text == cold.result_text


CHANGES = [
    {"pack_hash": "0" * 64},
    {"history_hash": "0" * 64},
    {"ledger_commit_hash": "0" * 64},
    {"settings_hash": "0" * 64},
    {"asof_date": date(2013, 2, 27)},
    {"base_currency": "USD"},
    {"portfolio_id": UUID(int=2)},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_a_changed_ingredient_is_another_run(shop, change):
    plan = plan_for(pattern(BASKET_STEP))
    changed = runner.run_hash_of(plan, {"size": 4}, context(**change))
    assert changed != runner.run_hash_of(plan, {"size": 4}, context())


@given(
    user_id=st.integers() | st.none(),
    correlation_id=st.text(),
    market_head=st.integers() | st.none(),
    pack_state=st.sampled_from(["fresh", "warming", None]),
)
def test_who_asks_and_when_is_the_same_run(user_id, correlation_id, market_head, pack_state):
    with open_shop():
        plan = plan_for(pattern(BASKET_STEP))
        other = replace(
            context(),
            user_id=user_id,
            correlation_id=correlation_id,
            market_head=market_head,
            pack_state=pack_state,
        )
        here = runner.run_hash_of(plan, {"size": 4}, context())
        assert runner.run_hash_of(plan, {"size": 4}, other) == here


@given(st.integers(min_value=1, max_value=10**6), st.integers(min_value=1, max_value=10**6))
def test_two_questions_share_a_hash_only_when_their_inputs_do(one, other):
    with open_shop():
        spec = pattern(BASKET_STEP)
        first = runner.run(spec, {"size": one}, context())
        second = runner.run(spec, {"size": str(other)}, context())
    assert (first.run_hash == second.run_hash) == (one == other)
    assert (first.result_hash == second.result_hash) == (one == other)


def test_a_new_version_of_a_capability_is_another_run():
    hashes = set()
    for version in ("1", "2"):
        with open_shop(version=version):
            hashes.add(runner.run(pattern(BASKET_STEP), {}, context()).run_hash)
    assert len(hashes) == 2


def test_a_step_edited_under_the_same_version_is_another_run(shop):
    edited = {**BASKET_STEP, "args": {"size": "{{inputs.size}}", "note": "edited"}}
    before = runner.run(pattern(BASKET_STEP), {}, context())
    after = runner.run(pattern(edited), {}, context())
    assert before.run_hash != after.run_hash


def test_another_look_is_the_same_run(shop):
    plain = runner.run(pattern(BASKET_STEP), {}, context())
    renamed = runner.run(pattern(BASKET_STEP, name="Fruit basket"), {}, context())
    assert plain.run_hash == renamed.run_hash


def test_a_failed_step_takes_its_dependents_with_it_and_nobody_else(shop):
    needy = {**SHARE_STEP, "args": {"part": "1", "whole": "{{refuse.share.value}}"}}
    run = runner.run(pattern(step("refuse"), needy, BASKET_STEP), {}, context())
    assert run.state == "partial"
    assert states(run) == {"refuse": "failed", "share": "failed", "basket": "done"}
    assert list(run.result) == ["basket"]
    refusal, dependent = run.errors
    assert refusal == {
        "step": "refuse",
        "code": "BUSINESS_4009",
        "message": "The shop is closed.",
        "suggestion": "Come tomorrow.",
        "details": {},
    }
    assert dependent["details"]["depends_on"] == ["refuse"]
    assert "The shop is closed." in dependent["message"]


def test_a_failed_run_is_not_served_again(shop):
    store = MemoryStore()
    spec = pattern(step("refuse"), BASKET_STEP)
    first = runner.run(spec, {}, context(), store)
    second = runner.run(spec, {}, context(), store)
    assert shop.calls == ["refuse", "basket", "refuse"]
    assert first.run_id != second.run_id
    assert second.cached is False


def test_a_run_without_any_answer_has_failed(shop):
    assert runner.run(pattern(step("refuse")), {}, context()).state == "failed"


def test_a_defect_is_logged_and_its_text_is_not_shown(shop, caplog):
    with caplog.at_level(logging.ERROR):
        run = runner.run(pattern(step("explode")), {}, context(correlation_id="abc-123"))
    (error,) = run.errors
    assert error["code"] == "SYSTEM_5003"
    assert error["details"]["correlation_id"] == "abc-123"
    assert "secret" not in canonical_json(run.errors) + canonical_json(
        run.trace["steps"][0]["error"]
    )
    assert "abc-123" in caplog.text
    assert "a secret that must not be shown" in caplog.text


def test_an_undeclared_output_is_an_error(shop):
    (error,) = runner.run(pattern(step("lie")), {}, context()).errors
    assert error["details"] == {"reason": "output_invalid", "expected": "Share"}


def test_arguments_that_do_not_fit_are_an_error_that_names_them(shop):
    share = {**SHARE_STEP, "args": {"part": "1", "whole": "{{basket.fruits}}"}}
    run = runner.run(pattern(BASKET_STEP, share), {}, context())
    (error,) = run.errors
    assert error["step"] == "share"
    assert error["details"]["errors"][0]["field"] == "whole"


def test_a_key_that_is_missing_in_the_data_is_an_error_and_never_none(shop):
    # The type has `by_colour.<any>`; this basket holds no green fruit.
    share = {**SHARE_STEP, "args": {"part": "1", "whole": "{{basket.by_colour.green}}"}}
    run = runner.run(pattern(BASKET_STEP, share), {}, context())
    assert run.errors[0]["details"]["reason"] == "reference_missing"
    assert shop.calls == ["basket"]


def test_a_context_without_the_fact_is_an_error_that_names_it(shop):
    asks = {**BASKET_STEP, "args": {"size": 1, "note": "{{ctx.pack_hash}}"}}
    run = runner.run(pattern(asks), {}, context(pack_hash=None))
    assert run.errors[0]["details"] == {"reason": "context_missing", "field": "pack_hash"}
    assert runner.run(pattern(asks), {}, context()).state == "complete"


def test_a_step_that_is_not_asked_for_is_skipped_with_all_that_need_it(shop):
    basket = {**BASKET_STEP, "when": "{{inputs.size}} > 100"}
    run = runner.run(pattern(basket, SHARE_STEP, step("where", args={"size": 1})), {}, context())
    assert states(run) == {"basket": "skipped", "share": "skipped", "where": "done"}
    assert run.state == "complete"
    assert list(run.result) == ["where"]
    notes = {entry["as"]: entry.get("note") for entry in run.trace["steps"]}
    assert notes["basket"] == "Not asked for: {{inputs.size}} > 100."
    assert notes["share"] == "basket was skipped."


def test_a_condition_may_read_a_result(shop):
    share = {**SHARE_STEP, "when": "{{basket.total.value}} > 5 and {{basket.ripe}}"}
    assert (
        states(runner.run(pattern(BASKET_STEP, share), {"size": 4}, context()))["share"] == "done"
    )
    fewer = runner.run(pattern(BASKET_STEP, share), {"size": 2}, context())
    assert states(fewer)["share"] == "skipped"


def test_bad_inputs_run_nothing(shop):
    with pytest.raises(InputsInvalid):
        runner.run(pattern(BASKET_STEP), {"size": "many"}, context())
    assert shop.calls == []


def test_a_pattern_is_found_by_name_or_refused():
    with pytest.raises(PatternUnknown) as unknown:
        runner.run("no_such_pattern", {}, context())
    assert unknown.value.code == "BUSINESS_4003"
    assert unknown.value.http_status == 422
    assert unknown.value.details["reason"] == "pattern_unknown"


def test_a_plan_is_made_once(shop):
    assert plan_for(pattern(BASKET_STEP)) is plan_for(pattern(BASKET_STEP))


def test_a_plan_is_forgotten_when_the_registry_changes(shop):
    plan = plan_for(pattern(BASKET_STEP))
    with open_shop(version="2"):
        assert plan_for(pattern(BASKET_STEP)) is not plan
