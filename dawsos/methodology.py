"""The methods as pages: docs/methods, where every figure's rule has its number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "methods"
RULE = re.compile(r"(?P<page>[a-z][a-z-]*)\.(?P<number>[1-9][0-9]?)")
LINK = re.compile(r"(?P<page>[a-z-]+)\.md(?P<anchor>#.*)?")


@dataclass(frozen=True)
class MethodPage:
    """A page of rules. `rules` are their numbers."""

    slug: str
    title: str
    html: SafeString
    rules: frozenset[int]


@cache
def method_pages() -> dict[str, MethodPage]:
    """Every page of the folder by its name, read once."""
    return {path.stem: _page(path) for path in sorted(FOLDER.glob("*.md"))}


def rule_place(rule: str) -> tuple[MethodPage, int] | None:
    """The page and number of a rule such as `valuation.1`; None for one that is not written."""
    found = RULE.fullmatch(rule)
    page = method_pages().get(found["page"]) if found else None
    if found is None or page is None or int(found["number"]) not in page.rules:
        return None
    return page, int(found["number"])


def _page(path: Path) -> MethodPage:
    # Raw HTML stays text: these files are ours, and nothing in them needs it.
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(path.read_text("utf-8"))
    title = _title(tokens)
    rules = frozenset(_numbered(tokens))
    _linked(tokens)
    html = markdown.renderer.render(tokens[3:], markdown.options, {})
    # What the library renders from our own text with raw HTML off is safe to show.
    return MethodPage(path.stem, title, SafeString(html), rules)


def _title(tokens: list[Token]) -> str:
    """The first heading, which the page shows in its own place."""
    if len(tokens) < 3 or tokens[0].type != "heading_open":
        raise ValueError("a page of methods begins with its title")
    return tokens[1].content


def _numbered(tokens: list[Token]) -> list[int]:
    """Give each numbered rule its anchor; rules of nested lists have none."""
    found: list[int] = []
    for token in tokens:
        if token.type == "list_item_open" and token.level == 1 and token.info:
            token.attrSet("id", f"rule-{token.info}")
            token.attrSet("class", "rule")
            found.append(int(token.info))
    return found


def _linked(tokens: list[Token]) -> None:
    """Links to other pages of methods lead to their addresses; links to files of the house are
    text, since nothing serves them."""
    for token in tokens:
        for child in token.children or ():
            if child.type != "link_open":
                continue
            target = LINK.fullmatch(str(child.attrGet("href") or ""))
            if target and (FOLDER / f"{target['page']}.md").exists():
                child.attrSet("href", f"/methods/{target['page']}/{target['anchor'] or ''}")
            elif not str(child.attrGet("href")).startswith(("http", "#")):
                child.attrs.pop("href", None)
