"""Stored answers are kept by age and by size, and never forgotten while something needs them."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from accounts.identity import as_service
from dawsos.running.pruning import prune
from dawsos.tasks import prune_runs
from patterns import runner
from patterns.models import PatternRun, RunCancellation, StepResult
from patterns.services import DatabaseStore, cancel_run
from patterns.tests.inventions import BASKET_STEP, Shop, context, pattern

pytestmark = pytest.mark.django_db


def ask(size: int, *, days_ago: int = 0) -> PatternRun:
    """A run and its one step; the run as if it had been kept some days ago."""
    spec, ctx = pattern(BASKET_STEP), context(portfolio_id=None)
    run = runner.run(spec, {"size": size}, ctx, DatabaseStore())
    rewrite(run.run_id, "created_at = created_at - make_interval(days => %s)", days_ago)
    return PatternRun.objects.get(pk=run.run_id)


def rewrite(run_id: UUID, change: str, *values: int) -> None:
    """Another row in the place of one that nobody may change: not even the service."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE kept AS SELECT * FROM patterns_patternrun WHERE id = %s", [run_id]
        )
        cursor.execute(f"UPDATE kept SET {change}", values)
        cursor.execute("DELETE FROM patterns_patternrun WHERE id = %s", [run_id])
        cursor.execute("INSERT INTO patterns_patternrun SELECT * FROM kept")
        cursor.execute("DROP TABLE kept")


def test_what_is_older_goes_and_the_rest_stays(shop: Shop) -> None:
    old, new = ask(1, days_ago=31), ask(2, days_ago=29)
    done = prune(keep_days=30, keep_mb=0)
    assert (done.runs, done.steps) == (1, 0)
    assert list(PatternRun.objects.values_list("pk", flat=True)) == [new.pk]
    assert old.run_hash != new.run_hash


def test_a_run_that_went_comes_back_with_its_id_and_its_bytes(shop: Shop) -> None:
    old = ask(1, days_ago=31)
    prune(keep_days=30, keep_mb=0)
    again = ask(1)
    assert (again.pk, again.result_text) == (old.pk, old.result_text)


def test_a_dry_run_tells_and_leaves_all(shop: Shop) -> None:
    ask(1, days_ago=31)
    done = prune(keep_days=30, keep_mb=0, dry_run=True)
    assert done.sentence.startswith("1 runs and 0 step results would go, 0.0 MB.")
    assert PatternRun.objects.count() == 1


def test_of_too_much_the_oldest_goes_first(shop: Shop) -> None:
    """Three results of 30,000 MD5 sums: 960,000 characters each that hardly compress, so one fits
    into a megabyte (1,048,576) and two do not."""
    runs = [ask(size, days_ago=3 - size) for size in range(3)]
    noise = "(SELECT string_agg(md5(n::text || id), '') FROM generate_series(1, 30000) n)"
    for run in runs:
        rewrite(run.pk, f"result_text = {noise}")
    StepResult.objects.all().delete()
    assert prune(keep_days=0, keep_mb=1).runs == 2
    assert list(PatternRun.objects.values_list("pk", flat=True)) == [runs[2].pk]


def test_no_limit_forgets_nothing(shop: Shop) -> None:
    ask(1, days_ago=3_000)
    assert prune(keep_days=0, keep_mb=0).runs == 0


def test_tickets_are_forgotten_after_a_day(shop: Shop) -> None:
    cancel_run(UUID(int=1))
    long_ago = timezone.now() - timedelta(days=2)
    RunCancellation.objects.create(ticket=UUID(int=2), asked_at=long_ago)
    prune(keep_days=0, keep_mb=0)
    assert list(RunCancellation.objects.values_list("pk", flat=True)) == [UUID(int=1)]


@pytest.fixture
def report(transactional_db: None) -> Iterator[None]:
    """A table of some later app, whose rows print a run."""
    with connection.as_owner(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(
            "CREATE TABLE report_of_tests (run_id uuid REFERENCES patterns_patternrun"
            " ON DELETE CASCADE)"
        )
        cursor.execute("GRANT SELECT, INSERT, DELETE ON report_of_tests TO dawsos_service")
    yield
    with connection.as_owner(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("DROP TABLE report_of_tests")


def test_what_a_foreign_key_points_to_stays(report: None, shop: Shop) -> None:
    with as_service("tests"), connection.cursor() as cursor:
        printed, other = ask(1, days_ago=31), ask(2, days_ago=31)
        cursor.execute("INSERT INTO report_of_tests VALUES (%s), (NULL)", [printed.pk])
    done = prune(keep_days=30, keep_mb=0)
    assert (done.runs, done.referred) == (1, 1)
    assert "1 older runs stay: something refers to them." in done.sentence
    with as_service("tests"):
        assert list(PatternRun.objects.values_list("pk", flat=True)) == [printed.pk]
        assert other.pk != printed.pk


def test_the_command_and_the_clock(shop: Shop) -> None:
    ask(1, days_ago=500)
    said = StringIO()
    call_command("prune_runs", "--dry-run", "--json", stdout=said)
    told = json.loads(said.getvalue())
    assert (told["runs"], told["dry_run"]) == (1, True)
    with pytest.raises(CommandError, match="0 or more"):
        call_command("prune_runs", "--days=-1")
    assert prune_runs().startswith("1 runs and")
    assert not PatternRun.objects.exists()
