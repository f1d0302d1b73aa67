"""When a step runs: a small closed language, read by a parser of our own and never by eval.

    condition  = conjunction { "or" conjunction }
    conjunction = negation { "and" negation }
    negation   = "not" negation | comparison
    comparison = "(" condition ")" | reference [ operator literal ]
    operator   = "==" | "!=" | "<" | "<=" | ">" | ">="
    literal    = number | 'text' | "text" | true | false | null

So `not a or b and c` means `(not a) or (b and c)`. A reference alone must be true or false: a
number or a text is compared, not guessed. Both sides of `and` and `or` are always read, so a
dangling reference shows whatever its neighbour says; but only as many are compared as decide it, so
`{{risk}} != null and {{risk.days.value}} > 20` guards what an optional step may not have.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from patterns.exceptions import ArgumentsInvalid
from patterns.references import Reference, lookup, parse

MAX_LENGTH: Final = 1_000
MAX_NESTING: Final = 20

_TOKEN = re.compile(
    r"\s*(?:(?P<reference>\{\{[^{}]*\}\})"
    r"|(?P<number>-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?![\w.]))"
    r"|(?P<text>'[^'\\]*'|\"[^\"\\]*\")"
    r"|(?P<operator>==|!=|<=|>=|<|>)"
    r"|(?P<bracket>[()])"
    r"|(?P<word>[a-z]+))",
    re.ASCII,
)
_DECIMAL = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?", re.ASCII)
_OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CONSTANTS: Final = {"true": True, "false": False, "null": None}


class NotACondition(ValueError):
    """A text outside the grammar."""


@dataclass(frozen=True)
class Truth:
    reference: Reference


@dataclass(frozen=True)
class Comparison:
    reference: Reference
    operator: str
    literal: Decimal | str | bool | None


@dataclass(frozen=True)
class Not:
    operand: "Condition"


@dataclass(frozen=True)
class Every:
    operands: tuple["Condition", ...]


@dataclass(frozen=True)
class Some:
    operands: tuple["Condition", ...]


Condition = Truth | Comparison | Not | Every | Some


def compiled(text: str) -> Condition:
    """Parse a condition; raises NotACondition with what was expected and where."""
    if len(text) > MAX_LENGTH:
        raise NotACondition(f"A condition has at most {MAX_LENGTH} characters.")
    return _Parser(text).whole()


def references(condition: Condition) -> Iterator[Reference]:
    match condition:
        case Truth(reference) | Comparison(reference=reference):
            yield reference
        case Not(operand):
            yield from references(operand)
        case Every(operands) | Some(operands):
            for operand in operands:
                yield from references(operand)


def holds(condition: Condition, namespace: Mapping[str, Any]) -> bool:
    match condition:
        case Truth(reference):
            return _truth(reference, namespace)
        case Comparison():
            return _compare(condition, lookup(condition.reference, namespace))
        case Not(operand):
            return not holds(operand, namespace)
        case Every(operands):
            _read(condition, namespace)
            return all(holds(operand, namespace) for operand in operands)
        case Some(operands):
            _read(condition, namespace)
            return any(holds(operand, namespace) for operand in operands)


def _read(condition: Condition, namespace: Mapping[str, Any]) -> None:
    for reference in references(condition):
        lookup(reference, namespace)


def _truth(reference: Reference, namespace: Mapping[str, Any]) -> bool:
    value = lookup(reference, namespace)
    if not isinstance(value, bool):
        raise ArgumentsInvalid(
            f"{reference} is neither true nor false.",
            suggestion="Compare it, for example with `!= null`.",
            details={"reason": "condition_not_boolean", "reference": str(reference)},
        )
    return value


def _compare(comparison: Comparison, value: Any) -> bool:
    literal = comparison.literal
    left = _comparable(value, literal)
    if value is None or literal is None:
        if comparison.operator in ("==", "!="):
            return (value is literal) == (comparison.operator == "==")
    elif type(left) is type(literal) and not (
        isinstance(literal, bool) and comparison.operator not in ("==", "!=")
    ):
        return _OPERATORS[comparison.operator](left, literal)
    raise ArgumentsInvalid(
        f"{comparison.reference} cannot be compared with {literal!r} by {comparison.operator}.",
        details={
            "reason": "condition_incomparable",
            "reference": str(comparison.reference),
        },
    )


def _comparable(value: Any, literal: Any) -> Any:
    """Numbers meet as Decimal, whichever way the canonical form writes them."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(repr(value))
    if isinstance(literal, Decimal) and isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    return value


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.position = 0
        self.nesting = 0

    def whole(self) -> Condition:
        condition = self.disjunction()
        if self.position < len(self.tokens):
            raise NotACondition(f"{self.peek()[1]!r} is not expected here.")
        return condition

    def disjunction(self) -> Condition:
        operands = [self.conjunction()]
        while self.take("word", "or"):
            operands.append(self.conjunction())
        return operands[0] if len(operands) == 1 else Some(tuple(operands))

    def conjunction(self) -> Condition:
        operands = [self.negation()]
        while self.take("word", "and"):
            operands.append(self.negation())
        return operands[0] if len(operands) == 1 else Every(tuple(operands))

    def negation(self) -> Condition:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise NotACondition(f"A condition is nested at most {MAX_NESTING} deep.")
        found = Not(self.negation()) if self.take("word", "not") else self.comparison()
        self.nesting -= 1
        return found

    def comparison(self) -> Condition:
        if self.take("bracket", "("):
            inner = self.disjunction()
            if not self.take("bracket", ")"):
                raise NotACondition("A bracket is not closed.")
            return inner
        kind, text = self.peek()
        if kind != "reference":
            raise NotACondition(f"A reference is expected, not {text!r}.")
        self.position += 1
        reference = _reference(text)
        kind, text = self.peek()
        if kind != "operator":
            return Truth(reference)
        self.position += 1
        return Comparison(reference, text, self.literal())

    def literal(self) -> Decimal | str | bool | None:
        kind, text = self.peek()
        self.position += 1
        if kind == "number":
            return Decimal(text)
        if kind == "text":
            return text[1:-1]
        if kind == "word" and text in _CONSTANTS:
            return _CONSTANTS[text]
        raise NotACondition(f"A number, a text, true, false or null is expected, not {text!r}.")

    def take(self, kind: str, text: str) -> bool:
        if self.peek() == (kind, text):
            self.position += 1
            return True
        return False

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.position] if self.position < len(self.tokens) else ("end", "")


def _reference(text: str) -> Reference:
    reference = parse(text)
    if reference is None:
        raise NotACondition(f"{text!r} is not a reference.")
    return reference


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise NotACondition(f"{text[position : position + 20].strip()!r} is not understood.")
        yield match.lastgroup, match[match.lastgroup]
        position = match.end()
