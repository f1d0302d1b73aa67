"""Requests for the same answer at the same moment: one computes, the others are served."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.identity import as_service
from patterns import registry, runner
from patterns.context import Context
from patterns.exceptions import RunBusy
from patterns.models import PatternRun
from patterns.plan import plan_for
from patterns.services import DatabaseStore
from patterns.services.turns import lock_key, take_turn
from patterns.tests.inventions import BASKET_STEP, Basket, BasketInput, Shop, context, pattern

pytestmark = pytest.mark.django_db(transaction=True)

READERS = 6


def ask(ctx: Context) -> runner.RunResult:
    with as_service("tests"):
        return runner.run(pattern(BASKET_STEP), {}, ctx, DatabaseStore())


def in_thread(work: Callable[[], Any]) -> Callable[[], Any]:
    def worked() -> Any:
        try:
            return work()
        finally:
            connection.close()

    return worked


def waiting_for_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return int(cursor.fetchone()[0])


def test_of_many_at_once_one_computes_and_all_are_answered(shop: Shop) -> None:
    ctx, barrier = context(portfolio_id=None), Barrier(READERS)

    def reader() -> runner.RunResult:
        barrier.wait()
        return ask(ctx)

    with ThreadPoolExecutor(READERS) as pool:
        found = [each.result() for each in [pool.submit(in_thread(reader)) for _ in range(READERS)]]
    assert shop.calls == ["basket"]
    assert len({run.result_text for run in found}) == 1
    assert sorted(run.cached for run in found) == [False] + [True] * (READERS - 1)


def test_who_waits_is_served_what_was_stored_meanwhile(shop: Shop) -> None:
    """The first is held inside its step until the second stands at the lock."""
    ctx, inside, goes_on = context(portfolio_id=None), Event(), Event()
    plain = shop.basket

    def slow(ctx: Context, args: BasketInput) -> Basket:
        """A basket that takes its time."""
        inside.set()
        assert goes_on.wait(20)
        return plain(ctx, args)

    declared = registry.describe(slow, name="shop.basket", version="1", agent="keeper")
    with registry.temporarily(declared, alone=True), ThreadPoolExecutor(2) as pool:
        first = pool.submit(in_thread(lambda: ask(ctx)))
        assert inside.wait(20)
        second = pool.submit(in_thread(lambda: ask(ctx)))
        while not waiting_for_locks():
            assert not second.done()
        goes_on.set()
        assert (first.result(20).cached, second.result(20).cached) == (False, True)
    assert shop.calls == ["basket"]
    with as_service("tests"):
        assert PatternRun.objects.count() == 1


def test_waiting_ends_with_a_structured_error_and_an_unspoilt_transaction(
    shop: Shop, settings: Any
) -> None:
    settings.PATTERN_WAIT_SECONDS = 0.05
    ctx, taken, done = context(portfolio_id=None), Event(), Event()
    plan = plan_for(pattern(BASKET_STEP))
    run_hash = runner.run_hash_of(plan, {"size": 4}, ctx)

    def hold() -> None:
        with transaction.atomic():
            take_turn(run_hash)
            taken.set()
            assert done.wait(20)

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(in_thread(hold))
        assert taken.wait(20)
        with as_service("tests"), connection.cursor() as cursor:
            with pytest.raises(RunBusy) as refused:
                runner.run(pattern(BASKET_STEP), {}, ctx, DatabaseStore())
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("0",)
        done.set()
        holder.result(20)
    assert (refused.value.code, refused.value.http_status) == ("SYSTEM_5007", 503)
    assert shop.calls == []


def test_a_run_that_failed_leaves_the_turn_to_the_next(shop: Shop) -> None:
    refuse = pattern({"as": "refuse", "capability": "shop.refuse"})
    ctx = context(portfolio_id=None)
    with as_service("tests"):
        runner.run(refuse, {}, ctx, DatabaseStore())
    with as_service("tests"):
        runner.run(refuse, {}, ctx, DatabaseStore())
    assert shop.calls == ["refuse", "refuse"]


def test_a_key_has_sixty_four_bits_with_a_sign() -> None:
    assert lock_key("00" * 32) == 0
    assert lock_key("ff" * 8 + "00" * 24) == -1  # two's complement
    assert lock_key("00" * 7 + "01" + "aa" * 24) == 1
