"""What axe-core says of a page: the rules of WCAG 2.2 at levels A and AA."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The thirtieth row of a table is made by the template that made the first.
ASK = """levels => axe.run(
    {exclude: ['tbody tr:nth-child(n+30)']},
    {runOnly: levels, resultTypes: ['violations']},
).then(found => found.violations)"""


def violations(page: Page) -> list[str]:
    """A line for each broken rule: how often, and the first place with what would mend it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return [_line(found) for found in page.evaluate(ASK, LEVELS)]


def _line(found: dict[str, Any]) -> str:
    first = found["nodes"][0]
    return f"{found['id']} × {len(found['nodes'])}: {first['html']} {first['failureSummary']}"
