"""A data directory of its own for tests of the embedded server, reachable by its user."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dawsos.db import server
from dawsos.db.places import Cluster


@pytest.fixture
def home() -> Iterator[Path]:
    """Short, because a socket's address must be; open to enter, as root's server is `nobody`."""
    folder = Path(tempfile.mkdtemp(prefix="dawsos-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cluster(home: Path) -> Iterator[Cluster]:
    cluster = Cluster(home, "pg")
    yield cluster
    server.leave(cluster)
    server.stop(cluster)
