"""The methods as pages: docs/methods, where every figure's rule has its number."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from dawsos.methods.cases import read_file
from dawsos.methods.verification import Outcome, verify

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "methods"
RULE = re.compile(r"(?P<page>[a-z][a-z-]*)\.(?P<number>[1-9][0-9]?)")
LINK = re.compile(r"(?P<page>[a-z-]+)\.md(?P<anchor>#.*)?")
FIXTURES = FOLDER / "fixtures"


@dataclass(frozen=True)
class Fixture:
    """What proves a rule: a golden case "s02_nav/multi_currency", which `verify_methods` runs, or
    a test "portfolios/tests/test_x.py::test_y"."""

    name: str

    @property
    def is_golden(self) -> bool:
        return "::" not in self.name

    @property
    def file(self) -> str:
        return self.name.partition("/" if self.is_golden else "::")[0]

    @property
    def case(self) -> str:
        return self.name.rpartition("/" if self.is_golden else "::")[2]

    @property
    def words(self) -> str:
        """The name as a sentence: "a day cut by hand"."""
        return self.case.removeprefix("test_").replace("_s_", "’s_").replace("_", " ")


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


@cache
def fixtures() -> dict[str, tuple[Fixture, ...]]:
    """The fixtures of every rule, as docs/methods/fixtures.toml names them."""
    listed = tomllib.loads((FOLDER / "fixtures.toml").read_text("utf-8"))
    return {
        f"{page}.{number}": tuple(map(Fixture, names))
        for page, rules in listed.items()
        for number, names in rules.items()
    }


@cache
def golden_outcomes(file: str) -> tuple[Outcome, ...]:
    """What becomes of the golden cases of a file; none where there is no such file.

    Cases and product are parts of one installation, so a process runs each file but once.
    """
    if file not in {known.stem for known in FIXTURES.glob("*.json")}:
        return ()
    return tuple(verify(read_file(FIXTURES / f"{file}.json")))


def _page(path: Path) -> MethodPage:
    # Raw HTML stays text: these files are ours, and nothing in them needs it.
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(path.read_text("utf-8"))
    title = _title(tokens)
    rules = frozenset(_numbered(tokens))
    _linked(tokens)
    tokens = list(_proven(tokens, path.stem))
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


def _proven(tokens: list[Token], page: str) -> Iterable[Token]:
    """Each rule followed by what proves it."""
    number = ""
    for token in tokens:
        if token.type == "list_item_open" and token.level == 1:
            number = token.info
        if token.type == "list_item_close" and token.level == 1 and number:
            yield Token("html_block", "", 0, content=_proof(fixtures().get(f"{page}.{number}", ())))
            number = ""
        yield token


def _proof(proofs: Iterable[Fixture]) -> SafeString:
    """Golden cases lead to their page; tests name their file, since nothing serves it."""
    said = [
        format_html(
            '<a href="{}#{}">{}</a>',
            reverse("methods:fixtures", args=[one.file]),
            one.case,
            one.words,
        )
        if one.is_golden
        else format_html("{} <code>{}</code>", one.words, one.file.rpartition("/")[2])
        for one in proofs
    ]
    parts = format_html_join(", ", "{}", ((part,) for part in said))
    return format_html('<p class="rule__proof">Proven by: {}</p>', parts)


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
