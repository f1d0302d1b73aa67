"""Golden files: read whole, and refused whole with every mistake named."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patterns.exceptions import DawsError

FIELDS = {"id": str, "method": str, "inputs": dict, "expected": dict, "tolerance": dict}


class GoldenUnreadable(DawsError):
    """A folder or file of golden cases that cannot be run; every mistake in details["errors"]."""

    code = "VALIDATION_2040"
    http_status = 422
    suggestion = "Name a folder of golden files, each with a list of `cases`."


@dataclass(frozen=True, slots=True)
class Case:
    """One golden case as its file states it."""

    file: str
    id: str
    method: str
    inputs: dict[str, Any]
    expected: dict[str, Any]
    tolerance: dict[str, Any]
    note: str = ""

    @property
    def carries_parameters(self) -> bool:
        """Whether it holds parameters to load rather than inputs to run (methods §0)."""
        return self.method.endswith("_definition") or self.method == "scenario.presets"


def read_cases(folder: Path) -> list[Case]:
    """Every case of every *.json file in a folder, by file name and then in the file's order.

    Raises GoldenUnreadable when the folder is none, holds no such file, or any file is malformed.
    """
    if not folder.is_dir():
        raise _refused(f"{folder} is not a folder.", [])
    files = sorted(folder.glob("*.json"))
    if not files:
        raise _refused(f"{folder} holds no golden file (*.json).", [])
    cases: list[Case] = []
    errors: list[str] = []
    for file in files:
        try:
            cases += _cases(file)
        except _Malformed as mistake:
            errors += [f"{file.name}: {error}" for error in mistake.errors]
    if errors:
        raise _refused(f"{len(errors)} mistakes in golden files: {' '.join(errors)}", errors)
    return cases


def read_file(file: Path) -> list[Case]:
    """Every case of one file. Raises GoldenUnreadable when it is malformed."""
    try:
        return _cases(file)
    except _Malformed as mistake:
        raise _refused(f"{file.name} is malformed.", mistake.errors) from mistake


class _Malformed(Exception):
    """What is wrong with one file; never leaves this module."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


def _cases(file: Path) -> list[Case]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except (OSError, ValueError, RecursionError) as error:
        raise _Malformed([f"is not JSON: {error}."]) from error
    rows = document.get("cases") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not rows:
        raise _Malformed(["has no list of `cases`."])
    errors = [error for number, row in enumerate(rows, start=1) for error in _mistakes(number, row)]
    if errors:
        raise _Malformed(errors)
    return [
        Case(file.name, **{name: row[name] for name in FIELDS}, note=str(row.get("note") or ""))
        for row in rows
    ]


def _mistakes(number: int, row: object) -> Iterator[str]:
    if not isinstance(row, dict):
        yield f"case {number} is not an object."
        return
    for name, kind in FIELDS.items():
        if not isinstance(row.get(name), kind):
            yield f"case {number} needs `{name}`."


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _refused(message: str, errors: list[str]) -> GoldenUnreadable:
    return GoldenUnreadable(message, details={"reason": "golden_unreadable", "errors": errors})
