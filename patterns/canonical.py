"""One spelling for every value, so that equal values have equal bytes.

Keys are sorted and nothing is spaced. Decimals are plain text without exponent or trailing zeros.
Floats are rounded half-even to 12 significant digits, which hides the noise of the last bits.
Dates are ISO, instants are UTC. NaN and infinity have no spelling and are refused.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from numbers import Integral
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from patterns.exceptions import NotCanonical

SIGNIFICANT_DIGITS = 12
MAX_DECIMAL_EXPONENT = 60  # 1E+1000000 would print a million zeros


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
    if value is None or isinstance(value, (str, bool)):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, float):
        return canonical_float(value)
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, Mapping):
        return _plain_mapping(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return _plain_object(value)


def canonical_float(value: float) -> float:
    if not math.isfinite(value):
        raise NotCanonical(f"{value} is not a number that can be stored.")
    return float(f"{value:.{SIGNIFICANT_DIGITS - 1}e}") + 0.0  # + 0.0 turns -0.0 into 0.0


def decimal_text(value: Decimal) -> str:
    if not value.is_finite():
        raise NotCanonical(f"{value} is not a number that can be stored.")
    if not value:
        return "0"
    if abs(value.adjusted()) > MAX_DECIMAL_EXPONENT:
        raise NotCanonical("A number with an exponent this large cannot be stored.")
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain_object(value: object) -> Any:
    if isinstance(value, BaseModel):
        return _plain_model(value)
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    raise NotCanonical(f"A {type(value).__name__} has no canonical form.")


def _plain_model(model: BaseModel) -> dict[str, Any]:
    """Fields by what they are, not by what they were declared as: a figure keeps its currency."""
    optional: frozenset[str] = getattr(type(model), "omit_when_empty", frozenset())
    return {
        name: plain(item)
        for name in type(model).model_fields
        if (item := getattr(model, name)) not in (None, ()) or name not in optional
    }


def _plain_mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    result = {_key(key): plain(item) for key, item in value.items()}
    if len(result) != len(value):
        raise NotCanonical("Two keys of a mapping have the same canonical form.")
    return result


def _key(key: object) -> str:
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
