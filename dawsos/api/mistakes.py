"""Mistakes in a body's fields, in the shape that every door shares."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from patterns.exceptions import DawsError

ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
SLASHED = re.compile(r"[0-9]{1,4}[/.][0-9]{1,2}[/.][0-9]{1,4}", re.ASCII)
WRITE_DAY = "Send a day as YYYY-MM-DD."

# What the framework calls a mistake, as our word and what to do about it.
SAID = {
    "required": ("required", "Send this field."),
    "null": ("required", "Send a value, or leave the field out."),
    "blank": ("required", "Send a text."),
    "max_length": ("too_long", "Shorten it."),
    "date_invalid": ("date_invalid", WRITE_DAY),
    "ambiguous": ("ambiguous", WRITE_DAY),
}
OTHERWISE = ("input_invalid", "Send it as docs/api.md describes.")
CODES = {"date_invalid": "VALIDATION_2004", "ambiguous": "VALIDATION_2004"}


class DayField(serializers.DateField):
    """A calendar day in its one spelling."""

    def to_internal_value(self, value: Any) -> dt.date:
        text = value if isinstance(value, str) else ""
        if SLASHED.fullmatch(text):
            raise serializers.ValidationError("This day can be read in two ways.", "ambiguous")
        try:
            return dt.date.fromisoformat(text if ISO.fullmatch(text) else "")
        except ValueError:
            raise serializers.ValidationError("There is no such day.", "date_invalid") from None


def body_refused(error: serializers.ValidationError) -> DawsError:
    """Every mistake of a body at once: {field, reason, message, remedy}."""
    mistakes = list(_mistakes(error.detail, ""))
    reasons = {mistake["reason"] for mistake in mistakes}
    reason = reasons.pop() if len(reasons) == 1 else "input_invalid"
    return DawsError(
        "The input is not valid.",
        code=CODES.get(reason, "VALIDATION_2000"),
        suggestion="Mend the fields named in details.errors.",
        details={"reason": reason, "errors": mistakes},
        http_status=422,
    )


def _mistakes(found: Any, field: str) -> Iterator[dict[str, str]]:
    if isinstance(found, dict):
        for name, inner in found.items():
            here = "" if name == "non_field_errors" else str(name)
            yield from _mistakes(inner, ".".join(part for part in (field, here) if part))
    elif isinstance(found, list):
        for inner in found:
            yield from _mistakes(inner, field)
    elif isinstance(found, ErrorDetail):
        reason, remedy = SAID.get(str(found.code), OTHERWISE)
        yield {"field": field or "body", "reason": reason, "message": str(found), "remedy": remedy}
