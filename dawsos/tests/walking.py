"""Asking every number of a page why, as a reader could: down to what it was looked up from.

A page is read as a browser gets it; what is a link to *why?* there is asked, and each figure is
computed again from what is right below it. A year of days has thousands of nodes underneath, and a
chart thousands of points, so what is deeper is sampled: of each kind of figure (a column of a
table, a tile) some are opened level by level, and ways down from them lead to facts. It is always
the same ones. A commit asks a few figures of every kind, `DAWSOS_FULL_DOSE=1` each of them.
"""

from __future__ import annotations

import os
import random
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.test import Client

from accounts.models import User
from patterns.context import Context
from patterns.exceptions import DawsError
from patterns.explaining import explain
from patterns.explanation import Explanation, breach
from patterns.services import DatabaseStore
from portfolios.selectors.runs import PastRun, context_of, past_run

FULL = bool(os.environ.get("DAWSOS_FULL_DOSE"))
ASKED = 6  # of a kind in a commit: behind a chart stand the days of ten years
OPENED = 4 if FULL else 2  # of a kind
NEAR = 30 if FULL else 15  # nodes of an opened figure that are looked at, level by level
DESCENTS = 2
DEEPEST = 40
NUMBER = re.compile(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b\d+\b")
UNASKED = re.compile(r'(?<!data-why>)<data class="figure__value" value="([^"]*)"')
ASKING = re.compile(r'<a[^>]*href="([^"]*)"[^>]*data-why')


@dataclass
class Walk:
    """What was seen on the way. `wrong` says where and what; `leaves` are addresses of facts."""

    user: User
    client: Client
    figures: int = 0
    nodes: int = 0
    wrong: list[str] = field(default_factory=list)
    leaves: set[str] = field(default_factory=set)
    runs: dict[UUID, tuple[PastRun, Context]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def page(self, address: str) -> int:
        """Ask all numbers of a page that were not asked before. Returns how many it links."""
        found = links(self.client, address)
        opened = _spread(found)
        for href in _dose(found):
            if href not in self.asked:
                self.asked.add(href)
                self._ask(href, address, whole=href in opened)
        return len(found)

    def _ask(self, href: str, page: str, *, whole: bool) -> None:
        parts = urlsplit(href)
        run_id = parts.path.removeprefix("/runs/").removesuffix("/why/")
        if run_id == parts.path.removesuffix("/why/"):
            self._follow(href, page, whole=whole)
            return
        [path] = parse_qs(parts.query)["path"]
        self.figures += 1
        try:
            root = self._root(UUID(run_id), path)
        except DawsError as error:
            self.wrong.append(f"{page} {path}: {error.message}")
            return
        self._judge(root, f"{page} {path}", seed=path, whole=whole)

    def _judge(self, root: Explanation, where: str, *, seed: str, whole: bool) -> None:
        for node in nodes(root, seed=seed) if whole else [root]:
            self.nodes += 1
            if said := breach(node):
                self.wrong.append(f"{where}: {said}")
            if node.source is not None and node.source.href:
                self.leaves.add(node.source.href)

    def _root(self, run_id: UUID, path: str) -> Explanation:
        if run_id not in self.runs:
            past = past_run(self.user, run_id)
            self.runs[run_id] = past, context_of(self.user, past, "walk")
        past, context = self.runs[run_id]
        return explain(past.run, context, path, store=DatabaseStore())

    def _follow(self, href: str, page: str, *, whole: bool) -> None:
        """A number of what is no run leads to a run, or is explained where it leads to; the page
        says where the two differ."""
        reached = self.client.get(href)
        if reached.status_code not in {200, 302}:
            self.wrong.append(f"{page} {href}: {reached.status_code}")
            return
        shown = reached if reached.status_code == 200 else self.client.get(reached["Location"])
        if shown.status_code != 200 or shown.context["shown"] is not None:
            self.wrong.append(f"{page} {href}: {shown.status_code} {shown.context['shown']}")
        if reached.status_code == 302:
            self._ask(reached["Location"], page, whole=whole)
            return
        self.figures += 1
        self._judge(shown.context["root"], f"{page} {href}", seed=href, whole=whole)


def links(client: Client, address: str) -> Sequence[str]:
    """Where the numbers of a page lead to, in their order, each once."""
    response = client.get(address, follow=True)
    assert response.status_code == 200, address
    return list(dict.fromkeys(map(unescape, ASKING.findall(response.content.decode()))))


def unasked(client: Client, address: str) -> list[str]:
    """The figures of a page that are no link to why they are so."""
    html = client.get(address, follow=True).content.decode()
    return UNASKED.findall(html)


def holding_pages(client: Client, portfolio_id: UUID) -> list[str]:
    """The pages of a portfolio's holdings that have a price: of the others there is nothing to ask
    that the list does not say."""
    table = client.get(f"/portfolios/{portfolio_id}/holdings/", follow=True).content.decode()
    found = re.findall(rf'href="(/portfolios/{portfolio_id}/holdings/[^"?]+/)', table)
    return list(dict.fromkeys(found))


def some(things: Sequence[str], count: int) -> list[str]:
    """At most so many, spread over all of them."""
    step = max(1, len(things) // count)
    return list(things[::step])


def _kinds(found: Sequence[str]) -> list[list[str]]:
    """Figures of one column of a table, or one tile, together."""
    kinds: dict[str, list[str]] = {}
    for href in found:
        kinds.setdefault(NUMBER.sub("N", href), []).append(href)
    return list(kinds.values())


def _dose(found: Sequence[str]) -> list[str]:
    """All figures, or of each kind a few."""
    return [href for same in _kinds(found) for href in (same if FULL else _between(same, ASKED))]


def _spread(found: Sequence[str]) -> set[str]:
    """Of each kind of figure that is asked the first, the last and some between."""
    return {href for same in _kinds(_dose(found)) for href in _between(same, OPENED)}


def _between(same: Sequence[str], count: int) -> list[str]:
    """The first, the last and some between, so many at most."""
    last = len(same) - 1
    return list(dict.fromkeys(same[round(at * last / (count - 1))] for at in range(count)))


def nodes(root: Explanation, *, seed: str) -> Iterator[Explanation]:
    """The first nodes of a tree, level by level, and some ways down from its root."""
    waiting, near = deque([root]), 0
    while waiting and near < NEAR:
        node = waiting.popleft()
        near += 1
        yield node
        waiting.extend(node.children[:NEAR])
    chance = random.Random(seed)
    for _ in range(DESCENTS):
        node = root
        for _ in range(DEEPEST):
            if not node.children:
                break
            node = chance.choice(node.children)
            yield node
