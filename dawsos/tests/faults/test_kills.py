"""Workers that die, hang, are cut off or come twice: the night ends as if nothing had happened."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from dawsos.night.stages import STAGES
from dawsos.tests.faults.conftest import Answer, Crew, Undisturbed

# What a test of ours needs is a database to copy; it is committed, and never touched by Django.
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.faults,
]

FULL = bool(os.environ.get("DAWSOS_FULL_DOSE"))  # nightly; else a tenth
NIGHTS = 10 if FULL else 1
METRICS = 2
KILLED = -signal.SIGKILL


def ends_as(crew: Crew, undisturbed: Undisturbed, *, but: str = "") -> dict[str, Any]:
    """Nothing doubled, nothing lost, every invariant kept; `but` may be told otherwise."""
    left: dict[str, Any] = crew.said("look")
    assert left["breached"] == []
    expected = {name: digest for name, digest in undisturbed.digest.items() if name != but}
    assert {name: left["digest"][name] for name in expected} == expected
    return left


def instant(chance: random.Random, undisturbed: Undisturbed, position: int) -> int:
    return chance.randint(1, undisturbed.statements[position])


@pytest.mark.parametrize("seed", range(NIGHTS))
def test_killed_inside_every_stage_and_between_all_of_them(
    crew: Crew, undisturbed: Undisturbed, seed: int
) -> None:
    """Fourteen workers: each but the last is killed at an instant of its own."""
    chance = random.Random(seed)
    for position in range(len(STAGES)):
        inside = {"after": instant(chance, undisturbed, position), "how": "kill"}
        assert crew.run("work", faults={position: inside}).status == KILLED
        if position < len(STAGES) - 1:
            assert crew.run("work", faults={position: {"gap": True}}).status == KILLED
    assert crew.said("work")["state"] == "done"
    left = ends_as(crew, undisturbed)
    assert left["fresh"] == undisturbed.fresh


def test_connections_cut_in_every_stage(crew: Crew, undisturbed: Undisturbed) -> None:
    """One worker, cut off once in each stage, waits for the database and ends the night alone."""
    chance = random.Random(7)
    faults = {
        position: {"after": instant(chance, undisturbed, position), "how": "cut"}
        for position in range(len(STAGES))
    }
    assert crew.said("work", faults=faults)["state"] == "done"
    ends_as(crew, undisturbed)


def test_a_stage_that_always_dies_is_given_up_and_yesterday_stays(crew: Crew) -> None:
    """Inside the chunk, whoever has it, its worker dies; the fourth worker is told."""
    poison = {METRICS: {"after": 60, "how": "kill"}}
    ends = [crew.run("work", faults=poison, chunk=20).status for _ in range(3)]
    assert ends == [KILLED] * 3
    assert crew.said("work", chunk=20)["state"] == "failed"
    left = crew.said("look")
    stages = {stage: (state, message) for stage, state, message in left["stages"]}
    state, message = stages["compute_daily_metrics"]
    assert state == "failed"
    assert "died 3 times without an error" in message
    assert stages["mark_pack_fresh"][0] == "pending"
    assert left["fresh"] == ["2013-02-07-ECB-r1"]
    assert left["breached"] == []


def test_a_slow_worker_is_replaced_and_its_late_commit_refused(
    crew: Crew, undisturbed: Undisturbed
) -> None:
    """It stops in the middle of a chunk for longer than its lease of a second."""
    after = undisturbed.statements[METRICS] // 2
    slow = crew.begin("work", lease=1, faults={METRICS: {"after": after, "how": "stop"}})
    stopped(slow)
    assert crew.said("wait_and_work", lease=1)["state"] == "done"
    os.kill(slow, signal.SIGCONT)
    assert crew.wait(slow).status == 0
    left = ends_as(crew, undisturbed)
    assert left["attempts"]["lost"] == 1


def stopped(pid: int) -> None:
    """Until the kernel says that it stands still."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T":
            return
        time.sleep(0.01)
    raise AssertionError("the worker did not stop")


