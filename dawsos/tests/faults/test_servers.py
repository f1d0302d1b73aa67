"""The database is killed, the broker is stopped and emptied, the disk is full."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from dawsos.db import binaries, process, server
from dawsos.db.places import Cluster
from dawsos.tests.faults.conftest import Crew, Undisturbed
from dawsos.tests.faults.servers import Celery, Redis, free_port, until
from dawsos.tests.faults.world import portfolio_id

# What a test of ours needs is a database to copy; it is committed, and never touched by Django.
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.faults,
]

FULL = bool(os.environ.get("DAWSOS_FULL_DOSE"))
KILLS = 10 if FULL else 1
WRITERS = 4
needs_redis = pytest.mark.skipif(Redis.program() is None, reason="no redis-server on this machine")
embedded = pytest.mark.skipif(
    not settings.DATABASES["default"].get("EMBEDDED"), reason="that server is not ours to kill"
)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small volume")


@pytest.fixture
def broker(folder: Path) -> Iterator[Redis]:
    made = Redis(free_port())
    made.start()
    yield made
    made.kill()


@pytest.fixture
def production(crew: Crew, broker: Redis, folder: Path) -> Iterator[list[Celery]]:
    """Two workers and a clock that sweeps every second, beside the broker."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dawsos.tests.faults.settings",
        "DAWSOS_FAULTS_DATABASE": str(crew.database["NAME"]),
        "REDIS_URL": f"redis://127.0.0.1:{broker.port}/0",
    }
    log = folder / "celery.log"
    schedule = f"beat -s {folder}/schedule --max-interval 1"
    running = [
        Celery("worker -c 2 --without-gossip --without-mingle", environment=environment, log=log),
        Celery(schedule, environment=environment, log=log),
    ]
    yield running
    for each in running:
        each.stop()


@needs_redis
def test_the_broker_stops_and_comes_back_empty(
    crew: Crew, production: list[Celery], broker: Redis, undisturbed: Undisturbed
) -> None:
    """The night is begun without a message, and the broker dies while it is at work. Nothing but
    rows is left of the night; the sweeper goes on from these."""
    crew.said("start")
    until(lambda: _stages_done(crew) >= 1, "the first stage")
    broker.kill()
    broker.start()

    def is_done() -> bool:
        for each in production:
            each.keep_up()
        return _state(crew) == "done"

    until(is_done, "the end of the night")
    left = crew.said("look")
    assert (left["digest"], left["breached"]) == (undisturbed.digest, [])


def _asked(crew: Crew, question: str) -> Any:
    with crew.owner() as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def _stages_done(crew: Crew) -> int:
    found: int = _asked(crew, "SELECT count(*) FROM dawsos_stagerun WHERE state = 'done'")
    return found


def _state(crew: Crew) -> str:
    found: str = _asked(crew, "SELECT coalesce(max(state), '') FROM dawsos_nightlyrun")
    return found


@pytest.fixture
def own_server(
    filled: str, zygote: subprocess.Popen[str], folder: Path, home: Path
) -> Iterator[tuple[Cluster, Crew]]:
    """A durable server of our own with a copy of the filled database."""
    cluster = Cluster(home, "pg")
    tests = settings.DATABASES["default"]
    server.ensure(cluster)
    programs = binaries.wheel_programs()
    there = ["-h", str(cluster.socket_directory), "-U", "postgres"]
    here = ["-h", tests["HOST"], "-p", tests["PORT"], "-U", "postgres"]
    with server.connect(cluster, user="postgres", dbname="postgres") as connection:
        for role in ("dawsos_web", "dawsos_service"):
            connection.execute(f"CREATE ROLE {role} NOLOGIN")
            connection.execute(f"GRANT {role} TO dawsos_app WITH INHERIT FALSE, SET TRUE")
    dump = subprocess.Popen([programs / "pg_dump", *here, filled], stdout=subprocess.PIPE)
    load: list[str | Path] = [programs / "psql", *there, "-q", "-v", "ON_ERROR_STOP=1", "dawsos"]
    subprocess.run(load, stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True)
    assert dump.stdout is not None
    dump.stdout.close()
    assert dump.wait() == 0
    database = {"NAME": "dawsos", "HOST": str(cluster.socket_directory)}
    yield cluster, Crew(zygote, folder, {**database, "OWN_CLUSTER": str(home)})
    server.leave(cluster)
    server.stop(cluster)


