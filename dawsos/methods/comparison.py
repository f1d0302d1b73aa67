"""Whether an answer is the expected one, within a golden case's tolerance (methods §0).

Texts of numbers are compared as Decimals, exactly unless `decimal_rel` allows more. A float passes
when |a−e| ≤ max(float_abs, float_rel·|e|). `fields` names tolerances of single fields: "exact",
"informative" (not compared), a number (float_abs), or a tolerance of its own. Everything that is
expected must be answered; what is answered beyond it is not looked at. A missing value is None
and equals only None: an absent key is a difference.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

Tolerance = Mapping[str, Any]
EXACT: Tolerance = {"decimal": "exact"}


def differences(
    expected: object, got: object, tolerance: Tolerance, path: str = ""
) -> Iterator[str]:
    """One sentence for each place where an answer is not the expected one; none when it passes."""
    if isinstance(expected, dict):
        yield from _in_mapping(expected, got, tolerance, path)
    elif isinstance(expected, list):
        yield from _in_list(expected, got, tolerance, path)
    elif not _equal(expected, got, tolerance):
        yield f"{path or 'answer'}: expected {expected!r}, got {_shown(got)}"


def _in_mapping(
    expected: dict[str, Any], got: object, tolerance: Tolerance, path: str
) -> Iterator[str]:
    if not isinstance(got, Mapping):
        yield f"{path or 'answer'}: expected fields, got {_shown(got)}"
        return
    for name, wanted in expected.items():
        inside = f"{path}.{name}" if path else name
        own = _of_field(tolerance, name)
        if own is None:
            continue
        if name not in got:
            yield f"{inside}: is not answered"
        else:
            yield from differences(wanted, got[name], own, inside)


def _in_list(expected: list[Any], got: object, tolerance: Tolerance, path: str) -> Iterator[str]:
    if not isinstance(got, list | tuple):
        yield f"{path}: expected a list, got {_shown(got)}"
        return
    if len(got) != len(expected):
        yield f"{path}: expected {len(expected)} elements, got {len(got)}"
        return
    for index, (wanted, value) in enumerate(zip(expected, got, strict=True)):
        yield from differences(wanted, value, tolerance, f"{path}[{index}]")


def _of_field(tolerance: Tolerance, name: str) -> Tolerance | None:
    """The tolerance under a field; None where it is informative."""
    match tolerance.get("fields", {}).get(name):
        case None:
            return tolerance
        case "informative":
            return None
        case "exact":
            return EXACT
        case dict() as own:
            return own
        case number:
            return {"float_abs": float(number)}


def _equal(expected: object, got: object, tolerance: Tolerance) -> bool:
    if expected is None or isinstance(expected, bool):
        return got is expected
    if isinstance(expected, str):
        return _equal_text(expected, got, tolerance)
    if isinstance(expected, int | float):
        return _equal_number(expected, got, tolerance)
    return False


def _equal_text(expected: str, got: object, tolerance: Tolerance) -> bool:
    if isinstance(got, date):
        return expected == got.isoformat()
    wanted, value = _decimal(expected), _decimal(got)
    if wanted is None or value is None:
        return isinstance(got, str) and got == expected
    allowed = Decimal(str(tolerance.get("decimal_rel", 0))) * abs(wanted)
    return abs(value - wanted) <= allowed


def _equal_number(expected: float, got: object, tolerance: Tolerance) -> bool:
    if isinstance(got, bool) or not isinstance(got, int | float | Decimal):
        return False
    if isinstance(expected, int) and isinstance(got, int):
        return got == expected
    if not math.isfinite(got):
        return False
    relative = float(tolerance.get("float_rel", 0.0)) * abs(expected)
    return abs(float(got) - expected) <= max(float(tolerance.get("float_abs", 0.0)), relative)


def _decimal(value: object) -> Decimal | None:
    """A finite Decimal from itself or its text; None for anything else, floats included."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _shown(got: object) -> str:
    return str(got) if isinstance(got, Decimal | date) else repr(got)
