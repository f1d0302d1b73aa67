"""The embedded server: the first process in starts it, the last one out stops it.

`ensure` is the only way in. It counts this process as a user, and if nothing answers it takes the
start mutex, makes the cluster where there is none, clears what a killed server left, starts the
server, and waits until a connection is accepted: readiness is a connection, never a process id.
"""

import atexit
import os
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg import conninfo, pq

from dawsos.db import binaries, cluster_files, locks, process
from dawsos.db.exceptions import ServerNotStarted
from dawsos.db.places import PORT, Cluster

APP_LOGIN = "dawsos_app"
START_SECONDS = 60
STOP_SECONDS = 30
STILL_IN_USE = "is still in use"  # how PostgreSQL says that a dead server's children live on
_leaving: set[Path] = set()


def ensure(cluster: Cluster) -> None:
    """Return when the server accepts connections; start it if need be."""
    _leave_at_exit(cluster)
    locks.hold(cluster)
    if answers(cluster):
        return
    with locks.start_mutex(cluster):
        if not answers(cluster):
            programs = binaries.programs(cluster.home)
            cluster_files.create(cluster, programs)
            process.clear_stale(cluster)
            _start(cluster, programs)


def answers(cluster: Cluster) -> bool:
    return _ping(cluster) == pq.Ping.OK


def _ping(cluster: Cluster) -> int:
    address = conninfo.make_conninfo(
        host=str(cluster.socket_directory),
        port=PORT,
        user=APP_LOGIN,
        dbname="postgres",
        connect_timeout=5,
    )
    return pq.PGconn.ping(address.encode())


def _start(cluster: Cluster, programs: Path) -> None:
    """Launch until it answers. A killed server's children may need a moment to notice its death;
    until then they keep its shared memory, and the new server declines to start beside them."""
    cluster_files.prepare_socket_directory(cluster)
    cluster_files.trim_log(cluster)
    deadline = time.monotonic() + START_SECONDS
    while not _answers_before(deadline, cluster, _launch(cluster, programs)):
        tail = cluster_files.log_tail(cluster)
        if STILL_IN_USE not in tail or time.monotonic() > deadline:
            raise ServerNotStarted(
                f"The embedded PostgreSQL did not start. Its log {cluster.log} ends:\n{tail}"
            )
        time.sleep(0.1)


def _launch(cluster: Cluster, programs: Path) -> int:
    """Start `postgres` in a session of its own: Ctrl-C in our terminal is not meant for it.

    The shell leaves at once, so the server is nobody's child and can become nobody's zombie.
    """
    started = subprocess.run(
        ["/bin/sh", "-c", '"$@" >>"$DAWSOS_LOG" 2>&1 </dev/null & echo $!', "sh"]
        + [str(programs / "postgres"), "-D", str(cluster.directory)]
        + [f"--{name}={value}" for name, value in cluster_files.parameters(cluster).items()],
        check=True,
        stdout=subprocess.PIPE,
        cwd="/",
        env={**binaries.clean_environment(), "DAWSOS_LOG": str(cluster.log)},
        start_new_session=True,
        **binaries.run_as(),
    )
    return int(started.stdout)


def _answers_before(deadline: float, cluster: Cluster, pid: int) -> bool:
    while not answers(cluster):
        if not process.is_alive(pid) or time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def stop(cluster: Cluster) -> bool:
    """Stop the server whoever uses it; their next connection starts it again."""
    with locks.start_mutex(cluster):
        return _halt(cluster)


def _halt(cluster: Cluster) -> bool:
    pid = process.postmaster(cluster)
    if pid is None:
        return False
    process.ask_to_stop(pid)
    if not process.wait_for_end(pid, STOP_SECONDS):
        process.insist_on_stop(pid)
        process.wait_for_end(pid, STOP_SECONDS)
    return True


def leave(cluster: Cluster) -> None:
    """Count this process out; the last one stops the server, unless it is marked to be kept."""
    if not locks.is_held(cluster) or not cluster.home.exists():
        return
    with locks.start_mutex(cluster):
        if locks.alone(cluster):
            if not cluster.keep_mark.exists():
                _halt(cluster)
            locks.release(cluster)


def _leave_at_exit(cluster: Cluster) -> None:
    if cluster.directory not in _leaving:
        _leaving.add(cluster.directory)
        atexit.register(leave, cluster)


def connect(cluster: Cluster, *, user: str, dbname: str) -> psycopg.Connection:
    """A plain connection, for the commands and tests that look at the server itself."""
    ensure(cluster)
    return psycopg.connect(
        host=str(cluster.socket_directory), port=PORT, user=user, dbname=dbname, autocommit=True
    )


def describe(cluster: Cluster) -> dict[str, object]:
    """What `manage.py db status` prints."""
    running = answers(cluster)
    return {
        "directory": str(cluster.directory),
        "socket": str(cluster.socket_directory),
        "running": running,
        "pid": process.postmaster(cluster) if running else None,
        "kept": cluster.keep_mark.exists(),
        "exists": (cluster.directory / "PG_VERSION").exists() if _may_enter(cluster) else None,
    }


def _may_enter(cluster: Cluster) -> bool:
    return not cluster.directory.exists() or os.access(cluster.directory, os.X_OK)
