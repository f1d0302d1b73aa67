"""A demo of its own for the browser tests, and a browser to look at it with."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page

from dawsos.demo.portfolios import DEMO_PASSWORD
from dawsos.management.commands.demo import first_free_port
from e2e.browser import chromium, chromium_path, log_in, new_context

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 300  # the first start makes a database and ten years of packs
OWNER = "owner@dawsos.example"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if chromium_path() is None:
        pytest.skip("Chromium is missing. On Debian: apt-get install chromium")
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def address(browser: Browser) -> Iterator[str]:
    """Where the demo answers. Its data directory is thrown away; without a browser none is made.
    A fresh demo that runs already may be named by DAWSOS_E2E_ADDRESS."""
    if running := os.environ.get("DAWSOS_E2E_ADDRESS"):
        yield running
        return
    home = Path(tempfile.mkdtemp(prefix="dawsos-e2e-"))
    home.chmod(0o755)  # started by root, PostgreSQL runs as somebody else and must get in
    port = first_free_port(8200)
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}
    } | {"DAWSOS_DATA_DIR": str(home / "data")}
    with (home / "demo.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/login/", server, home / "demo.log")
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=60)
            shutil.rmtree(home, ignore_errors=True)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urlopen(url, timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"The demo did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A stranger's fresh profile. Whatever the console calls an error fails the test."""
    context = new_context(browser, theme="dark", width=1440)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
    )
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture
def owner(page: Page, address: str) -> Page:
    """The owner of the sample portfolios, on the list of them."""
    log_in(page, address, OWNER, DEMO_PASSWORD)
    return page
