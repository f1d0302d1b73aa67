"""PostgreSQL's programs and the doors to them: copied where they must be, in the right role."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection

from dawsos.db import binaries
from dawsos.db.backend.client import DatabaseClient
from dawsos.db.exceptions import RolesNotReady
from dawsos.db.owner import owner_parameters

PROJECT = Path(__file__).resolve().parents[2]


def test_a_copy_of_the_programs_runs_with_the_libraries_it_came_with(home):
    copy = binaries._copied(binaries.wheel_programs(), home)
    assert copy.is_relative_to(home)
    assert binaries.reachable(copy / "postgres")
    assert binaries._copied(binaries.wheel_programs(), home) == copy  # once is enough


def test_a_program_that_cannot_be_reached(home):
    assert not binaries.reachable(home / "postgres")


def test_no_variable_redirects_the_server(monkeypatch):
    monkeypatch.setenv("PGDATA", "/elsewhere")
    monkeypatch.setenv("LC_MESSAGES", "de_DE")
    assert {"PGDATA", "LC_MESSAGES"}.isdisjoint(binaries.clean_environment())


def test_psql_steps_down_as_the_application_does():
    database = {"NAME": "d", "USER": "owner", "OPTIONS": {"assume_role": "dawsos_app"}}
    arguments, environment = DatabaseClient.settings_to_cmd_args_env(database, ["-At"])
    assert arguments == ["psql", "-U", "owner", "-At", "d"]
    assert environment == {"PGOPTIONS": "-c role=dawsos_app"}


def dbshell(*options: str) -> str:
    """Who psql is, asked through the command as a person would."""
    done = subprocess.run(
        [sys.executable, "manage.py", "dbshell", *options, "--", "-Atc", "SELECT current_user"],
        check=True,
        capture_output=True,
        text=True,
        cwd=PROJECT,
    )
    return done.stdout.strip()


@pytest.mark.skipif(not settings.DATABASES["default"].get("EMBEDDED"), reason="psql of the wheel")
def test_dbshell_is_the_application_unless_asked_for_the_owner():
    assert dbshell() == "dawsos_app"
    assert dbshell("--owner") == "dawsos_owner"


@pytest.mark.django_db(transaction=True)
def test_a_role_that_is_missing_is_answered_with_the_remedy(monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "assume_role", "dawsos_nobody")
    with pytest.raises(OperationalError, match=r"run `python manage\.py migrate`") as caught:
        connection.ensure_connection()
    assert isinstance(caught.value.__cause__, RolesNotReady)
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_the_owners_login_works_beside_django():
    connection.ensure_connection()
    with psycopg.connect(**owner_parameters(connection.settings_dict)) as beside:
        (login,) = beside.execute("SELECT current_user").fetchone() or ("",)
    assert login != "dawsos_app"
