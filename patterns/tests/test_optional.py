"""Optional steps: who reads one that is not there reads null."""

from typing import Any

import pytest

from patterns import runner
from patterns.diagnosis import faults_of
from patterns.plan import plan_for
from patterns.runs import MemoryStore
from patterns.tests.inventions import BASKET_STEP, SHARE_STEP, context, pattern

pytestmark = pytest.mark.usefixtures("shop")

REFUSED: dict[str, Any] = {"as": "share", "capability": "shop.refuse", "optional": True}
UNASKED: dict[str, Any] = {**SHARE_STEP, "optional": True, "when": "{{inputs.size}} > 100"}
LABEL: dict[str, Any] = {
    "as": "label",
    "capability": "shop.label",
    "args": {"share": "{{share.share.value}}"},
}


def test_who_reads_an_optional_step_that_failed_reads_null(shop):
    run = runner.run(pattern(REFUSED, LABEL), {}, context())
    assert run.result == {"label": {"text": "no share"}}
    assert (run.state, run.errors[0]["message"]) == ("partial", "The shop is closed.")
    assert run.trace["steps"][0]["optional"] is True


def test_such_a_run_is_never_served_again(shop):
    store = MemoryStore()
    for _ in range(2):
        assert not runner.run(pattern(REFUSED, LABEL), {}, context(), store).cached
    assert shop.calls == ["refuse", "label", "refuse"]  # the label of a null is stored


def test_who_reads_an_optional_step_that_was_skipped_reads_null():
    run = runner.run(pattern(BASKET_STEP, UNASKED, LABEL), {}, context())
    assert run.result["label"] == {"text": "no share"}
    assert "share" not in run.result
    assert run.state == "complete"


def test_an_optional_step_that_is_there_is_read_as_any_other():
    # 4 apples at 2.50 = 10; 1 of 10 is 10 %.
    run = runner.run(pattern(BASKET_STEP, {**SHARE_STEP, "optional": True}, LABEL), {}, context())
    assert run.result["label"] == {"text": "10% apple"}


def test_what_an_optional_step_needs_may_fail_too():
    explode = {"as": "basket", "capability": "shop.explode"}
    share = {
        **SHARE_STEP,
        "args": {"part": "1", "whole": "{{basket.share.value}}"},
        "optional": True,
    }
    run = runner.run(pattern(explode, share, LABEL), {}, context())
    assert run.result == {"label": {"text": "no share"}}
    assert [error["step"] for error in run.errors] == ["basket", "share"]


def test_a_condition_can_guard_against_null():
    guarded = {**LABEL, "when": "{{share}} != null and {{share.share.value}} > 0.05"}
    run = runner.run(pattern(REFUSED, guarded), {}, context())
    assert [step["state"] for step in run.trace["steps"]] == ["failed", "skipped"]
    run = runner.run(pattern(BASKET_STEP, SHARE_STEP, guarded), {}, context())
    assert run.result["label"] == {"text": "10% apple"}


def test_an_argument_that_takes_no_null_is_found_at_start():
    basket = {**BASKET_STEP, "optional": True}
    (fault,) = faults_of(pattern(basket, SHARE_STEP))
    assert (fault.code, fault.pointer) == ("E004", "/steps/1/args/whole")
    assert fault.message == "{{basket.total.value}} may be null, because 'basket' is optional."


def test_being_optional_is_part_of_the_definition():
    share = {**SHARE_STEP, "optional": True}
    plain, optional = pattern(BASKET_STEP, SHARE_STEP), pattern(BASKET_STEP, share)
    assert plan_for(plain).definition != plan_for(optional).definition
