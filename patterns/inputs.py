"""What a caller sends, turned into typed values; every mistake is answered at once.

Texts are accepted where a command line or a form can send nothing else, but only in one spelling:
ASCII digits, a point, no grouping. What could be read in two ways is `ambiguous`, never guessed.
The result is plain and canonical, so the same question always has the same hash.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from patterns.canonical import canonical_json, decimal_text
from patterns.exceptions import InputsInvalid, NotCanonical
from patterns.faults import did_you_mean
from patterns.spec import InputSpec, PatternSpec

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200
MAX_LENGTH: Final = 1_000
MAX_STRANGERS: Final = 100  # unknown names worth listing
MAX_INTEGER: Final = 2**63 - 1
MAX_MAGNITUDE: Final = 30  # digits before or after the point

_INTEGER = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,2})?", re.ASCII)
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:[.,' ][0-9]{3})*[,.][0-9]+", re.ASCII)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SLASHED = re.compile(r"[0-9]{1,4}[/.][0-9]{1,2}[/.][0-9]{1,4}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_BOOLEANS: Final = {"true": True, "false": False}

# A mistake in one of these has a code of its own; every other is VALIDATION_2005.
_CODES: Final = {
    "portfolio_id": "VALIDATION_2001",
    "security_id": "VALIDATION_2002",
    "quantity": "VALIDATION_2003",
}
_DATE_CODE: Final = "VALIDATION_2004"


class Refusal(ValueError):
    def __init__(self, reason: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.remedy = remedy


def validate_inputs(pattern: PatternSpec, given: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of a run: checked, defaulted, canonical. Doing it twice changes nothing.

    Raises InputsInvalid with every mistake: {field, value, reason, message, remedy}.
    """
    specs = pattern.inputs
    strangers = [name for name in given if name not in specs][:MAX_STRANGERS]
    mistakes = [_mistake(name, given[name], _stranger(name, specs)) for name in strangers]
    result: dict[str, Any] = {}
    for name, spec in specs.items():
        try:
            if name in given and not (given[name] is None and spec.has_default):
                result[name] = value_of(spec, given[name])
            elif spec.required or spec.has_default:
                result[name] = _default(name, spec)
        except Refusal as refusal:
            mistakes.append(_mistake(name, given.get(name), refusal))
    if mistakes:
        raise _refused(specs, mistakes)
    return result


def _stranger(name: str, specs: Mapping[str, InputSpec]) -> Refusal:
    short = name[:80]
    message = f"There is no input {short!r}."
    return Refusal("unknown_input", message, did_you_mean(short, specs))


def _default(name: str, spec: InputSpec) -> Any:
    if spec.required:
        raise Refusal("required", f"{name!r} is required.", _remedy(spec))
    return None if spec.default is None else value_of(spec, spec.default)


def value_of(spec: InputSpec, value: Any) -> Any:
    """One value in its canonical form, or a Refusal."""
    typed = _READERS[spec.type](value, spec)
    plain = typed.isoformat() if isinstance(typed, date) else typed
    plain = decimal_text(plain) if isinstance(plain, Decimal) else plain
    _within(spec, typed)
    if spec.choices is not None and typed not in [_read(spec, each) for each in spec.choices]:
        allowed = ", ".join(str(choice) for choice in spec.choices)
        raise Refusal("not_a_choice", "This is not one of the choices.", f"Use one of: {allowed}.")
    return plain


def _read(spec: InputSpec, value: Any) -> Any:
    return _READERS[spec.type](value, spec)


def _within(spec: InputSpec, typed: Any) -> None:
    if spec.minimum is not None and typed < _read(spec, spec.minimum):
        raise Refusal("out_of_range", "This is too small.", f"The least is {spec.minimum}.")
    if spec.maximum is not None and typed > _read(spec, spec.maximum):
        raise Refusal("out_of_range", "This is too large.", f"The most is {spec.maximum}.")


def _uuid(value: Any, spec: InputSpec) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str) and _UUID.fullmatch(value):
        return value.lower()
    raise Refusal("uuid_invalid", "This is not an id.", _remedy(spec))


def _string(value: Any, spec: InputSpec) -> str:
    if not isinstance(value, str):
        raise Refusal("string_invalid", "This is not a text.", _remedy(spec))
    limit = spec.max_length or MAX_LENGTH
    if len(value) > limit:
        raise Refusal("too_long", f"The text has {len(value)} characters.", f"At most {limit}.")
    try:
        canonical_json(value)
    except NotCanonical:
        raise Refusal("string_invalid", "The text is not Unicode.", _remedy(spec)) from None
    if "\0" in value:
        raise Refusal("string_invalid", "The text contains a NUL character.", _remedy(spec))
    return value


