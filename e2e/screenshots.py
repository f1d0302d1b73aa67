"""Every page in both themes and two widths, as PNG files to be looked at.

    python -m e2e.screenshots http://127.0.0.1:8000/ e2e/artefacts

Fails when a page writes an error to the console (a violated content policy is one) or scrolls
sideways.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, FloatRect, Page

from dawsos.demo.portfolios import DEMO_PASSWORD
from e2e.browser import chromium, log_in, new_context
from e2e.pages import PLACES, find

TALLEST = 6000  # pixels: what lies below repeats what is above


def shoot(browser: Browser, address: str, folder: Path, theme: str, width: int) -> list[str]:
    """Open every page once; returns what was wrong."""
    complaints: list[str] = []
    for reader in dict.fromkeys(place.reader for place in PLACES):
        context = new_context(browser, theme=theme, width=width)
        page = context.new_page()
        page.on("console", _listener(page, f"{theme} {width}", complaints))
        if reader is not None:
            log_in(page, address, reader, DEMO_PASSWORD)
        for place in PLACES:
            if place.reader == reader:
                answer = page.goto(find(place, page, address))
                if answer is None or answer.status != place.status:
                    complaints.append(f"{page.url} {theme} {width}: not answered as expected")
                page.wait_for_load_state("networkidle")
                _picture(page, folder / f"{place.name}-{theme}-{width}.png", width)
                if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                    complaints.append(f"{page.url} {theme} {width}: scrolls sideways")
        context.close()
    return complaints


def _listener(page: Page, seen_as: str, complaints: list[str]) -> Callable[[ConsoleMessage], None]:
    """Keeps what the console calls an error; a page that is refused or missing is meant to be."""

    def heard(message: ConsoleMessage) -> None:
        refused = "404 (Not Found)" in message.text or "403 (Forbidden)" in message.text
        if message.type == "error" and not refused:
            complaints.append(f"{page.url} {seen_as}: {message.text}")

    return heard


def _picture(page: Page, path: Path, width: int) -> None:
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": height}
    page.screenshot(path=path, full_page=True, clip=clip)


def main(address: str, target: str) -> int:
    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    complaints: list[str] = []
    with chromium() as browser:
        for theme in ("dark", "light"):
            for width in (1440, 390):
                complaints += shoot(browser, address, folder, theme, width)
    print("\n".join(complaints) or f"{len(list(folder.glob('*.png')))} pictures, no complaint")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
