"""The text of a pattern file: read within its budget, every value with its line.

Depth is counted on tokens before the text is decoded, so a file of brackets cannot exhaust the
decoder. Duplicate keys and NaN, which Python's decoder accepts, are refused.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from patterns.canonical import canonical_json
from patterns.exceptions import NotCanonical
from patterns.faults import BUDGET, UNREADABLE, Fault, pointer

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 20

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


@dataclass(frozen=True)
class Source:
    name: str = ""
    data: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def located(self, fault: Fault) -> Fault:
        """The same fault with its file, and the line of its pointer or of the nearest parent."""
        place = fault.pointer
        while place and place not in self.lines:
            place = place.rpartition("/")[0]
        return replace(fault, file=self.name, line=fault.line or self.lines.get(place))


def read(path: Path) -> Source:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return _unreadable(path.name, BUDGET, f"The file has {size:,} bytes of {MAX_BYTES:,}.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return _unreadable(path.name, UNREADABLE, f"The file cannot be read: {error}.")
    return parse(text, path.name)


def parse(text: str, name: str = "") -> Source:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return _unreadable(name, BUDGET, f"The pattern has more than {MAX_BYTES:,} bytes.")
    if _depth(text) > MAX_DEPTH:
        return _unreadable(name, BUDGET, f"The pattern is nested deeper than {MAX_DEPTH}.")
    duplicates: list[str] = []
    try:
        data = json.loads(
            text,
            object_pairs_hook=lambda pairs: _object(pairs, duplicates),
            parse_constant=_refuse_constant,
        )
        canonical_json(data)
    except json.JSONDecodeError as error:
        return _unreadable(name, UNREADABLE, f"Not JSON: {error.msg}.", error.lineno)
    except ValueError as error:
        return _unreadable(name, UNREADABLE, f"Not JSON: {error}.")
    except NotCanonical as error:
        return _unreadable(name, UNREADABLE, error.message)
    faults = tuple(_fault(name, UNREADABLE, f"The key {key!r} stands twice.") for key in duplicates)
    return Source(name=name, data=data, lines=_lines(text), faults=faults)


def _depth(text: str) -> int:
    depth = deepest = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in "}]":
            depth -= 1
    return deepest


def _lines(text: str) -> dict[str, int]:
    """JSON pointer of every value → its line, from one walk over the tokens."""
    lines: dict[str, int] = {"": 1}
    stack: list[tuple[str, str | int]] = []  # pointer of the container, key or index in it
    expects_key = False
    for piece, line in _numbered(text):
        here = pointer(stack[-1][1]) if stack else ""
        place = (stack[-1][0] if stack else "") + here
        if piece in "}]":
            stack.pop()
        elif piece == ",":
            parent, key = stack[-1]
            stack[-1] = (parent, key + 1 if isinstance(key, int) else key)
            expects_key = isinstance(key, str)
        elif expects_key and piece[0] == '"':
            stack[-1] = (stack[-1][0], json.loads(piece))
            expects_key = False
        elif piece != ":":
            lines[place] = line
            if piece in "{[":
                stack.append((place, "" if piece == "{" else 0))
                expects_key = piece == "{"
    return lines


def _numbered(text: str) -> Iterator[tuple[str, int]]:
    line, seen = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", seen, match.start())
        seen = match.start()
        yield match[0], line


def _object(pairs: list[tuple[str, Any]], duplicates: list[str]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        duplicates.extend(sorted({key for key in keys if keys.count(key) > 1}))
    return result


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _unreadable(name: str, code: str, message: str, line: int | None = None) -> Source:
    return Source(name=name, faults=(_fault(name, code, message, line),))


def _fault(name: str, code: str, message: str, line: int | None = None) -> Fault:
    return Fault(code=code, pointer="", message=message, file=name, line=line)
