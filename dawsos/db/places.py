"""Where the embedded database lives: pure functions of the environment, nothing is created.

A cluster is a folder in the user's data directory, named by PostgreSQL's major version, so that
a later version begins beside it instead of refusing to read it.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

MAJOR = 18
PORT = "5432"  # part of the socket's name only; no TCP port is opened
# sockaddr_un holds 104 bytes on macOS, 108 on Linux; leave room for the terminating zero.
LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL cluster: its folder, its locks beside it, its socket's folder.

    `durable=False` is for tests: a crash of the machine may lose it, and nobody minds.
    """

    home: Path
    name: str
    durable: bool = True

    @property
    def directory(self) -> Path:
        return self.home / self.name

    @property
    def start_lock(self) -> Path:
        return self.home / f"{self.name}.start"

    @property
    def users_lock(self) -> Path:
        return self.home / f"{self.name}.users"

    @property
    def keep_mark(self) -> Path:
        return self.home / f"{self.name}.keep"

    @property
    def log(self) -> Path:
        return self.directory / "server.log"

    @property
    def socket_directory(self) -> Path:
        """Inside the 0700 data folder; in /tmp under a hashed name where that is too long.

        It depends on the data folder alone, so every process computes the same address.
        """
        if len(os.fsencode(self.directory / f".s.PGSQL.{PORT}.lock")) <= LONGEST_SOCKET_PATH:
            return self.directory
        digest = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:16]
        return Path("/tmp") / f"dawsos-{digest}"  # noqa: S108 - ownership is checked before use


def data_home(environ: Mapping[str, str] = os.environ) -> Path:
    """`DAWSOS_DATA_DIR`; else `/var/lib/dawsos` for root and the user's data directory."""
    if override := environ.get("DAWSOS_DATA_DIR"):
        return Path(override).expanduser().absolute()
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/dawsos")
    return platformdirs.user_data_path("dawsos").absolute()


def cluster(kind: str = "main", environ: Mapping[str, str] = os.environ) -> Cluster:
    if kind == "test":
        return Cluster(data_home(environ), f"pg{MAJOR}-test", durable=False)
    return Cluster(data_home(environ), f"pg{MAJOR}")