def _integer(value: Any, spec: InputSpec) -> int:
    if isinstance(value, str):
        _not_ambiguous(value)
        if _INTEGER.fullmatch(value):
            value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MAX_INTEGER:
        raise Refusal("number_invalid", "This is not a whole number.", _remedy(spec))
    return value


def _number(value: Any, spec: InputSpec) -> Decimal:
    if isinstance(value, str):
        _not_ambiguous(value)
        number = Decimal(value) if _NUMBER.fullmatch(value) else None
    elif isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        number = None
    elif isinstance(value, int):
        number = Decimal(value) if abs(value) <= MAX_INTEGER else None
    else:
        number = Decimal(repr(value)) if isinstance(value, float) else value
    if number is None or not number.is_finite() or not _moderate(number):
        raise Refusal("number_invalid", "This is not a number.", _remedy(spec))
    return number


def _moderate(number: Decimal) -> bool:
    """Whether its plain text is again a number of this language."""
    if abs(number.adjusted()) > MAX_MAGNITUDE:
        return not number
    return _NUMBER.fullmatch(decimal_text(number)) is not None


def _boolean(value: Any, spec: InputSpec) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _BOOLEANS:
        return _BOOLEANS[value]
    raise Refusal("boolean_invalid", "This is neither true nor false.", _remedy(spec))


def _date(value: Any, spec: InputSpec) -> date:
    found: date | None = None
    if isinstance(value, str):
        if _SLASHED.fullmatch(value):
            raise Refusal("ambiguous", "This date can be read in two ways.", _remedy(spec))
        if _ISO.fullmatch(value):
            found = _calendar_day(value)
    elif type(value) is date:
        found = value
    if found is None:
        raise Refusal("date_invalid", "There is no such day.", _remedy(spec))
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        years = f"Use a year from {FIRST_YEAR} to {LAST_YEAR}."
        raise Refusal("date_invalid", "This year is outside the calendar.", years)
    return found


def _calendar_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _not_ambiguous(text: str) -> None:
    if "," in text and _GROUPED.fullmatch(text):
        raise Refusal(
            "ambiguous",
            "This number can be read in two ways.",
            "Write it without grouping and with a point: 1234.56.",
        )


_READERS: Final[dict[str, Callable[[Any, InputSpec], Any]]] = {
    "uuid": _uuid,
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
}

_REMEDIES: Final = {
    "uuid": "Send an id such as 11111111-1111-1111-1111-111111111111.",
    "string": "Send a text.",
    "integer": "Send a whole number such as 252.",
    "number": "Send a finite number such as 0.95.",
    "boolean": "Send true or false.",
    "date": "Send a day as YYYY-MM-DD.",
}


def _remedy(spec: InputSpec) -> str:
    return _REMEDIES[spec.type]


def _mistake(name: str, value: Any, refusal: Refusal) -> dict[str, Any]:
    return {
        "field": name[:80].encode("utf-8", "replace").decode(),
        "value": _shown(value),
        "reason": refusal.reason,
        "message": refusal.message,
        "remedy": refusal.remedy,
    }


def _shown(value: Any) -> str | None:
    """Enough of a value to recognise it, safe to store and to print."""
    if value is None:
        return None
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        return "a very large number"  # printing it would take longer than reading it
    text = value if isinstance(value, str) else f"{value!r}"
    return text[:80].encode("utf-8", "replace").decode().replace("\0", "�")


def _refused(specs: Mapping[str, InputSpec], mistakes: list[dict[str, Any]]) -> InputsInvalid:
    codes = {_code(mistake["field"], specs) for mistake in mistakes}
    reasons = {mistake["reason"] for mistake in mistakes}
    fields = ", ".join(mistake["field"] for mistake in mistakes)
    details: dict[str, Any] = {
        "reason": reasons.pop() if len(reasons) == 1 else "inputs_invalid",
        "errors": mistakes,
    }
    if len(mistakes) == 1:
        details["field"] = mistakes[0]["field"]
        message = f"{fields}: {mistakes[0]['message']}"
        suggestion = mistakes[0]["remedy"]
    else:
        message, suggestion = f"{len(mistakes)} inputs have mistakes: {fields}.", None
    return InputsInvalid(
        message,
        code=codes.pop() if len(codes) == 1 else None,
        suggestion=suggestion,
        details=details,
    )


def _code(name: str, specs: Mapping[str, InputSpec]) -> str:
    if name in specs and specs[name].type == "date":
        return _DATE_CODE
    return _CODES.get(name, InputsInvalid.code)
