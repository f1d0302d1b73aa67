"""An explanation as a page draws it: text to display, as deep and as wide as fits a screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from patterns.canonical import plain
from patterns.explanation import FORMAT_OF, Explanation, Source
from patterns.formats import display, number
from patterns.results import State

DEPTH: Final = 4
WIDTH: Final = 12
LINES: Final = 150  # beyond it a tree is no explanation any more, and slow to draw


@dataclass(frozen=True, kw_only=True, slots=True)
class WhyNode:
    """One line of the tree. `place` leads to it from the root; `hidden` children are not shown
    here, because there are too many. What is too deep `is_closed`: nobody counted its children,
    which may take long to make, and the node can be opened by itself."""

    label: str
    text: str
    raw: str
    is_negative: bool
    state: State
    reason: str
    formula: str
    rule: str
    source: Source | None
    parameters: tuple[tuple[str, str], ...]
    place: str
    children: tuple["WhyNode", ...]
    hidden: int
    is_closed: bool


def why_tree(
    root: Explanation, place: Sequence[int] = (), *, depth: int = DEPTH, width: int = WIDTH
) -> WhyNode | None:
    """The node at a place of the tree with what is below it; None where there is no such node.

    Levels are opened from the top as long as they fit in `LINES` lines; what is deeper can be
    opened by itself.
    """
    found = root.at(place)
    if found is None:
        return None
    return _drawn(found, tuple(place), _opened(found, tuple(place), depth, width), width)


def _opened(
    found: Explanation, at: tuple[int, ...], depth: int, width: int
) -> frozenset[tuple[int, ...]]:
    """The places of the nodes whose children are drawn; always the first, whatever its width."""
    level, opened, lines = [(at, found)], {at}, 0
    for _ in range(depth):
        below = [
            ((*place, number), child)
            for place, node in level
            for number, child in enumerate(node.children[:width])
        ]
        lines += len(below)
        if lines > LINES and level[0][0] != at:
            break
        opened |= {place for place, _ in level}
        level = below
    return frozenset(opened)


def path_to(root: Explanation, place: Sequence[int]) -> list[WhyNode]:
    """The nodes above a place, the root first, without their children."""
    above = [root.at(place[:length]) for length in range(len(place))]
    return [
        _drawn(node, tuple(place[:length]), frozenset(), 0)
        for length, node in enumerate(above)
        if node is not None
    ]


def place_of(text: str) -> tuple[int, ...] | None:
    """A place as an address says it, `0.2.1`; None for what is none."""
    if not text:
        return ()
    parts = text.split(".")
    if len(parts) > 60 or not all(p.isascii() and p.isdigit() and len(p) < 7 for p in parts):
        return None
    return tuple(map(int, parts))


def document(node: Explanation, depth: int = DEPTH) -> dict[str, Any]:
    """The tree for programs: canonical values, children as far down as asked for."""
    told: dict[str, Any] = {
        "label": node.label,
        "value": plain(node.value),
        "unit": node.unit,
        "state": node.state,
    }
    if node.currency:
        told["currency"] = node.currency
    said = {"reason": node.reason, "rule": node.rule}
    told |= {name: value for name, value in said.items() if value}
    if node.source is not None:
        told["source"] = {"kind": node.source.kind, "key": node.source.key}
        if node.source.href:
            told["source"]["href"] = node.source.href
    if node.parameters:
        told["parameters"] = dict(node.parameters)
    if not node.is_fact:
        told["formula"] = {"kind": node.formula.kind, "text": node.formula.text}
        if depth > 0:
            told["children"] = [document(child, depth - 1) for child in node.children]
    return told


def _drawn(
    node: Explanation, place: tuple[int, ...], opened: frozenset[tuple[int, ...]], width: int
) -> WhyNode:
    children = node.children if place in opened else ()
    shown = children[:width]
    return WhyNode(
        label=node.label[:1].upper() + node.label[1:],
        text=display(plain(node.value), FORMAT_OF[node.unit], node.currency),
        raw="" if node.value is None else str(plain(node.value)),
        is_negative=node.value is not None and number(plain(node.value)) < 0,
        state=node.state,
        reason=node.reason,
        formula="" if node.is_fact else node.formula.text,
        rule=node.rule,
        source=node.source,
        parameters=tuple(sorted(node.parameters.items())),
        place=".".join(map(str, place)),
        children=tuple(
            _drawn(child, (*place, position), opened, width) for position, child in enumerate(shown)
        ),
        hidden=len(children) - len(shown),
        is_closed=place not in opened and (callable(node.parts) or bool(node.parts)),
    )