@embedded
def test_the_database_is_killed_under_four_writers_and_a_night(
    own_server: tuple[Cluster, Crew], undisturbed: Undisturbed, folder: Path
) -> None:
    """What was acknowledged is there, each chain is whole, the night ends by itself."""
    cluster, crew = own_server
    enough = folder / "enough"
    writers = [
        crew.begin("write", portfolio=str(portfolio_id(number)), until=str(enough))
        for number in range(WRITERS)
    ]
    night = crew.begin("wait_and_work")
    try:
        for _ in range(KILLS):
            pid = process.postmaster(cluster)
            assert pid is not None
            before = _entries(cluster)
            until(lambda before=before: _entries(cluster) > before + 8, "some entries")  # type: ignore[misc]
            os.kill(pid, 9)
            server.ensure(cluster)
    finally:
        enough.touch()
    acknowledged = {number: crew.wait(pid).said for number, pid in enumerate(writers)}
    assert crew.wait(night).said["state"] == "done"
    for number, entries in acknowledged.items():
        assert entries and set(entries) <= _numbers(cluster, number)
    left = crew.said("look")
    assert left["breached"] == []
    assert left["fresh"] == undisturbed.fresh


def _entries(cluster: Cluster) -> int:
    with server.connect(cluster, user="postgres", dbname="dawsos") as connection:
        row = connection.execute("SELECT count(*) FROM portfolios_transaction").fetchone()
    assert row is not None
    return int(row[0])


def _numbers(cluster: Cluster, number: int) -> set[int]:
    question = "SELECT seq FROM portfolios_transaction WHERE portfolio_id = %s"
    with server.connect(cluster, user="postgres", dbname="dawsos") as connection:
        return {seq for (seq,) in connection.execute(question, [portfolio_id(number)])}


@pytest.fixture
def small_volume(folder: Path) -> Iterator[Path]:
    """Two megabytes that PostgreSQL may write to."""
    where = folder / "small"
    where.mkdir(mode=0o755)
    folder.chmod(0o755)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0755", "dawsos-small", where],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a volume")
    space = where / "space"
    space.mkdir(mode=0o700)
    shutil.chown(space, *binaries.server_owner())
    yield space
    subprocess.run(["umount", where], check=True)


@needs_root
@embedded
def test_a_full_disk_fails_clearly_and_the_night_goes_on_when_there_is_space(
    small_volume: Path, own_server: tuple[Cluster, Crew], undisturbed: Undisturbed
) -> None:
    """The table of figures lies on a volume that something else has filled."""
    cluster, crew = own_server
    with server.connect(cluster, user="postgres", dbname="dawsos") as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{small_volume}'")
        connection.execute("ALTER TABLE portfolios_portfoliometrics SET TABLESPACE small")
        # Pages that are left nearly empty are not filled up: a new row needs a new page.
        connection.execute("ALTER TABLE portfolios_portfoliometrics SET (fillfactor = 10)")
        connection.execute("VACUUM FULL portfolios_portfoliometrics")
    ballast = small_volume / "ballast"
    with pytest.raises(OSError, match="No space left"):
        ballast.write_bytes(b"0" * 4 * 1024 * 1024)
    assert crew.said("work")["state"] == "failed"
    left = crew.said("look")
    stages = {stage: message for stage, _, message in left["stages"]}
    assert "No space left on device" in stages["compute_daily_metrics"]
    assert (left["fresh"], left["breached"]) == (["2013-02-07-ECB-r1"], [])
    ballast.unlink()
    assert crew.said("resume")["state"] == "done"
    left = crew.said("look")
    assert (left["digest"], left["breached"]) == (undisturbed.digest, [])
    with server.connect(cluster, user="postgres", dbname="dawsos") as connection:
        connection.execute("ALTER TABLE portfolios_portfoliometrics SET TABLESPACE pg_default")
        connection.execute("DROP TABLESPACE small")
