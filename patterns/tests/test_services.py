from collections.abc import Callable

import pytest
from django.contrib.admin.sites import site
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from patterns import registry, runner
from patterns.context import Context
from patterns.models import PatternRun, StepResult
from patterns.selectors import recent_runs, run_by_id
from patterns.services import DatabaseStore, record_run
from patterns.tests.inventions import (
    BASKET_STEP,
    SHARE_STEP,
    Label,
    NothingAsked,
    context,
    pattern,
)

REFUSE = {"as": "refuse", "capability": "shop.refuse"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


def public(**changes: object) -> Context:
    """Without a portfolio, so that no foreign key asks for one."""
    return context(portfolio_id=None, **changes)


def test_a_run_is_kept_with_all_that_determined_it():
    run = runner.run(pattern(BASKET_STEP), {"size": 3}, public(market_head=7), DatabaseStore())
    row = PatternRun.objects.get(pk=run.run_id)
    assert (row.pattern_id, row.inputs, row.state) == ("fruit", {"size": 3}, "complete")
    assert (row.pack_id, row.ledger_commit_hash) == ("2013-02-28-ECB-r1", "c" * 64)
    assert (row.result_text, row.result_hash) == (run.result_text, run.result_hash)
    assert (row.market_head, row.engine_version) == (7, "1")


def test_a_stored_run_is_served_in_one_query(shop, django_assert_num_queries):
    first = runner.run(pattern(BASKET_STEP), {}, public(), DatabaseStore())
    with django_assert_num_queries(1):
        again = runner.run(pattern(BASKET_STEP), {}, public(), DatabaseStore())
    assert shop.calls == ["basket"]
    assert again.cached
    assert again.result_text == first.result_text
    assert (again.run_id, again.inputs) == (first.run_id, first.inputs)


def test_a_stored_step_gives_the_same_bytes(shop):
    cold = runner.run(pattern(BASKET_STEP, SHARE_STEP), {}, public(), DatabaseStore())
    PatternRun.objects.all()._raw_delete("default")
    warm = runner.run(pattern(BASKET_STEP, SHARE_STEP), {}, public(), DatabaseStore())
    assert shop.calls == ["basket", "share"]
    assert warm.result_text == cold.result_text
    assert [step["cache_hit"] for step in warm.trace["steps"]] == [True, True]
    assert warm.trace["states"] == cold.trace["states"]
    assert warm.trace["sources"] == cold.trace["sources"]


def test_a_failed_run_is_recorded_and_never_served(shop):
    spec = pattern(REFUSE, BASKET_STEP)
    run = runner.run(spec, {}, public(), DatabaseStore())
    runner.run(spec, {}, public(), DatabaseStore())
    assert PatternRun.objects.filter(run_hash=run.run_hash, state="partial").count() == 2
    assert shop.calls.count("refuse") == 2
    assert PatternRun.objects.get(pk=run.run_id).errors[0]["message"] == "The shop is closed."


def test_whoever_comes_second_leaves_what_is_there():
    run = runner.run(pattern(BASKET_STEP), {}, public(), DatabaseStore())
    record_run(run, public())
    assert PatternRun.objects.filter(run_hash=run.run_hash).count() == 1
    assert StepResult.objects.filter(capability="shop.basket").count() == 1


def test_the_database_keeps_one_complete_run_per_hash():
    run = runner.run(pattern(BASKET_STEP), {}, public(), DatabaseStore())
    row = PatternRun.objects.get(pk=run.run_id)
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_query_that_fails_in_a_step_spoils_no_other_step(shop):
    def divides(ctx: Context, args: NothingAsked) -> Label:
        """A statement that the database refuses."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return Label(text="never")

    declared = registry.describe(divides, name="shop.divides", version="1", agent="keeper")
    with registry.temporarily(declared):
        spec = pattern({"as": "broken", "capability": "shop.divides"}, BASKET_STEP)
        run = runner.run(spec, {}, public(), DatabaseStore())
    assert run.state == "partial"
    assert list(run.result) == ["basket"]
    assert run.errors[0]["code"] == "SYSTEM_5003"
    assert PatternRun.objects.filter(pk=run.run_id).exists()


def test_a_step_that_fails_takes_nothing_of_those_before_with_it(shop):
    def asks(ctx: Context, args: NothingAsked) -> Label:
        """What the transaction calls itself, said by the step before or by nobody."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('application_name')")
            before = str(cursor.fetchone()[0])
            cursor.execute("SELECT set_config('application_name', 'a step was here', true)")
        return Label(text=before)

    def fails(ctx: Context, args: NothingAsked) -> Label:
        """A statement that the database refuses, after one that it does not."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', 'undone', true)")
            cursor.execute("SELECT 1 / 0")
        return Label(text="never")

    names = {"asks": asks, "fails": fails, "again": asks}
    declared = [
        registry.describe(step, name=f"shop.{name}", version="1", agent="keeper")
        for name, step in names.items()
    ]
    with registry.temporarily(*declared):
        steps = [{"as": name, "capability": f"shop.{name}"} for name in names]
        run = runner.run(pattern(*steps), {}, public(), DatabaseStore())
    assert run.state == "partial"
    assert run.result["again"] == {"text": "a step was here"}


def test_only_a_step_after_something_was_asked_sets_a_savepoint(shop):
    declared = [
        registry.describe(
            quiet_step(number), name=f"shop.quiet_{number}", version="1", agent="keeper"
        )
        for number in range(5)
    ]
    with registry.temporarily(*declared), CaptureQueriesContext(connection) as asked:
        steps = [
            {"as": f"quiet_{number}", "capability": f"shop.quiet_{number}"} for number in range(5)
        ]
        assert runner.run(pattern(*steps), {}, public(), DatabaseStore()).state == "complete"
    said = [it["sql"].split(" ")[0] for it in asked]
    assert (said.count("SAVEPOINT"), said.count("RELEASE")) == (1, 1)


def quiet_step(number: int) -> Callable[[Context, NothingAsked], Label]:
    def quiet(ctx: Context, args: NothingAsked) -> Label:
        """Nothing that the database would have to be asked for."""
        return Label(text=str(number))

    return quiet


def test_a_stored_step_costs_one_query(django_assert_num_queries):
    runner.run(pattern(BASKET_STEP), {}, public(), DatabaseStore())
    other = pattern(BASKET_STEP, id="other")
    # the run looked for, its turn, looked for again, the step, the run kept in a savepoint of two
    with django_assert_num_queries(5):
        runner.run(other, {}, public(), DatabaseStore())


def test_a_past_run_can_be_looked_at():
    run = runner.run(pattern(BASKET_STEP), {}, public(), DatabaseStore())
    found = run_by_id(run.run_id)
    assert found is not None
    assert (found.result, found.trace) == (run.result, run.trace)
    assert [row.id for row in recent_runs(None)][:1] == [run.run_id]


@pytest.mark.parametrize("model", [PatternRun, StepResult])
def test_history_is_read_only_in_the_admin(model, rf: RequestFactory):
    page, request = site._registry[model], rf.get("/")
    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)
