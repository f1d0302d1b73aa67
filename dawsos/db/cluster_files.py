"""The cluster's files: made once, whole or not at all."""

import os
import shutil
import stat
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dawsos.db import binaries
from dawsos.db.exceptions import ServerNotStarted
from dawsos.db.places import Cluster

LARGEST_LOG = 5_000_000

# One statement per line: that is how a single-user server reads them. The logins have no
# password because the socket lies in a folder that only its owner may enter.
FIRST_STATEMENTS = """\
CREATE ROLE dawsos_owner LOGIN CREATEDB CREATEROLE NOSUPERUSER NOBYPASSRLS
CREATE ROLE dawsos_app LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS
GRANT dawsos_app TO dawsos_owner WITH ADMIN TRUE, INHERIT FALSE, SET TRUE
CREATE DATABASE dawsos OWNER dawsos_owner
"""

ALWAYS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "shared_buffers": "256MB",
    "wal_buffers": "32MB",
    "max_wal_size": "2GB",
    "dynamic_shared_memory_type": "mmap",  # a container's /dev/shm may hold 64 MB only
}
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def parameters(cluster: Cluster) -> dict[str, str]:
    """The server's command line; quotes around the folder, as it may hold a comma."""
    socket = '"' + str(cluster.socket_directory).replace('"', '""') + '"'
    extra = {} if cluster.durable else FORGETFUL
    return {**ALWAYS, **extra, "unix_socket_directories": socket}


def create(cluster: Cluster, programs: Path) -> None:
    """Make the cluster under another name, roles and database included, then rename it.

    A process killed on the way leaves a `.new` folder, which the next one removes.
    """
    if cluster.directory.exists():
        return
    fresh = cluster.home / f"{cluster.name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    os.chown(fresh, *binaries.server_owner())
    make: list[str | Path] = [programs / "initdb", "-D", fresh, "--username=postgres"]
    make += ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin"]
    make += ["--builtin-locale=C.UTF-8", *([] if cluster.durable else ["--no-sync"])]
    _run(make, home=cluster.home)
    single: list[str | Path] = [programs / "postgres", "--single", "-D", fresh, "-j", "postgres"]
    _run(single, home=cluster.home, text=FIRST_STATEMENTS.replace("\n", ";\n\n"))
    fresh.rename(cluster.directory)


def _run(command: Sequence[str | Path], *, home: Path, text: str = "") -> None:
    done = subprocess.run(
        command,
        check=False,
        input=text,
        capture_output=True,
        text=True,
        cwd="/",
        env=binaries.clean_environment(),
        **binaries.run_as(),
    )
    output = done.stdout + done.stderr
    if done.returncode != 0 or "ERROR:" in output or "FATAL:" in output:
        raise ServerNotStarted(
            f"The embedded PostgreSQL could not be made in {home}: {output.strip()[-600:]}\n"
            "Set DAWSOS_DATA_DIR to another folder, or set DATABASE_URL to a server of yours."
        )


def prepare_socket_directory(cluster: Cluster) -> None:
    """Make the short folder in /tmp, and refuse one that somebody else prepared for us."""
    folder = cluster.socket_directory
    if folder == cluster.directory:
        return
    owner, group = binaries.server_owner()
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, owner, group)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise ServerNotStarted(
            f"{folder} belongs to somebody else or is open to others: remove it, or set "
            "DAWSOS_DATA_DIR to a shorter path."
        )


def trim_log(cluster: Cluster) -> None:
    """Keep the previous log once, so that it never grows without end."""
    with suppress(FileNotFoundError):
        if cluster.log.stat().st_size > LARGEST_LOG:
            cluster.log.replace(cluster.log.with_suffix(".log.1"))


def log_tail(cluster: Cluster, lines: int = 8) -> str:
    try:
        return "\n".join(cluster.log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"
