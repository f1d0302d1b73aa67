"""The locks name versions and hashes, and never the place they came from."""

import re
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = sorted((PROJECT / "requirements").glob("*.lock"))
ADDRESS = re.compile(r"https?:|git\+|file:|://|@ |--(extra-)?index-url|--find-links|--trusted-host")
PINNED = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+?)(?= |$)")


def requirements(lock: Path) -> dict[str, str]:
    """Each logical line by the name it pins."""
    lines = lock.read_text().replace("\\\n", " ").splitlines()
    found = {}
    for line in lines:
        pinned = PINNED.match(line)
        assert pinned, f"{lock.name}: {line[:60]!r} pins nothing"
        found[pinned[1]] = line
    return found


def test_there_are_five():
    assert [lock.stem for lock in LOCKS] == ["app", "beancount", "dev", "empyrical", "tools"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_it_names_no_address(lock):
    assert ADDRESS.findall(lock.read_text()) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_requirement_has_hashes(lock):
    without = [name for name, line in requirements(lock).items() if "--hash=sha256:" not in line]
    assert without == []


def test_the_front_ends_lock_names_no_address():
    locks = [path for path in PROJECT.glob("package-lock.json") if path.exists()]
    assert [lock for lock in locks if "resolved" in lock.read_text()] == []


def test_dev_holds_all_of_app_at_the_same_versions():
    app, dev = (requirements(PROJECT / "requirements" / f"{kind}.lock") for kind in ("app", "dev"))
    differing = {
        name for name, line in app.items() if dev.get(name, "").split()[0] != line.split()[0]
    }
    assert differing == set()


def test_every_dependency_says_what_it_is_for():
    text = (PROJECT / "pyproject.toml").read_text()
    wanted = tomllib.loads(text)["project"]["dependencies"]
    silent = [need for need in wanted if not re.search(re.escape(f'"{need}"') + r",\s+# \w", text)]
    assert silent == []
