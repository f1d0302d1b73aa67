"""References inside Portfolio Performance's XML: by id, or by a path from the element itself.

XStream writes an object where it first meets it and refers to it ever after: either with
`id="12"` and `reference="12"`, or with `reference="../../../securities/security[2]"`, steps up
and down the tree, counted among equal names from 1.
"""

from __future__ import annotations

import re

from portfolios.formats.reading.xml_tree import Node

STEP = re.compile(r"([A-Za-z][\w.-]{0,60})(?:\[([1-9][0-9]{0,6})\])?")


class References:
    """Who is meant. A reference to nothing resolves to None."""

    def __init__(self, root: Node) -> None:
        self.parents: dict[int, Node] = {}
        self.by_id: dict[str, Node] = {}
        self.places: dict[int, dict[str, list[Node]]] = {}
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node.get("id"):
                self.by_id[node.get("id")] = node
            for child in node.children:
                self.parents[id(child)] = node
            waiting.extend(node.children)

    def parent(self, node: Node | None) -> Node | None:
        return None if node is None else self.parents.get(id(node))

    def target(self, node: Node | None) -> Node | None:
        """The element itself, or what it refers to, over as many references as it takes."""
        for _ in range(8):
            if node is None or not node.get("reference"):
                return node
            node = self._follow(node, node.get("reference"))
        return None

    def child(self, node: Node | None, tag: str) -> Node | None:
        """The child of a name, or what it refers to."""
        return None if node is None else self.target(node.child(tag))

    def text(self, node: Node | None, tag: str) -> str:
        found = self.child(node, tag)
        return found.text if found is not None else ""

    def _follow(self, node: Node, said: str) -> Node | None:
        if said in self.by_id:
            return self.by_id[said]
        here: Node | None = node
        for step in said.split("/"):
            if here is None:
                return None
            here = self.parent(here) if step == ".." else self._down(here, step)
        return here

    def _down(self, node: Node, step: str) -> Node | None:
        match = STEP.fullmatch(step)
        if match is None:
            return None
        named = self.places.get(id(node))
        if named is None:
            named = self.places[id(node)] = {}
            for child in node.children:
                named.setdefault(child.tag, []).append(child)
        children = named.get(match[1], [])
        position = int(match[2] or 1)
        return children[position - 1] if position <= len(children) else None
