"""Databases to ruin, each a copy of one that is filled once, and workers to kill in them."""

from __future__ import annotations

import itertools
import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from dawsos.db.owner import owner_parameters

PATIENCE = 100.0
ROOT = Path(__file__).resolve().parents[3]
_numbers = itertools.count()


@dataclass(frozen=True)
class Answer:
    """How a worker ended (negative: the signal that killed it), and what it said."""

    status: int
    said: Any


@dataclass
class Crew:
    """Workers of one database, forked from a process that has everything loaded."""

    zygote: subprocess.Popen[str]
    folder: Path
    database: dict[str, Any]
    pids: list[int] = field(default_factory=list)

    def begin(self, do: str, **order: Any) -> int:
        said = str(self.file("said"))
        pid: int = self._ask({"do": do, "database": self.database, "said": said, **order})["pid"]
        self.pids.append(pid)
        return pid

    def file(self, what: str) -> Path:
        """A place in the folder that nobody else has."""
        return self.folder / f"{what}-{os.getpid()}-{next(_numbers)}"

    def wait(self, pid: int) -> Answer:
        answer = self._ask({"wait": pid})
        self.pids.remove(pid)
        said = answer["said"]
        return Answer(answer["status"], json.loads(said) if answer["status"] == 0 else said)

    def run(self, do: str, **order: Any) -> Answer:
        return self.wait(self.begin(do, **order))

    def said(self, do: str, **order: Any) -> Any:
        """For orders that are to succeed."""
        answer = self.run(do, **order)
        assert answer.status == 0, answer
        return answer.said

    def owner(self) -> psycopg.Connection:
        """A connection of the owner's login, tenants' policies aside."""
        login = {**owner_parameters(settings.DATABASES["default"]), "dbname": self.database["NAME"]}
        return psycopg.connect(**login, autocommit=True)

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self.zygote.stdin is not None and self.zygote.stdout is not None
        self.zygote.stdin.write(json.dumps(order) + "\n")
        self.zygote.stdin.flush()
        ready, _, _ = select.select([self.zygote.stdout], [], [], PATIENCE)
        assert ready, f"no answer to {order}"
        answer: dict[str, Any] = json.loads(self.zygote.stdout.readline())
        return answer


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dawsos-faults-") as made:
        yield Path(made)


@pytest.fixture(scope="session")
def zygote(folder: Path) -> Iterator[subprocess.Popen[str]]:
    with (folder / "workers.log").open("w") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "dawsos.tests.faults.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=ROOT,
        )
        yield running
        assert running.stdin is not None
        running.stdin.close()
        running.wait(timeout=30)
        assert running.stdout is not None
        running.stdout.close()


def as_owner(statement: str) -> None:
    """Outside of any database of ours."""
    login = {**owner_parameters(settings.DATABASES["default"]), "dbname": "postgres"}
    with psycopg.connect(**login, autocommit=True) as outside:
        outside.execute(statement)


@pytest.fixture(scope="session")
def filled(django_db_setup: None, zygote: subprocess.Popen[str], folder: Path) -> Iterator[str]:
    """The name of a database that holds the world of these tests."""
    tests = str(connection.settings_dict["NAME"])
    name = f"{tests}_faults"
    connection.close()
    as_owner(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    as_owner(f'CREATE DATABASE "{name}" TEMPLATE "{tests}"')
    answer = Crew(zygote, folder, {"NAME": name}).run("fill")
    assert answer.status == 0, answer
    yield name
    as_owner(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def crew(filled: str, zygote: subprocess.Popen[str], folder: Path) -> Iterator[Crew]:
    """Workers in a copy of that database."""
    name = f"{filled}_one"
    as_owner(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    as_owner(f'CREATE DATABASE "{name}" TEMPLATE "{filled}"')
    made = Crew(zygote, folder, {"NAME": name})
    yield made
    for pid in [*made.pids]:
        os.kill(pid, 9)
        made.wait(pid)
    as_owner(f'DROP DATABASE "{name}" WITH (FORCE)')


@dataclass(frozen=True)
class Undisturbed:
    """What a night leaves that nothing happens to, and how many statements its stages take."""

    digest: dict[str, str]
    fresh: list[str]
    statements: dict[int, int]


@pytest.fixture(scope="session")
def undisturbed(filled: str, zygote: subprocess.Popen[str], folder: Path) -> Iterator[Undisturbed]:
    name = f"{filled}_calm"
    as_owner(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    as_owner(f'CREATE DATABASE "{name}" TEMPLATE "{filled}"')
    calm = Crew(zygote, folder, {"NAME": name})
    statements = {int(place): count for place, count in calm.said("count").items()}
    left = calm.said("look")
    assert (left["breached"], left["stages"][-1][1]) == ([], "done"), left["stages"]
    yield Undisturbed(left["digest"], left["fresh"], statements)
    as_owner(f'DROP DATABASE "{name}" WITH (FORCE)')
