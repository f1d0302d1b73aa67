"""One spelling for every value, so that equal values have equal bytes.

Keys are sorted and nothing is spaced. Decimals are plain text without exponent or trailing zeros.
Floats are rounded half-even to 12 significant digits, which hides the noise of the last bits.
Dates are ISO, instants are UTC. NaN and infinity have no spelling and are refused.

Values are written as text at once. What a result has most of is rows of one type: they are
written a column at a time, by loops that are not Python's.
"""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from json.encoder import encode_basestring as _quoted
from numbers import Integral
from operator import itemgetter
from typing import Any, Final, TypeAlias
from uuid import UUID

from pydantic import BaseModel

from patterns.exceptions import NotCanonical

SIGNIFICANT_DIGITS = 12
MAX_DECIMAL_EXPONENT = 60  # 1E+1000000 would print a million zeros
MOST_TYPES = 2000  # that are remembered
MANY = 8  # values that are written by columns; of fewer the columns cost more than they save
Writer: TypeAlias = Callable[[Any], str]


def canonical_json(value: object) -> str:
    """The one text of a value; what is hashed, stored and compared."""
    return _encodable(_text(value))


def content_hash(value: object) -> str:
    """SHA-256 of the canonical text, as 64 hexadecimal digits."""
    return text_hash(canonical_json(value))


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def plain(value: object) -> Any:
    """A value as whoever reads its text gets it: dicts, lists, strings, numbers, booleans, None."""
    return json.loads(canonical_json(value))


def canonical_float(value: float) -> float:
    if not math.isfinite(value):
        raise NotCanonical(f"{value} is not a number that can be stored.")
    return float(f"{value:.{SIGNIFICANT_DIGITS - 1}e}") + 0.0  # + 0.0 turns -0.0 into 0.0


def _float(value: float) -> str:
    """The text of `canonical_float`. Twelve digits are the shortest that read back the same, so
    that mostly they need not be read; where they have an exponent, Python has its own."""
    text = _TWELVE % value
    if text.isdigit():
        return f"{text}.0"
    if "." in text and "e" not in text:
        return text
    return repr(canonical_float(value))


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


def _text(value: object) -> str:
    return (_WRITERS.get(type(value)) or _writer(type(value)))(value)


def _writer(kind: type) -> Writer:
    """How values of a type are written. Found once: a result has a few types and thousands of
    values."""
    found = _writer_of(kind)
    if len(_WRITERS) < MOST_TYPES:
        _WRITERS[kind] = found
    return found


def _writer_of(kind: type) -> Writer:
    if issubclass(kind, Enum):
        return _member
    if issubclass(kind, str):
        return _quoted
    if issubclass(kind, float):
        return _float
    if issubclass(kind, Integral):
        return lambda value: repr(int(value))
    if issubclass(kind, Decimal):
        return _decimal
    if issubclass(kind, Mapping):
        return _mapping
    if issubclass(kind, (list, tuple)):
        return _list
    return _writer_of_object(kind)


def _writer_of_object(kind: type) -> Writer:
    if issubclass(kind, BaseModel):
        return _writer_of_model(kind)
    if issubclass(kind, datetime):
        return _instant
    if issubclass(kind, date):
        return _day
    if issubclass(kind, UUID):
        return _uuid
    if is_dataclass(kind):
        names = tuple(field.name for field in fields(kind))
        return lambda value: _mapping({name: getattr(value, name) for name in names})
    return _refuse


def _writer_of_model(kind: type[BaseModel]) -> Writer:
    """Fields by what they are, not by what they were declared as: a figure keeps its currency."""
    optional = _optional(kind)
    names = [(name, f"{_quoted(name)}:", name in optional) for name in sorted(kind.model_fields)]

    def written(model: BaseModel) -> str:
        said = model.__dict__
        found = []
        for name, label, may_be_left_out in names:
            item = said[name]
            if may_be_left_out and (item is None or item == ()):
                continue
            kind = type(item)
            found.append(label + (_WRITERS.get(kind) or _writer(kind))(item))
        return f"{{{','.join(found)}}}"

    return written


def _optional(kind: type[BaseModel]) -> frozenset[str]:
    found: frozenset[str] = getattr(kind, "omit_when_empty", frozenset())
    return found


def _list(values: Sequence[Any]) -> str:
    texts = map(_text, values) if len(values) < MANY else _column(values)
    return f"[{','.join(texts)}]"


def _column(values: Sequence[Any]) -> Iterable[str]:
    """The texts of many values, which mostly are of one type."""
    kinds = {*map(type, values)}
    if len(kinds) > 1:
        return map(_text, values)
    (kind,) = kinds
    if issubclass(kind, BaseModel):
        return _rows(kind, values)
    return map(_WRITERS.get(kind) or _writer(kind), values)


def _rows(kind: type[BaseModel], models: Sequence[BaseModel]) -> Iterable[str]:
    """Models of one type, field by field. What all of them leave out is not looked at twice."""
    optional, names = _optional(kind), sorted(kind.model_fields)
    if not names or names[-1] in optional:  # the last is known to have no comma behind it
        return map(_WRITERS.get(kind) or _writer(kind), models)
    said = [model.__dict__ for model in models]
    shape, columns = "", []
    for name in names:
        values = [*map(itemgetter(name), said)]
        if name not in optional:
            shape += f"{_quoted(name)}:%s,"
            columns.append(_column(values))
        elif values.count(None) + values.count(()) < len(values):
            shape += "%s"
            columns.append(_at_times(name, values))
    return map(f"{{{shape[:-1]}}}".__mod__, zip(*columns, strict=True))


def _at_times(name: str, values: Sequence[Any]) -> list[str]:
    label = f"{_quoted(name)}:"
    return ["" if one is None or one == () else f"{label}{_text(one)}," for one in values]


def _refuse(value: object) -> str:
    raise NotCanonical(f"A {type(value).__name__} has no canonical form.")


def _member(value: Enum) -> str:
    return _text(value.value)


def _decimal(value: Decimal) -> str:
    return f'"{decimal_text(value)}"'


def _day(value: date) -> str:
    return f'"{value.isoformat()}"'


def _uuid(value: UUID) -> str:
    return f'"{value}"'


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise NotCanonical("An instant without a time zone has no canonical form.")
    text = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return f'"{text}"'


def _mapping(value: Mapping[Any, Any]) -> str:
    texts = {_key(key): _text(item) for key, item in value.items()}
    if len(texts) != len(value):
        raise NotCanonical("Two keys of a mapping have the same canonical form.")
    found = [f"{_quoted(key)}:{texts[key]}" for key in sorted(texts)]
    return f"{{{','.join(found)}}}"


def _key(key: object) -> str:
    if type(key) is str:
        return key
    found = plain(key)
    if isinstance(found, bool) or not isinstance(found, (str, int)):
        raise NotCanonical(f"A {type(key).__name__} cannot be a key.")
    return str(found)


def _encodable(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotCanonical("A text with half a character cannot be stored.") from None
    return text


_SHORT: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?").fullmatch
_TWELVE: Final = f"%.{SIGNIFICANT_DIGITS}g"
_WRITERS: Final[dict[type, Writer]] = {
    str: _quoted,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
    float: _float,
    int: int.__repr__,
    Decimal: _decimal,
    date: _day,
    UUID: _uuid,
    list: _list,
    tuple: _list,
    dict: _mapping,
}
