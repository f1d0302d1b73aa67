"""One spelling for every value, so that equal values have equal bytes.

Keys are sorted and nothing is spaced. Decimals are plain text without exponent or trailing zeros.
Floats are rounded half-even to 12 significant digits, which hides the noise of the last bits.
Dates are ISO, instants are UTC. NaN and infinity have no spelling and are refused.
"""

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from numbers import Integral
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel

from patterns.exceptions import NotCanonical

SIGNIFICANT_DIGITS = 12
MAX_DECIMAL_EXPONENT = 60  # 1E+1000000 would print a million zeros
MOST_TYPES = 2000  # that are remembered


def canonical_json(value: object) -> str:
    """The one text of a value; what is hashed, stored and compared."""
    return encoded(plain(value))


def encoded(found: Any) -> str:
    """The canonical text of what `plain` returned."""
    text = json.dumps(
        found, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return _encodable(text)


def content_hash(value: object) -> str:
    """SHA-256 of the canonical text, as 64 hexadecimal digits."""
    return text_hash(canonical_json(value))


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def plain(value: object) -> Any:
    """A value as dicts, lists, strings, numbers, booleans and None, ready for JSON."""
    return (_WAYS.get(type(value)) or _way(type(value)))(value)


def canonical_float(value: float) -> float:
    if not math.isfinite(value):
        raise NotCanonical(f"{value} is not a number that can be stored.")
    return float(f"{value:.{SIGNIFICANT_DIGITS - 1}e}") + 0.0  # + 0.0 turns -0.0 into 0.0


def decimal_text(value: Decimal) -> str:
    if not value:
        return "0"
    text = str(value)
    if len(text) > MAX_DECIMAL_EXPONENT or not _SHORT(text):
        text = _long_decimal_text(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _long_decimal_text(value: Decimal) -> str:
    """What Decimal itself writes with an exponent, or in many digits, or not as a number."""
    if not value.is_finite():
        raise NotCanonical(f"{value} is not a number that can be stored.")
    if abs(value.adjusted()) > MAX_DECIMAL_EXPONENT:
        raise NotCanonical("A number with an exponent this large cannot be stored.")
    return f"{value:f}"


def _way(kind: type) -> Callable[[Any], Any]:
    """How values of a type are made plain. Found once: a result has a few types and thousands of
    values."""
    found = _way_of(kind)
    if len(_WAYS) < MOST_TYPES:
        _WAYS[kind] = found
    return found


def _way_of(kind: type) -> Callable[[Any], Any]:
    if issubclass(kind, Enum):
        return _plain_member
    if issubclass(kind, (str, bool)):
        return _same
    if issubclass(kind, float):
        return canonical_float
    if issubclass(kind, Integral):
        return int
    if issubclass(kind, Decimal):
        return decimal_text
    if issubclass(kind, Mapping):
        return _plain_mapping
    if issubclass(kind, (list, tuple)):
        return _plain_list
    return _way_of_object(kind)


def _way_of_object(kind: type) -> Callable[[Any], Any]:
    if issubclass(kind, BaseModel):
        return _way_of_model(kind)
    if issubclass(kind, datetime):
        return _instant
    if issubclass(kind, date):
        return date.isoformat
    if issubclass(kind, UUID):
        return str
    if is_dataclass(kind):
        names = tuple(field.name for field in fields(kind))
        return lambda value: {name: plain(getattr(value, name)) for name in names}
    return _refuse


def _way_of_model(kind: type[BaseModel]) -> Callable[[Any], dict[str, Any]]:
    """Fields by what they are, not by what they were declared as: a figure keeps its currency."""
    optional: frozenset[str] = getattr(kind, "omit_when_empty", frozenset())
    names = tuple((name, name in optional) for name in sorted(kind.model_fields))

    def way(model: BaseModel) -> dict[str, Any]:
        said = model.__dict__
        found = {}
        for name, may_be_left_out in names:
            item = said[name]
            if may_be_left_out and (item is None or item == ()):
                continue
            kind = type(item)
            found[name] = item if kind is str else (_WAYS.get(kind) or _way(kind))(item)
        return found

    return way


def _same(value: Any) -> Any:
    return value


def _refuse(value: object) -> Any:
    raise NotCanonical(f"A {type(value).__name__} has no canonical form.")


def _plain_member(value: Enum) -> Any:
    return value.value if isinstance(value, str) else plain(value.value)


def _plain_list(value: Sequence[Any]) -> list[Any]:
    return [plain(item) for item in value]


def _plain_mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    result = {_key(key): plain(item) for key, item in value.items()}
    if len(result) != len(value):
        raise NotCanonical("Two keys of a mapping have the same canonical form.")
    return result


def _key(key: object) -> str:
    if type(key) is str:
        return key
    text = plain(key)
    if isinstance(text, bool) or not isinstance(text, (str, int)):
        raise NotCanonical(f"A {type(key).__name__} cannot be a key.")
    return str(text)


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise NotCanonical("An instant without a time zone has no canonical form.")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _encodable(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotCanonical("A text with half a character cannot be stored.") from None
    return text


_SHORT: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?").fullmatch
_WAYS: Final[dict[type, Callable[[Any], Any]]] = {
    str: _same,
    bool: _same,
    type(None): _same,
    float: canonical_float,
    int: _same,
    Decimal: decimal_text,
    date: date.isoformat,
    UUID: str,
    list: _plain_list,
    tuple: _plain_list,
    dict: _plain_mapping,
}
