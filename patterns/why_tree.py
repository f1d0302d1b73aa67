"""An explanation as a page draws it: text to display, as deep and as wide as fits a screen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from patterns.canonical import plain
from patterns.explanation import FORMAT_OF, Explanation, Source
from patterns.formats import display, number
from patterns.results import State

Place: TypeAlias = tuple[int, ...]
Address: TypeAlias = Callable[[Sequence[int], int], str]
DEPTH: Final = 4
WIDTH: Final = 12
LINES: Final = 150  # beyond it a tree is no explanation any more, and slow to draw
TOLD_WIDTH: Final = 50
TOLD_NODES: Final = 500  # of one answer to a program, whatever its depth and width


@dataclass(frozen=True, kw_only=True, slots=True)
class WhyNode:
    """One line of the tree. `place` leads to it from the root; `hidden` children are not shown
    here, because there are too many. What is too deep `is_closed`: nobody counted its children,
    which may take long to make, and the node can be opened by itself."""

    label: str
    text: str
    unit: str
    currency: str
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
    opened = _opened(found, tuple(place), max(depth, 1), width, LINES)
    return _drawn(found, tuple(place), opened, width)


def _opened(
    found: Explanation, at: Place, depth: int, width: int, most: int, skip: int = 0
) -> frozenset[Place]:
    """The places of the nodes whose children are told, level by level while these are at most so
    many; always the first, whatever its width. The first `skip` of its children are left out."""
    level, opened, lines = [(at, found)], set[Place](), 0
    for _ in range(depth):
        below = [
            ((*place, number), child)
            for place, node in level
            for number, child in _within(node, width, skip if place == at else 0)
        ]
        lines += len(below)
        if lines > most and level[0][0] != at:
            break
        opened |= {place for place, _ in level}
        level = below
    return frozenset(opened)


def _within(node: Explanation, width: int, skip: int = 0) -> list[tuple[int, Explanation]]:
    """Some children of a node with their numbers."""
    return [*enumerate(node.children)][skip : skip + width]


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How much of a tree a program is told: levels, children of a node, and how many children of
    the first node are skipped. `address` says where the rest of a node is."""

    depth: int = DEPTH
    width: int = TOLD_WIDTH
    skip: int = 0
    address: Address | None = None


def document(
    node: Explanation, place: Sequence[int] = (), extent: Extent = Extent()
) -> dict[str, Any]:
    """The tree for programs: canonical values, children as far down and as wide as asked for.

    Levels are opened from the top as long as all together are at most `TOLD_NODES`. A node that is
    not told whole says so in `more`: from which child on, of how many as far as anyone counted,
    and where.
    """
    at = tuple(place)
    opened = _opened(node, at, extent.depth, extent.width, TOLD_NODES, extent.skip)
    return _told(node, at, opened, extent, extent.skip)


def _told(
    node: Explanation, place: Place, opened: frozenset[Place], extent: Extent, skip: int = 0
) -> dict[str, Any]:
    told = _fields(node)
    if node.is_fact:
        return told
    told["formula"] = {"kind": node.formula.kind, "text": node.formula.text}
    if place in opened:
        shown = _within(node, extent.width, skip)
        told["children"] = [
            _told(child, (*place, number), opened, extent) for number, child in shown
        ]
        if skip + len(shown) < len(node.children):
            more = {"from": skip + len(shown), "of": len(node.children)}
            told["more"] = more | _address(place, skip + len(shown), extent)
    elif _has_parts(node):
        told["more"] = {"from": 0} | _address(place, 0, extent)
    return told


def _address(place: Place, skip: int, extent: Extent) -> dict[str, str]:
    return {} if extent.address is None else {"href": extent.address(place, skip)}


def _has_parts(node: Explanation) -> bool:
    """Whether there may be something below; what is a function was not counted yet."""
    return callable(node.parts) or bool(node.parts)


def _fields(node: Explanation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "label": node.label,
        "value": plain(node.value),
        "unit": node.unit,
        "state": node.state,
    }
    said = {"currency": node.currency, "reason": node.reason, "rule": node.rule}
    told |= {name: value for name, value in said.items() if value}
    if node.source is not None:
        told["source"] = {"kind": node.source.kind, "key": node.source.key}
        if node.source.href:
            told["source"]["href"] = node.source.href
    if node.parameters:
        told["parameters"] = dict(node.parameters)
    return told


def _drawn(node: Explanation, place: Place, opened: frozenset[Place], width: int) -> WhyNode:
    children = node.children if place in opened else ()
    shown = children[:width]
    return WhyNode(
        label=node.label[:1].upper() + node.label[1:],
        text=display(plain(node.value), FORMAT_OF[node.unit], node.currency),
        unit=node.unit,
        currency=node.currency,
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
        is_closed=place not in opened and _has_parts(node),
    )
