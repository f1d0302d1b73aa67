from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patterns.explanation import SAME, SUM, Explanation, Formula, Source, breach

HERE = Source("entry", "3", "/entries/3/")


def fact(value: Any, unit: str = "money", **more: Any) -> Explanation:
    return Explanation(label="a fact", value=value, unit=unit, source=HERE, **more)


def node(value: Any, kind: Any, *parts: Any, unit: str = "money", **more: Any) -> Explanation:
    formula = Formula(kind, f"by {kind}", **more)
    children = tuple(part if isinstance(part, Explanation) else fact(part) for part in parts)
    return Explanation(
        label="a node", value=value, unit=unit, currency="CAD", formula=formula, parts=children
    )


D = Decimal


@pytest.mark.parametrize(
    "right",
    [
        node(D("30.00"), "sum", D("10"), D("20.00")),
        node(0, "sum", unit="count"),
        node(D("5"), "difference", D("10"), D("2"), D("3")),
        node(D("900"), "product", D("10"), D("60"), D("1.5")),
        node(0.25, "quotient", D("1"), D("4"), unit="fraction"),
        node(D("0.8"), "inverse", D("1.25"), unit="rate"),
        node(0.1, "growth", D("110"), D("100"), unit="fraction"),
        node(0.21, "chain", 0.1, 0.1, unit="fraction"),
        node(0.1, "annualised", 0.21, 730, unit="fraction"),  # 1.21^(365/730) is √1.21
        node(D("2.68"), "rounded", D("2.675")),  # half up, as posted money is
        node(D("2.666"), "rounded", D("2.6665"), unit="price", decimals=3),  # half even
        node(7.0, "statistic", 3.0, 4.0, unit="ratio", compute=sum),
    ],
)
def test_a_node_that_follows(right: Explanation) -> None:
    assert breach(right) == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (node(D("30.01"), "sum", D("10"), D("20")), "a node is 30.01; by sum gives 30."),
        (node(0.2201, "chain", 0.1, 0.1, unit="fraction"), "gives 0.21"),
        (node(D("1"), "quotient", D("1"), D("0")), "cannot be computed"),
        (node(D("1"), "sum"), "follows from nothing"),
        (Explanation(label="a price", value=D(1), unit="price"), "a fact without a source"),
        (fact(D(1), parts=(fact(D(1)),)), "is a fact and has parts"),
        (Explanation(label="x", value=None, unit="money", state="withheld"), "neither"),
        (node(D("10"), "sum", D("10"), Explanation(label="y", value=None, unit="money",
              reason="no price", state="withheld")), "something below it is withheld"),
    ],
)  # fmt: skip
def test_a_node_that_does_not(wrong: Explanation, said: str) -> None:
    assert said in breach(wrong)


def test_what_differs_below_the_last_shown_decimal_reads_the_same() -> None:
    assert breach(node(D("30.004"), "sum", D("10"), D("20"))) == ""
    assert breach(node(D("30.006"), "sum", D("10"), D("20"))) != ""


def test_a_partial_sum_counts_what_is_known() -> None:
    unknown = Explanation(label="y", value=None, unit="money", reason="no price", state="withheld")
    known = node(D("10"), "sum", D("10"), unknown)
    assert breach(Explanation(**{**vars(known), "state": "partial"})) == ""


def test_children_are_made_when_they_are_looked_at() -> None:
    opened: list[str] = []

    def parts() -> list[Explanation]:
        opened.append("now")
        return [fact(D(1)), fact(D(2))]

    found = Explanation(label="n", value=D(3), unit="money", formula=SUM, parts=parts)
    assert opened == []
    assert found.at([1]) == found.children[1]
    assert found.at([2]) is None
    assert found.at([]) is found
    assert opened == ["now"]


@given(st.integers(min_value=2, max_value=60), st.integers(min_value=2, max_value=9))
def test_a_narrow_walk_sees_the_first_and_the_last(many: int, widest: int) -> None:
    parts = [fact(number, "count") for number in range(many)]
    root = Explanation(label="n", value=0, unit="count", formula=SUM, parts=parts)
    seen = [each.value for each in root.walk(widest)][1:]
    assert (seen[0], seen[-1]) == (0, many - 1)
    assert len(seen) == min(many, widest)


numbers = st.decimals(min_value=-(10**6), max_value=10**6, places=2)


@given(st.lists(numbers, min_size=1, max_size=6), st.sampled_from(["sum", "difference", "same"]))
def test_every_formula_finds_a_cent_too_much(values: list[Decimal], kind: Any) -> None:
    follows: dict[str, Callable[[list[Decimal]], Decimal]] = {
        "sum": lambda parts: sum(parts, D(0)),
        "difference": lambda parts: parts[0] - sum(parts[1:], D(0)),
        "same": lambda parts: parts[0],
    }
    right = follows[kind](values)
    assert breach(node(right, kind, *values)) == ""
    assert breach(node(right + D("0.01"), kind, *values)) != ""
    assert SAME.kind == "same"


@pytest.mark.parametrize(("value", "said"), [(0, ""), (1, "days follows from nothing.")])
def test_nothing_counted_is_none(value: int, said: str) -> None:
    count = Formula("statistic", "how many", compute=len)
    assert breach(Explanation(label="days", value=value, unit="count", formula=count)) == said
