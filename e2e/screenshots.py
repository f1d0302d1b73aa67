"""Every page in both themes and two widths, as PNG files to be looked at.

    python -m e2e.screenshots http://127.0.0.1:8000/ e2e/artefacts

Fails when a page writes an error to the console (a violated content policy is one) or scrolls
sideways.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage

from dawsos.demo.portfolios import DEMO_PASSWORD, PORTFOLIOS
from e2e.browser import chromium, log_in, new_context

HOME_BIAS = "11111111-1111-1111-1111-111111111111"
OWNER = "owner@dawsos.example"


def pages(ledger_demo: str) -> dict[str, str]:
    return {
        "dashboard": "",
        "data-health": "data-health/",
        "data-health-portfolio": f"portfolios/{HOME_BIAS}/data-health/",
        "runs": "runs/",
        "portfolios": "portfolios/",
        "overview": f"portfolios/{ledger_demo}/",
        "overview-partial": f"portfolios/{HOME_BIAS}/",
        "overview-restated": f"portfolios/{ledger_demo}/?asof=2013-02-27",
        "performance": f"portfolios/{ledger_demo}/performance/",
        "performance-year": f"portfolios/{ledger_demo}/performance/?period=1Y&hedged=1",
        "performance-withheld": f"portfolios/{HOME_BIAS}/performance/",
        "transactions": f"portfolios/{ledger_demo}/transactions/",
        "transactions-empty": f"portfolios/{ledger_demo}/transactions/?symbol=NONE",
        "entry": f"portfolios/{ledger_demo}/transactions/210/",
        "entry-new": f"portfolios/{ledger_demo}/transactions/new/?entry_type=SELL",
        "entry-correct": f"portfolios/{ledger_demo}/transactions/210/correct/",
        "entry-undo": f"portfolios/{ledger_demo}/transactions/210/undo/",
        "holdings": f"portfolios/{ledger_demo}/holdings/",
        "holdings-withheld": f"portfolios/{HOME_BIAS}/holdings/",
        "actions": f"portfolios/{ledger_demo}/actions/",
        "policies": f"portfolios/{ledger_demo}/settings/",
        "transfer": f"portfolios/{ledger_demo}/transfer/",
        "import": f"portfolios/{ledger_demo}/import/",
        "imports": f"portfolios/{ledger_demo}/imports/",
        "reconciliation": f"portfolios/{ledger_demo}/reconciliation/",
        "packs": "packs/",
        "pack": "packs/2013-02-28-ECB-r1/",
        "pack-superseded": "packs/2013-02-27-ECB-r1/",
        "restatement": "packs/2013-02-27-ECB-r2/restatement/",
        "pricing-policies": "packs/policies/",
        "quarantine": "packs/quarantine/",
        "profile": "profile/",
        "password": "password/",
        "api": "api/docs/",
        "missing": "portfolios/00000000-0000-0000-0000-000000000000/",
    }


def shoot(browser: Browser, address: str, folder: Path, theme: str, width: int) -> list[str]:
    """Open every page once; returns what was wrong."""
    complaints: list[str] = []
    context = new_context(browser, theme=theme, width=width)
    page = context.new_page()

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and "404 (Not Found)" not in message.text:
            complaints.append(f"{page.url} {theme} {width}: {message.text}")

    page.on("console", heard)
    page.goto(f"{address}login/")
    page.screenshot(path=folder / f"login-{theme}-{width}.png", full_page=True)
    log_in(page, address, OWNER, DEMO_PASSWORD)
    for name, path in pages(str(PORTFOLIOS[0].id)).items():
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}-{theme}-{width}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        if wide:
            complaints.append(f"{page.url} {theme} {width}: scrolls sideways")
    context.close()
    return complaints


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
