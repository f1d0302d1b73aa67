"""Make the environment in `.venv`, then run something in it. Needs Python's standard library only.

    python3 bootstrap.py app -- manage.py demo     what running needs
    python3 bootstrap.py dev -- -m pytest          what developing needs too
    python3 bootstrap.py uv -- pip list            uv itself
    python3 bootstrap.py beancount -- -m beancount.scripts.check FILE   Beancount, apart
    python3 bootstrap.py empyrical -- FILE           a baseline of `make bench`, apart

Beancount has a folder of its own, `.beancount`: it is GPL, optional, and only ever runs as its own
process. So has empyrical, `.empyrical`: nothing but a benchmark needs it. uv is installed into
`.tools` (its exact installs would remove uv from `.venv`), at the version and hashes of
requirements/tools.lock. A stamp remembers what was installed, so a second run touches neither disk
nor network. Several runs at once wait for each other.

This file must be readable by any Python 3.6, to say so politely that 3.11 is needed.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from ctypes.util import find_library
from pathlib import Path

OLDEST, BEYOND = (3, 11), (3, 15)
ROOT = Path(__file__).resolve().parent
TOOLS, VENV = ROOT / ".tools", ROOT / ".venv"
FOLDERS = {
    "app": VENV,
    "dev": VENV,
    "beancount": ROOT / ".beancount",
    "empyrical": ROOT / ".empyrical",
}
LOCKS = {kind: ROOT / "requirements" / f"{kind}.lock" for kind in ("tools", *FOLDERS)}
PANGO = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
PANGO_REMEDY = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
# uv reads its own variables only; what is set for pip should hold too.
SAME_FOR_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}


def main(arguments):
    kind, command = _parse(arguments)
    started = time.monotonic()
    _on_a_python_that_will_do()
    if kind == "uv":
        with _one_at_a_time():
            uv = _uv()
        _run([uv, *command])
        return
    _make_environment(kind)
    os.environ.setdefault("DAWSOS_ENVIRONMENT_SECONDS", f"{time.monotonic() - started:.1f}")
    if command:
        python = str(FOLDERS[kind] / "bin" / "python")
        os.execv(python, [python, *command])  # noqa: S606 - our own environment's Python


def _parse(arguments):
    kind = arguments[0] if arguments else "app"
    rest = arguments[1:]
    if kind not in (*FOLDERS, "uv") or (rest and rest[0] != "--"):
        kinds = "|".join((*FOLDERS, "uv"))
        sys.exit("Use: python3 bootstrap.py {} [-- arguments for Python or uv]".format(kinds))
    return kind, rest[1:]


# --- Python


def _on_a_python_that_will_do():
    """Go on under the first Python from 3.11 on that this machine has."""
    if OLDEST <= sys.version_info[:2] < BEYOND:
        return
    for minor in range(BEYOND[1] - 1, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and _works(found):
            os.execv(found, [found, str(ROOT / "bootstrap.py"), *sys.argv[1:]])  # noqa: S606
    sys.exit(
        "DawsOS needs Python 3.11 to 3.14, and this is {}.{}. Install one (on Debian or Ubuntu: "
        "apt-get install python3.11 python3.11-venv) and try again.".format(*sys.version_info[:2])
    )


def _works(python):
    """A shim of a version manager may be there without its Python."""
    quiet = subprocess.DEVNULL
    return subprocess.call([python, "-c", ""], stdout=quiet, stderr=quiet) == 0


# --- The environment


def _make_environment(kind):
    if _stamp_holds(FOLDERS[kind], kind):
        return
    _say_what_is_missing()
    with _one_at_a_time():
        if not _stamp_holds(FOLDERS[kind], kind):
            uv = _uv()
            _install(uv, kind)


def _stamp(kind):
    """What the environment depends on: the lock, the Python, and the place (scripts name it)."""
    content = LOCKS[kind].read_bytes() + sys.version.encode() + os.fsencode(str(ROOT))
    return hashlib.sha256(content).hexdigest()


def _stamp_holds(folder, kind):
    """True if the folder holds this kind. The dev environment has all that the app needs."""
    if not (folder / "bin" / "python").exists():
        return False
    try:
        found = (folder / "stamp").read_text().strip()
    except OSError:
        return False
    return found in ({_stamp("dev"), _stamp("app")} if kind == "app" else {_stamp(kind)})


def _install(uv, kind):
    folder = FOLDERS[kind]
    print(f"Installing the environment ({kind}) in {folder}", flush=True)
    (folder / "stamp").exists() and (folder / "stamp").unlink()
    _run([uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, folder])
    _run(
        [uv, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode"]
        + ["--python", folder / "bin" / "python", LOCKS[kind]]
    )
    (folder / "stamp").write_text(_stamp(kind) + "\n")


def _uv():
    """The path of uv, installed by pip at a version and hash that we have chosen."""
    uv = TOOLS / "bin" / "uv"
    if _stamp_holds(TOOLS, "tools") and uv.exists():
        return uv
    print(f"Installing uv in {TOOLS}", flush=True)
    _make_tools_environment()
    _run(
        [TOOLS / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes"]
        + ["--disable-pip-version-check", "--no-deps", "-r", LOCKS["tools"]]
    )
    (TOOLS / "stamp").write_text(_stamp("tools") + "\n")
    return uv


def _make_tools_environment():
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian ships Python without it
        import venv  # noqa: PLC0415
    except ImportError:
        sys.exit(
            "This Python cannot make virtual environments. On Debian or Ubuntu: "
            "apt-get install python{}.{}-venv".format(*sys.version_info[:2])
        )
    venv.EnvBuilder(with_pip=True, clear=True, symlinks=True).create(str(TOOLS))


@contextmanager
def _one_at_a_time():
    try:
        lock = (ROOT / ".bootstrap.lock").open("w")
    except OSError as error:
        sys.exit(
            f"The environment cannot be made in {ROOT} ({error.strerror}): clone to a folder of "
            "your own."
        )
    with lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        yield


# --- Commands


def _run(command):
    done = subprocess.run([str(part) for part in command], env=_environment())
    if done.returncode != 0:
        sys.exit(
            "That failed; above is why. Installing needs the network once, and takes an index of "
            "your own from pip's or uv's settings."
        )


def _environment():
    """Ours, with pip's sources for uv where uv has none of its own."""
    environment = dict(os.environ)
    environment.pop("VIRTUAL_ENV", None)
    for name, value in _pip_settings().items():
        theirs = SAME_FOR_UV.get(name)
        if theirs and value and not environment.get(theirs):
            environment[theirs] = value
    # As pip does: any index may have the version. The hashes decide what is accepted.
    environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return environment


def _pip_settings():
    """Every source that pip knows, from its files and from PIP_… variables; the latter win."""
    python = TOOLS / "bin" / "python"
    if not python.exists():
        return {}
    listed = subprocess.run(
        [str(python), "-m", "pip", "config", "list"], stdout=subprocess.PIPE, check=False
    )
    settings = {}
    for line in listed.stdout.decode().splitlines():
        key, _, value = line.partition("=")
        settings[key.rpartition(".")[2]] = " ".join(value.strip("'\"").replace("\\n", " ").split())
    return settings


def _say_what_is_missing():
    if any(find_library(name) is None for name in PANGO):
        print(f"For reports as PDF, install Pango: {PANGO_REMEDY}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