def test_asked_to_leave_a_worker_ends_its_piece(crew: Crew, undisturbed: Undisturbed) -> None:
    left: Answer = crew.run("work", faults={METRICS: {"after": 5, "how": "leave"}})
    assert (left.status, left.said["state"]) == (0, "running")
    assert crew.said("work")["state"] == "done"
    found = ends_as(crew, undisturbed)
    assert set(found["attempts"]) == {"done"}


def test_a_piece_that_takes_too_long_is_let_go(crew: Crew, undisturbed: Undisturbed) -> None:
    """It was asked to leave and hangs: what it has is given back, and the attempt counts not."""
    hanging = {METRICS: {"after": undisturbed.statements[METRICS] // 2, "how": "hang"}}
    left = crew.said("work", grace=0.2, faults=hanging)
    assert left["handed_over"]
    assert crew.said("work")["state"] == "done"
    found = ends_as(crew, undisturbed)
    assert found["attempts"]["handed_over"] == 1
    assert "lost" not in found["attempts"]


def test_twenty_triggers_and_four_workers_make_one_night(
    crew: Crew, undisturbed: Undisturbed
) -> None:
    pids = [crew.begin("work") for _ in range(20)]
    assert [crew.wait(pid).status for pid in pids] == [0] * 20  # polite, all of them
    assert crew.said("work")["state"] == "done"
    left = ends_as(crew, undisturbed)
    assert set(left["attempts"]) == {"done"}


def with_a_helper(crew: Crew, how: str, after: int) -> Answer:
    """A night of two processes; the second comes to grief inside its first chunk."""
    return crew.run("share", how=how, after=after, struck=str(crew.file("struck")))


@pytest.mark.parametrize("seed", range(NIGHTS))
def test_a_helper_is_killed_and_its_chunk_done_by_the_other(
    crew: Crew, undisturbed: Undisturbed, seed: int
) -> None:
    answer = with_a_helper(crew, "kill", random.Random(seed).randint(1, 60))
    assert answer.said == {"state": "done"}
    left = ends_as(crew, undisturbed)
    assert left["attempts"]["lost"] == 1


def test_a_helper_whose_caller_is_killed_ends_its_piece_and_leaves(
    crew: Crew, undisturbed: Undisturbed
) -> None:
    assert with_a_helper(crew, "orphan", 20).status == KILLED
    assert crew.said("wait_and_work")["state"] == "done"
    left = ends_as(crew, undisturbed)
    assert left["attempts"]["lost"] == 1  # the caller's own


def test_asked_to_leave_a_night_of_two_ends_both_pieces(
    crew: Crew, undisturbed: Undisturbed
) -> None:
    assert with_a_helper(crew, "dismiss", 20).said == {"state": "running"}
    assert crew.said("work")["state"] == "done"
    left = ends_as(crew, undisturbed)
    assert set(left["attempts"]) == {"done"}


def test_half_of_the_closes_are_late_and_come_after_all(
    crew: Crew, undisturbed: Undisturbed
) -> None:
    """No pack is sealed over such a hole and yesterday's stays. When they have come the night is
    resumed, and ends as any other."""
    later = "UPDATE market_priceobservation SET available_at = available_at + interval '{days} day'"
    half = " WHERE observed_on = '2013-02-08' AND security_id IN (SELECT id FROM market_security"
    half += " WHERE symbol < 'S100')"
    with crew.owner() as connection:
        connection.execute(later.format(days=9) + half)
    assert crew.said("work")["state"] == "failed"
    left = crew.said("look")
    assert "The pack of 2013-02-08 is not sealed" in left["stages"][0][2]
    assert (left["fresh"], left["breached"]) == (["2013-02-07-ECB-r1"], [])
    with crew.owner() as connection:
        connection.execute(later.format(days=-9) + half)
    assert crew.said("resume")["state"] == "done"
    left = ends_as(crew, undisturbed, but="stages")  # the failed one has counted the observations
    assert {state for _, state, _ in left["stages"]} == {"done"}
