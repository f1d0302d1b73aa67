"""Taking a pattern of the house in, and choosing which of its versions is served."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import connection

from patterns import library
from patterns.canonical import text_hash
from patterns.checks import reading_faults
from patterns.exceptions import PatternInvalid, UploadUnknown
from patterns.faults import SHAPE, SUBPATTERN, Fault
from patterns.library import Library
from patterns.models import UploadedPattern
from patterns.reading import Reading, read_spec
from patterns.selectors.uploaded import reading_of
from patterns.services.turns import lock_key
from patterns.source import parse
from patterns.spec import PatternSpec

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(%s)"


def upload_pattern(*, text: str, name: str, by_id: int, by_name: str) -> UploadedPattern:
    """Check a file, keep it as a new version, and serve it from now on.

    Raises PatternInvalid with every mistake, each with its line; then nothing is kept.
    """
    _alone()
    reading = read_spec(parse(text, name))
    rows = list(UploadedPattern.objects.all())
    faults = _faults(reading, rows)
    if reading.spec is None or faults:
        raise _invalid(name, faults)
    UploadedPattern.objects.of_pattern(reading.spec.id).update(is_active=False)
    return UploadedPattern.objects.create(
        pattern_id=reading.spec.id,
        version=reading.spec.version,
        text=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        uploaded_by=by_id,
        uploaded_by_name=by_name,
    )


def serve_version(pattern_id: str, version: str) -> UploadedPattern:
    """Serve an earlier or a later version of a pattern of the house.

    Raises UploadUnknown, and PatternInvalid where the installation has changed under it.
    """
    _alone()
    rows = list(UploadedPattern.objects.all())
    chosen = next((r for r in rows if (r.pattern_id, r.version) == (pattern_id, version)), None)
    if chosen is None:
        raise UploadUnknown(f"There is no version {version[:32]!r} of {pattern_id[:80]!r}.")
    reading = reading_of(chosen.text, f"{pattern_id}.json")
    faults = [*reading_faults(reading, _with(reading, rows).get), *_dependants(reading, rows)]
    if faults:
        raise _invalid(f"{pattern_id}.json", faults)
    UploadedPattern.objects.of_pattern(pattern_id).update(is_active=False)
    chosen.is_active = True
    chosen.save(update_fields=["is_active"])
    return chosen


def withdraw_pattern(pattern_id: str) -> UploadedPattern:
    """Serve a pattern of the house no more. Its runs keep their version.

    Raises UploadUnknown, and PatternInvalid where other patterns contain it.
    """
    _alone()
    rows = list(UploadedPattern.objects.active())
    row = next((row for row in rows if row.pattern_id == pattern_id), None)
    if row is None:
        raise UploadUnknown(f"{pattern_id[:80]!r} is no pattern of the house that is served.")
    inside = [name for name, spec in _active(rows).items() if pattern_id in _calls(spec)]
    if inside:
        fault = Fault(
            code=SUBPATTERN,
            pointer="",
            message=f"{pattern_id!r} is part of {', '.join(sorted(inside))}.",
            suggestion="Withdraw these first, or upload versions without it.",
        )
        raise _invalid(pattern_id, [fault])
    row.is_active = False
    row.save(update_fields=["is_active"])
    return row


def _faults(reading: Reading, rows: list[UploadedPattern]) -> list[Fault]:
    """Every mistake: of the file, of its id and version, and what it would break elsewhere."""
    faults = list(reading_faults(reading, _with(reading, rows).get))
    if reading.spec is not None:
        own = [*_identity(reading.spec, rows)]
        faults += [reading.source.located(fault) for fault in own]
        if not faults:
            faults += _dependants(reading, rows)
    return sorted(faults, key=lambda fault: (fault.line or 0, fault.pointer))


def _identity(spec: PatternSpec, rows: list[UploadedPattern]) -> Iterator[Fault]:
    if spec.id in library.built_in().readings:
        message = f"{spec.id!r} is a built-in pattern, and these are read-only."
        yield Fault(code=SHAPE, pointer="/id", message=message, suggestion="Choose another id.")
    known = [row.version for row in rows if row.pattern_id == spec.id]
    newest = max(known, key=_number, default=None)
    version = getattr(spec, "version", None)
    if newest is not None and version is not None and _number(version) <= _number(newest):
        message = f"Version {newest} of {spec.id!r} is kept already."
        suggestion = "Raise the version: what was answered by the old one keeps its text."
        yield Fault(code=SHAPE, pointer="/version", message=message, suggestion=suggestion)


def _dependants(reading: Reading, rows: list[UploadedPattern]) -> Iterator[Fault]:
    """Active patterns that contain this one and would not fit the new version."""
    assert reading.spec is not None  # noqa: S101 - asked of patterns that could be read
    find = _with(reading, rows).get
    for name, spec in _active(rows).items():
        if name != reading.spec.id and reading.spec.id in _calls(spec):
            row = next(row for row in rows if row.pattern_id == name and row.is_active)
            broken = reading_faults(reading_of(row.text, f"{name}.json"), find)
            for fault in broken:
                message = f"{name} contains it and would break: {fault.message}"
                yield Fault(
                    code=fault.code,
                    pointer=fault.pointer,
                    message=message,
                    suggestion=fault.suggestion,
                    file=f"{name}.json",
                    line=fault.line,
                )


def _with(reading: Reading, rows: list[UploadedPattern]) -> Library:
    """The library as it would be with this pattern in it."""
    active = {
        row.pattern_id: reading_of(row.text, f"{row.pattern_id}.json")
        for row in rows
        if row.is_active
    }
    own = {} if reading.spec is None else {reading.spec.id: reading}
    return Library({**active, **own, **library.built_in().readings})


def _active(rows: list[UploadedPattern]) -> dict[str, PatternSpec]:
    readings = {row.pattern_id: reading_of(row.text, "") for row in rows if row.is_active}
    return {name: each.spec for name, each in readings.items() if each.spec is not None}


def _calls(spec: PatternSpec) -> set[str]:
    return {step.pattern for step in spec.steps if step.pattern}


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _invalid(name: str, faults: list[Fault]) -> PatternInvalid:
    told: list[dict[str, Any]] = [fault.as_dict() for fault in faults]
    count = f"{len(told)} mistakes" if len(told) > 1 else "a mistake"
    return PatternInvalid(f"{name} has {count}.", told)


def _alone() -> None:
    """Two administrators at once follow each other: each sees what the other has changed."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [lock_key(text_hash("patterns.uploads"))])
