"""Who uses the cluster, known to the kernel.

Two files beside the cluster. The *start mutex* is held while somebody starts or stops the server.
The *users* file carries one shared POSIX record lock per process: the kernel drops it on SIGKILL,
and a fork does not inherit it, so the count of users is never stale. POSIX drops a process's locks
when *any* descriptor of the file is closed, hence one descriptor per process, kept open.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dawsos.db.exceptions import ServerNotStarted
from dawsos.db.places import Cluster

_held: dict[Path, int] = {}  # users file -> descriptor carrying our shared lock
_threads = threading.RLock()


def _forget_parent() -> None:
    """A forked child holds nothing: closing the copies touches no lock but its own."""
    global _threads  # noqa: PLW0603 - the parent's lock may be taken by a thread that is not here
    _threads = threading.RLock()
    for descriptor in _held.values():
        with suppress(OSError):
            os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_forget_parent)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ServerNotStarted(
            f"The data directory {path.parent} cannot be written ({error.strerror}): set "
            "DAWSOS_DATA_DIR to a folder of your own, or set DATABASE_URL."
        ) from error


@contextmanager
def start_mutex(cluster: Cluster) -> Iterator[None]:
    with _threads:
        descriptor = _open(cluster.start_lock)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def is_held(cluster: Cluster) -> bool:
    return cluster.users_lock in _held


def hold(cluster: Cluster) -> None:
    """Be counted as a user. Waits while the last one out is stopping the server."""
    with _threads:
        if is_held(cluster):
            return
        descriptor = _open(cluster.users_lock)
        fcntl.lockf(descriptor, fcntl.LOCK_SH)
        _held[cluster.users_lock] = descriptor


def release(cluster: Cluster) -> None:
    with _threads:
        descriptor = _held.pop(cluster.users_lock, None)
        if descriptor is not None:
            os.close(descriptor)


def alone(cluster: Cluster) -> bool:
    """Try to turn our share into the whole. Call it under the start mutex.

    On failure our own share must go at once: six processes that leave together, each keeping
    its share until its exit, would otherwise strand the server.
    """
    descriptor = _held.get(cluster.users_lock)
    if descriptor is None:
        return False
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        release(cluster)
        return False
    return True
