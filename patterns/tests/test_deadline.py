"""A step has a budget; over it the step fails and the others go on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from patterns import registry, runner
from patterns.context import Context
from patterns.deadline import Deadline
from patterns.diagnosis import faults_of
from patterns.exceptions import OverBudget, RunCancelled
from patterns.plan import plan_for
from patterns.reading import read_spec
from patterns.runs import MemoryStore
from patterns.source import Source
from patterns.tests.inventions import (
    BASKET_STEP,
    Label,
    NothingAsked,
    context,
    document,
    house,
    pattern,
)

pytestmark = pytest.mark.usefixtures("shop")

LONG: dict[str, Any] = {"as": "long", "capability": "shop.long", "budget_ms": 1}


def patient(ctx: Context, args: NothingAsked) -> Label:
    """Asks now and then whether it may go on, and would go on for ever."""
    while True:
        ctx.deadline.check()


def deaf(ctx: Context, args: NothingAsked) -> Label:
    """Asks nobody, and comes too late."""
    while not ctx.deadline.is_over:
        pass
    return Label(text="late")


@contextmanager
def long(function: Any, budget_ms: int | None = None) -> Iterator[None]:
    declared = registry.describe(
        function, name="shop.long", version="1", agent="keeper", budget_ms=budget_ms
    )
    with registry.temporarily(declared):
        yield


def test_over_budget_a_step_fails_and_the_others_go_on():
    with long(patient):
        run = runner.run(pattern(LONG, BASKET_STEP), {}, context())
    assert (run.state, list(run.result)) == ("partial", ["basket"])
    (error,) = run.errors
    assert (error["step"], error["code"]) == ("long", "SYSTEM_5009")
    assert error["message"] == "It took longer than its 1 ms."


def test_a_result_that_came_too_late_is_there_the_next_time():
    store = MemoryStore()
    with long(deaf):
        assert runner.run(pattern(LONG), {}, context(), store).state == "failed"
        again = runner.run(pattern(LONG), {}, context(), store)
    assert again.result == {"long": {"text": "late"}}


def test_a_capability_may_say_its_budget_and_a_step_another():
    unsaid = {key: value for key, value in LONG.items() if key != "budget_ms"}
    with long(patient, budget_ms=2):
        for step, budget in ((unsaid, 2), (LONG, 1)):
            (error,) = runner.run(pattern(step), {}, context()).errors
            assert error["details"]["budget_ms"] == budget


def test_a_pattern_within_has_one_budget_for_all_its_steps(shop):
    unsaid = {key: value for key, value in LONG.items() if key != "budget_ms"}
    with long(patient), house(pattern(unsaid, BASKET_STEP, id="inner")):
        run = runner.run(pattern({"as": "bag", "pattern": "inner", "budget_ms": 1}), {}, context())
    assert run.state == "failed"
    assert [error["step"] for error in run.errors] == ["bag", "bag.long", "bag.basket"]
    assert shop.calls == []  # nothing was left for the basket


def test_a_budget_is_no_ingredient_of_the_answer():
    quick = {**BASKET_STEP, "budget_ms": 5_000}
    assert plan_for(pattern(quick)).definition == plan_for(pattern(BASKET_STEP)).definition


@pytest.mark.parametrize("budget", [0, -1, 600_001, "soon"])
def test_a_budget_is_between_a_millisecond_and_ten_minutes(budget):
    reading = read_spec(Source(data=document({**BASKET_STEP, "budget_ms": budget})))
    assert [fault.pointer for fault in reading.faults] == ["/steps/0/budget_ms"]


def test_the_earlier_end_counts():
    deadline = Deadline()
    with deadline.within(60_000):
        with deadline.within(1):
            while not deadline.is_over:
                pass
            with pytest.raises(OverBudget):
                deadline.check()
        deadline.check()
        with deadline.within(600_000):
            assert 0 < (deadline.remaining_ms or 0) <= 60_000
    assert deadline.remaining_ms is None


def test_a_cancelled_run_ends_and_keeps_what_was_finished(shop):
    def nobody_waits() -> None:
        raise RunCancelled("This run was cancelled.")

    store, ctx = MemoryStore(), context()
    ctx.deadline.watch = nobody_waits
    with long(patient):
        spec = pattern(BASKET_STEP, {"as": "long", "capability": "shop.long"})
        with pytest.raises(RunCancelled):
            runner.run(spec, {}, ctx, store)
    runner.run(pattern(BASKET_STEP), {}, context(), store)
    assert shop.calls == ["basket"]


def test_a_pattern_with_budgets_has_no_faults():
    with long(patient):
        assert faults_of(pattern(LONG, BASKET_STEP)) == []
