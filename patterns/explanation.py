"""Why a figure is what it is: a tree whose root is the figure and whose leaves are facts.

A node says its label, its value with unit and state, and by which formula it follows from its
children. The children are the very values that the calculation used. A leaf is a fact: a ledger
entry, a price, a rate, a value of a series; its source says where it can be looked at.

    market value  900.00 CAD   = quantity × price × rate
    ├── quantity  10           = sum
    │   └── lot of 2013-02-04  10           fact: entry 3
    ├── price     60.00 USD    fact: pack 2013-02-28-ECB-r1
    └── rate      1.50 CAD     fact: pack 2013-02-28-ECB-r1

`breach` recomputes a node from its children and says what does not follow, to the displayed
decimal. Children may be many and deep, so they can be given as a function, called when opened.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import cached_property
from math import prod
from typing import Any, Final, Literal, TypeAlias

from patterns.formats import minor_units
from patterns.results import State

Number: TypeAlias = Decimal | float | int
Kind = Literal[
    "fact",  # looked up, not computed: `source` says where
    "same",  # its only child
    "sum",
    "difference",  # the first less all others
    "product",
    "quotient",  # the first by the second
    "inverse",  # 1 by its only child
    "negative",  # less its only child
    "growth",  # the first by the second, less 1
    "chain",  # Π(1 + child) − 1
    "annualised",  # (1 + first)^(365 / second) − 1
    "rounded",  # its only child, at the currency's minor unit or `decimals`
    "statistic",  # `compute` of all children, in their order
]
FORMAT_OF: Final = {
    "fraction": "percent",
    "money": "money",
    "price": "price",
    "quantity": "quantity",
    "ratio": "ratio",
    "count": "count",
    "bps": "bps",
    "rate": "rate",
    "date": "date",
    "text": "text",
}
# Half of the last decimal that a format shows; what differs by less reads the same.
_HALF_SHOWN: Final = {
    "fraction": Decimal("0.00005"),
    "price": Decimal("0.0000005"),
    "quantity": Decimal("0.000000005"),
    "ratio": Decimal("0.005"),
    "count": Decimal("0.5"),
    "bps": Decimal("0.05"),
    "rate": Decimal("0.0000005"),
}
_WIDE: Final = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact can be looked at. `kind` and `key` name it for programs, `href` is its page."""

    kind: str
    key: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """How a value follows from its children. `text` is what a reader is told."""

    kind: Kind
    text: str
    decimals: int | None = None
    compute: Callable[[Sequence[Number]], Number | None] | None = field(
        default=None, compare=False, repr=False
    )


FACT: Final = Formula("fact", "")
SAME: Final = Formula("same", "the same")
SUM: Final = Formula("sum", "sum of the parts")


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One node. `rule` is its numbered rule in docs/methods, such as `returns.1`.

    `value` None is withheld, and `reason` says why; its children are what there is of it.
    `parameters` are settings that the formula used and that are no figures: a confidence, a seed.
    """

    label: str
    value: Number | None
    unit: str
    currency: str = ""
    state: State = "exact"
    reason: str = ""
    formula: Formula = FACT
    parts: Sequence["Explanation"] | Callable[[], Sequence["Explanation"]] = ()
    source: Source | None = None
    rule: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def children(self) -> tuple["Explanation", ...]:
        return tuple(self.parts() if callable(self.parts) else self.parts)

    @property
    def is_fact(self) -> bool:
        return self.formula.kind == "fact"

    def at(self, place: Sequence[int]) -> "Explanation | None":
        """The node at the end of a path of child numbers; None where there is none."""
        node = self
        for number in place:
            if not 0 <= number < len(node.children):
                return None
            node = node.children[number]
        return node

    def walk(self, widest: int | None = None) -> Iterator["Explanation"]:
        """This node and all below it. `widest` opens only so many children of a node, spread over
        all of them: the first, the last and some between."""
        yield self
        children = self.children
        if widest is not None and len(children) > widest:
            step = (len(children) - 1) / (widest - 1)
            children = tuple(children[round(number * step)] for number in range(widest))
        for child in children:
            yield from child.walk(widest)


def breach(node: Explanation) -> str:
    """What is wrong with a node on its own, as a sentence; "" when nothing is."""
    if node.value is None:
        return "" if node.reason else f"{node.label} has neither a value nor a reason."
    if node.is_fact:
        return _without_source(node)
    values = [child.value for child in node.children]
    if not values and not node.value and (node.formula.kind == "sum" or node.unit == "count"):
        return ""  # nothing sums to zero, and nothing counted is none
    if not values:
        return f"{node.label} follows from nothing."
    known = [value for value in values if value is not None]
    if len(known) < len(values) and node.state != "partial":
        return f"{node.label} is {node.state}, and something below it is withheld."
    follows = _follows(node.formula, known, node)
    if follows is None:
        return f"{node.label} cannot be computed from what is below it."
    if abs(_exact(follows) - _exact(node.value)) > shown_half(node.unit, node.currency):
        return f"{node.label} is {node.value}; {node.formula.text} gives {follows}."
    return ""


def shown_half(unit: str, currency: str) -> Decimal:
    """Half of the last decimal that is displayed of a unit."""
    if unit == "money":
        return Decimal(5).scaleb(-minor_units(currency) - 1)
    return _HALF_SHOWN.get(unit, Decimal(0))


def _without_source(node: Explanation) -> str:
    if node.source is None:
        return f"{node.label} is a fact without a source."
    if node.children:
        return f"{node.label} is a fact and has parts."
    return ""


def _follows(formula: Formula, values: Sequence[Number], node: Explanation) -> Number | None:
    if formula.kind == "statistic":
        return formula.compute(values) if formula.compute is not None else None
    if formula.kind == "rounded":
        return _rounded(_exact(values[0]), formula, node.currency)
    follows: Number | None = _ARITHMETIC[formula.kind](_alike(values))
    return follows


def _alike(values: Sequence[Number]) -> list[Any]:
    """Decimals stay exact among themselves; beside a float all are floats."""
    if any(isinstance(value, float) for value in values):
        return [float(value) for value in values]
    return [Decimal(value) for value in values]


def _quotient(values: Sequence[Any]) -> Any:
    return values[0] / values[1] if len(values) == 2 and values[1] else None


def _growth(values: Sequence[Any]) -> Any:
    quotient = _quotient(values)
    return None if quotient is None else quotient - 1


def _annualised(values: Sequence[Any]) -> float | None:
    total, days = (float(value) for value in values)
    return (1.0 + total) ** (365.0 / days) - 1.0 if days and total > -1.0 else None


_ARITHMETIC: Final[dict[str, Callable[[Sequence[Any]], Any]]] = {
    "same": lambda values: values[0],
    "sum": sum,
    "difference": lambda values: values[0] - sum(values[1:]),
    "product": prod,
    "quotient": _quotient,
    "inverse": lambda values: 1 / values[0] if values[0] else None,
    "negative": lambda values: -values[0],
    "growth": _growth,
    "chain": lambda values: prod(1 + value for value in values) - 1,
    "annualised": _annualised,
}


def _rounded(value: Decimal, formula: Formula, currency: str) -> Decimal:
    decimals = minor_units(currency) if formula.decimals is None else formula.decimals
    rounding = ROUND_HALF_UP if formula.decimals is None else ROUND_HALF_EVEN
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=rounding, context=_WIDE)


def _exact(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(value)
