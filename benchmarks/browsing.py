"""What a browser sees: when the largest part of a page is painted, and what it had to fetch.

Headless Chromium with an empty cache, three visits each; the server's answer is known already.
"""

from __future__ import annotations

import os
import statistics
from typing import Any

from benchmarks.servers import serving
from benchmarks.web import signed_in
from dawsos.demo.portfolios import PORTFOLIOS

VISITS = 3
PAGES = {
    "dashboard": "/",
    "overview": "/portfolios/{}/",
    "performance": "/portfolios/{}/performance/",
    "attribution": "/portfolios/{}/attribution/",
    "transactions": "/portfolios/{}/transactions/",
}
LARGEST_PAINT = """() => new Promise(done => {
    const seen = new PerformanceObserver(list => done(list.getEntries().at(-1).startTime));
    seen.observe({type: "largest-contentful-paint", buffered: true});
    setTimeout(() => done(null), 3000);
})"""
FETCHED = """() => performance.getEntriesByType("resource")
    .filter(it => /\\.(js|css)$/.test(new URL(it.name).pathname))
    .reduce((sum, it) => sum + it.encodedBodySize, 0)"""


def measure() -> list[dict[str, object]]:
    portfolio = PORTFOLIOS[0]
    session, _ = signed_in(portfolio.owner)
    with serving("dawsos.wsgi:application", {"DATABASE_POOL": "4"}) as port:
        return _visited(port, session, str(portfolio.id))


def _visited(port: int, session: str, portfolio: str) -> list[dict[str, object]]:
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the driver's loop runs in this thread
    rows = []
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path="/usr/bin/chromium")
        for name, path in PAGES.items():
            address = f"http://127.0.0.1:{port}{path.format(portfolio)}"
            visits = [_visit(chromium, address, session) for _ in range(VISITS + 1)][1:]
            rows.append(
                {
                    "page": name,
                    "largest_paint_ms": round(statistics.median(paint for paint, _ in visits)),
                    "asked_ms": 1000,
                    "script_and_style_kB": round(visits[0][1] / 1000, 1),
                    "asked_kB": 300,
                }
            )
        chromium.close()
    return rows


def _visit(chromium: Any, address: str, session: str) -> tuple[float, int]:
    name, value = session.split("=", 1)
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": name, "value": value, "url": address}])
    page = context.new_page()
    page.goto(address, wait_until="load")
    painted, fetched = page.evaluate(LARGEST_PAINT), page.evaluate(FETCHED)
    context.close()
    if painted is None:
        raise RuntimeError(f"nothing was painted at {address}")
    return float(painted), int(fetched)
