"""JSON from strangers: read strictly, refused with its reason, numbers kept as their text.

Refused: too large a file, another encoding than UTF-8, NUL, more than a hundred levels, a key
that stands twice in one object, NaN and Infinity. A number stays the text that was written, so
that 0.1 is 0.1 and `1E+1000000` is never computed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from market.formats.csv_records import Limits
from market.formats.faults import Fault

DEEPEST = 100
SPACED_KEY = re.compile(r'"\s+:')
SAVE_AS = "Export the file again, and do not edit it by hand."


class JsonNumber(str):
    """A number as it was written."""

    __slots__ = ()


class _RefusedError(ValueError):
    """Something that JSON's grammar allows and a careful reader does not."""


def read_json(content: bytes, limits: Limits) -> Any:
    """The document (objects, lists, texts, `JsonNumber`, bool, None), or the Fault it is."""
    if limits.max_bytes is not None and len(content) > limits.max_bytes:
        return _fault("file_too_large", f"The file is larger than {limits.max_bytes:,} bytes.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return malformed(f"Byte {error.start + 1} of the file is not UTF-8.")
    if "\0" in text or "\\u0000" in text:
        return malformed("The file contains NUL characters.")
    try:
        document, levels = _decoded(text)
    except _RefusedError as refusal:
        return malformed(str(refusal))
    except json.JSONDecodeError as error:
        return malformed(f"No JSON: {error.msg} in line {error.lineno}.", row=error.lineno)
    except RecursionError:
        return malformed(f"The document is more than {DEEPEST} levels deep.")
    if levels > DEEPEST:
        return malformed(f"The document is more than {DEEPEST} levels deep.")
    if "\\u" in text and not _encodable(document):
        return malformed("The document holds half of a surrogate pair.")
    return document


def malformed(message: str, *, row: int | None = None) -> Fault:
    """The file as a whole is not what it should be."""
    return _fault("file_malformed", message, row=row)


def looks_like(content: bytes, *words: str) -> bool:
    """Whether the first kilobytes begin a JSON document and hold all these keys."""
    start = content[:16_384].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start[:1] in (b"{", b"[") and all(f'"{word}"'.encode() in start for word in words)


def _decoded(text: str) -> tuple[Any, int]:
    """The document and how many levels it has.

    A key that stands twice leaves fewer pairs in the document than the text has; looking at
    every object as it is read costs twice as much, so that is done only where the counts differ.
    """
    document = _loaded(text)
    pairs, levels = _shape(document, text.count("{") + text.count("["))
    if SPACED_KEY.search(text) or text.count('":') != pairs:
        document = _loaded(text, object_pairs_hook=_once)
    return document, levels


def _loaded(text: str, **hooks: Any) -> Any:
    return json.loads(
        text,
        parse_float=JsonNumber,
        parse_int=JsonNumber,
        parse_constant=_no_constant,
        **hooks,
    )


def _shape(document: Any, most: int) -> tuple[int, int]:
    """How many pairs a document has, and how many levels, seen level by level.

    most: how many objects and lists there can be. Once that many were seen nothing is looked for
    below them; most documents hold nearly all of theirs on the last level.
    """
    level = [document] if isinstance(document, dict | list) else []
    pairs = levels = seen = 0
    while level:
        levels += 1
        seen += len(level)
        pairs += sum(len(each) for each in level if type(each) is dict)
        level = _below(level) if seen < most else []
    return pairs, levels


def _below(level: list[Any]) -> list[Any]:
    """The objects and lists one level deeper."""
    deeper: list[Any] = []
    for each in level:
        values = each.values() if type(each) is dict else each
        deeper += [child for child in values if type(child) is dict or type(child) is list]
    return deeper


def _encodable(document: Any) -> bool:
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _RefusedError(f"The key {twice[:40]!r} stands twice in one object.")
    return found


def _no_constant(name: str) -> None:
    raise _RefusedError(f"{name} is not a number.")


def _fault(reason: str, message: str, *, row: int | None = None) -> Fault:
    return Fault(reason=reason, message=message, remedy=SAVE_AS, row=row)
