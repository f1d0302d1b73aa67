"""The set-up: one Makefile, one bootstrap, no surprise on an older machine."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", PROJECT / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_make_alone_lists_every_target():
    makefile = (PROJECT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert targets is not None
    done = subprocess.run(
        ["make", "-s"], check=True, capture_output=True, text=True, cwd=PROJECT, env=quiet()
    )
    listed = [line.split()[1] for line in done.stdout.splitlines()]
    assert listed == targets[1].split()


def quiet() -> dict[str, str]:
    """Our environment without the make that may have started these tests."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}


def test_continuous_integration_runs_the_readmes_command():
    script = PROJECT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text()


def test_pre_commit_needs_no_network():
    config = (PROJECT / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"^\s*- repo: (.+)$", config, re.MULTILINE) == ["local"]


def test_the_bootstrap_can_be_read_by_an_old_python():
    ast.parse((PROJECT / "bootstrap.py").read_text(), feature_version=(3, 6))


def test_an_old_python_is_told_what_to_install(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "OLDEST", (3, 98))
    monkeypatch.setattr(bootstrap, "BEYOND", (3, 99))
    with pytest.raises(SystemExit, match=r"apt-get install python3\.11 python3\.11-venv"):
        bootstrap._on_a_python_that_will_do()


def test_a_shim_without_its_python_does_not_count(bootstrap, tmp_path):
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    assert not bootstrap._works(str(shim))
    assert bootstrap._works(sys.executable)


class TestStamp:
    @pytest.fixture
    def venv(self, tmp_path):
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "python").symlink_to(sys.executable)
        return tmp_path

    def test_nothing_was_installed(self, bootstrap, venv):
        assert not bootstrap._stamp_holds(venv, "app")

    def test_dev_has_all_that_the_app_needs(self, bootstrap, venv):
        (venv / "stamp").write_text(bootstrap._stamp("dev"))
        assert bootstrap._stamp_holds(venv, "app")
        assert bootstrap._stamp_holds(venv, "dev")

    def test_the_app_has_not_all_that_dev_needs(self, bootstrap, venv):
        (venv / "stamp").write_text(bootstrap._stamp("app"))
        assert not bootstrap._stamp_holds(venv, "dev")

    def test_another_lock_is_another_environment(self, bootstrap, venv, monkeypatch):
        (venv / "stamp").write_text(bootstrap._stamp("app"))
        monkeypatch.setitem(bootstrap.LOCKS, "app", bootstrap.LOCKS["tools"])
        assert not bootstrap._stamp_holds(venv, "app")

    def test_an_environment_whose_python_is_gone(self, bootstrap, venv):
        (venv / "stamp").write_text(bootstrap._stamp("app"))
        (venv / "bin" / "python").unlink()
        assert not bootstrap._stamp_holds(venv, "app")


def test_pips_sources_hold_for_uv(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "_pip_settings", lambda: {"index-url": "x", "find-links": "y"})
    monkeypatch.setenv("UV_DEFAULT_INDEX", "z")
    monkeypatch.delenv("UV_FIND_LINKS", raising=False)
    environment = bootstrap._environment()
    assert environment["UV_DEFAULT_INDEX"] == "z"  # uv's own setting wins
    assert environment["UV_FIND_LINKS"] == "y"
