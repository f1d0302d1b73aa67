"""The golden cases of docs/methods/fixtures, and a comparison that follows their tolerances."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[3] / "docs" / "methods" / "fixtures"


def case(file: str, case_id: str) -> dict[str, Any]:
    """One golden case: its `inputs`, `expected` and `tolerance`."""
    cases = json.loads((FIXTURES / f"{file}.json").read_text())["cases"]
    return next(found for found in cases if found["id"] == case_id)


def close(got: float | None, expected: float | None, tolerance: dict[str, Any]) -> bool:
    """A float passes when |a−e| ≤ max(float_abs, float_rel·|e|); None only equals None."""
    if got is None or expected is None:
        return got is expected
    allowed: float = max(
        tolerance.get("float_abs", 0.0), tolerance.get("float_rel", 0.0) * abs(expected)
    )
    return abs(got - expected) <= allowed


def decimals(texts: list[str]) -> list[Decimal]:
    return [Decimal(text) for text in texts]
