"""A headless Chromium of the system, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def chromium_path() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; a sentence with the remedy where it is not installed."""
    path = chromium_path()
    if path is None:
        raise SystemExit("Chromium is missing. On Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def new_context(
    browser: Browser, *, theme: str, width: int, languages: str = "en-CA"
) -> BrowserContext:
    """A fresh profile in a colour scheme and a width (phones are taller than wide). Canada's
    English writes days as ISO 8601 does, which tests can look for."""
    return browser.new_context(
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": width, "height": 844 if width < 600 else 900},
        reduced_motion="reduce",
        extra_http_headers={"Accept-Language": languages},
    )


def log_in(page: Page, address: str, email: str, password: str) -> None:
    page.goto(f"{address}login/")
    page.fill("input[type=email]", email)
    page.fill("input[type=password]", password)
    page.press("input[type=password]", "Enter")
    page.wait_for_load_state("networkidle")
