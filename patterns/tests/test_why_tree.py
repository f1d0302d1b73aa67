"""How much of an explanation is drawn at once."""

from collections.abc import Iterator, Sequence
from typing import Any

from patterns.explanation import SUM, Explanation
from patterns.why_tree import LINES, TOLD_NODES, Extent, WhyNode, document, why_tree


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


def told(node: dict[str, Any]) -> int:
    return 1 + sum(told(child) for child in node.get("children", ()))


def test_a_program_is_told_what_is_left_out_and_where_it_is() -> None:
    def address(place: Sequence[int], skip: int) -> str:
        return f"{'.'.join(map(str, place))}/{skip}"

    whole = document(wide(1, 7), extent=Extent(width=3, address=address))
    assert len(whole["children"]) == 3
    assert whole["more"] == {"from": 3, "of": 7, "href": "/3"}
    rest = document(wide(1, 7), (4,), Extent(width=3, skip=6, address=address))
    assert (len(rest["children"]), "more" in rest) == (1, False)


def test_what_is_too_deep_for_a_program_has_an_address_and_nobody_counted_it() -> None:
    (child, _) = document(wide(2, 2), (5,), Extent(depth=1, address=lambda *at: repr(at)))[
        "children"
    ]
    assert child["more"] == {"from": 0, "href": "((5, 0), 0)"}
    assert "children" not in child


def test_an_answer_ends_whatever_its_depth_and_width() -> None:
    # 50 and 2,500 of a third level, which is not opened.
    assert told(document(wide(6, 60))) == 1 + 50
    assert told(document(wide(6, 8))) == 1 + 8 + 64
    assert 8**3 > TOLD_NODES > 8**2
