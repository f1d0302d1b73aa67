"""How much of an explanation is drawn at once."""

from collections.abc import Iterator

from patterns.explanation import SUM, Explanation
from patterns.why_tree import LINES, WhyNode, why_tree


def wide(levels: int, each: int) -> Explanation:
    """A tree that has as many children everywhere."""
    parts = (lambda: [wide(levels - 1, each)] * each) if levels else ()
    return Explanation(label="n", value=0, unit="count", formula=SUM, parts=parts)


def drawn(node: WhyNode) -> Iterator[WhyNode]:
    yield node
    for child in node.children:
        yield from drawn(child)


def shown(root: Explanation, place: tuple[int, ...] = (), **more: int) -> list[WhyNode]:
    found = why_tree(root, place, **more)
    assert found is not None
    return list(drawn(found))


def test_a_small_tree_is_drawn_whole() -> None:
    assert len(shown(wide(3, 4))) == 1 + 4 + 16 + 64


def test_of_a_large_one_the_upper_levels_come_first() -> None:
    nodes = shown(wide(5, 10))
    assert len(nodes) == 1 + 10 + 100  # a third level would be 1,000 lines
    assert LINES < 1_000
    assert {(node.hidden, node.is_closed) for node in nodes if not node.children} == {(0, True)}


def test_what_is_too_deep_is_not_even_made() -> None:
    made: list[str] = []

    def parts() -> list[Explanation]:
        made.append("now")
        return []

    deep = Explanation(label="n", value=0, unit="count", formula=SUM, parts=parts)
    root = Explanation(label="n", value=0, unit="count", formula=SUM, parts=[deep])
    (leaf,) = shown(root, depth=1)[1:]
    assert (leaf.is_closed, made) == (True, [])


def test_what_is_asked_for_is_always_opened() -> None:
    root = wide(3, 200)
    assert len(shown(root, width=2_000)) == 1 + 200
    part = shown(root, (7,), width=2_000)
    assert (len(part), part[0].place) == (1 + 200, "7")
