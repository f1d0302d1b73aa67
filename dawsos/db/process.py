"""The server's process: is it there, is it ours, is it dead but unburied?

`postmaster.pid` alone proves nothing. After a kill -9 the number may belong to a zombie or to a
stranger, and PostgreSQL would refuse to start because of it.
"""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from dawsos.db.places import PORT, Cluster


def is_alive(pid: int) -> bool:
    """True for a running process; a zombie is not one."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _state_and_command(pid).startswith("Z")


def _state_and_command(pid: int) -> str:
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        with suppress(OSError):
            state = stat.read_text().rpartition(")")[2].split()[0]
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
            return f"{state} {os.fsdecode(command)}"
        return "Z"  # it ended between the two reads
    done = subprocess.run(
        ["ps", "-o", "stat=,command=", "-p", str(pid)],
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip() or "Z"


def postmaster(cluster: Cluster) -> int | None:
    """The id of the living server of this very cluster, if there is one."""
    try:
        pid = int((cluster.directory / "postmaster.pid").read_text().split("\n")[0])
    except (OSError, ValueError):
        return None
    if not is_alive(pid):
        return None
    return pid if str(cluster.directory) in _state_and_command(pid) else None


def clear_stale(cluster: Cluster) -> None:
    """Remove what a dead server left. Call it under the start mutex, when nothing answers.

    A living server of ours that does not answer has lost its socket (a cleaner of /tmp, say):
    it is stopped, so that the next one starts with a fresh socket.
    """
    pid = postmaster(cluster)
    if pid is not None:
        ask_to_stop(pid)
        if wait_for_end(pid, 30):
            return
        insist_on_stop(pid)
        wait_for_end(pid, 30)
    (cluster.directory / "postmaster.pid").unlink(missing_ok=True)
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (cluster.socket_directory / name).unlink(missing_ok=True)


def ask_to_stop(pid: int) -> None:
    """PostgreSQL's "fast" stop: sessions end, everything is written."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)


def insist_on_stop(pid: int) -> None:
    """PostgreSQL's "immediate" stop: the write-ahead log mends it at the next start."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGQUIT)


def wait_for_end(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
