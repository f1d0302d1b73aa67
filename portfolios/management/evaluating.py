"""Evaluating a file from the shell, without Django: no settings, no database, no start to wait for.

Answers go to standard output as JSON. The exit code is 0 when the document was answered, problems
included, and 1 when it cannot be read; then the answer is the structured error. In a list, a
document that cannot be read has its error in its place, and the others are answered.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from market.formats.csv_records import Limits
from portfolios.exceptions import DocumentUnreadable
from portfolios.formats.evaluation import answers

HELP = (
    "Evaluate a ledger document (docs/evaluate.md): positions, cash, lots, totals and returns. "
    "Nothing is stored and no stored portfolio is touched."
)
NO_LIMITS = Limits(max_bytes=None, max_rows=None)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line, for Django's command and for the short way around it."""
    parser.add_argument("file", help="the document, or - for standard input")
    parser.add_argument("--json", action="store_true", help="print the whole answer as JSON")


def main(arguments: Sequence[str]) -> int:
    """Evaluate what the arguments name, print the answer, and give the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py evaluate", description=HELP)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    gc.disable()  # a short life with many small objects that all stay: looking for waste costs more
    return run(options.file, as_json=options.json, out=sys.stdout, err=sys.stderr)


def run(file: str, *, as_json: bool, out: TextIO, err: TextIO) -> int:
    """Evaluate a file, write the answer to `out` and what went wrong to `err`: 0 or 1."""
    try:
        answer = answers(_content(file), NO_LIMITS)
    except DocumentUnreadable as error:
        if as_json:
            out.write(json.dumps({"error": error.as_dict(uuid.uuid4().hex)}) + "\n")
        else:
            err.writelines(
                f"{mistake['field']}: {mistake['message']} {mistake['remedy']}\n"
                for mistake in error.details["errors"]
            )
        err.write(f"{error.message} {error.suggestion}\n")
        return 1
    out.write(_text(answer, as_json=as_json) + "\n")
    return 0


def _content(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        reason = {
            "field": "document",
            "reason": "file_unreadable",
            "message": f"{name} cannot be read: {error.strerror}.",
            "remedy": "Name a file that exists.",
        }
        raise DocumentUnreadable([reason]) from error


def _text(answer: Any, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(answer)
    parts = answer if isinstance(answer, list) else [answer]
    return "\n\n".join(_summary(part) for part in parts)


def _summary(answer: dict[str, Any]) -> str:
    """Totals, returns and problems in lines for people."""
    if "error" in answer:
        return str(answer["error"]["message"])
    figures = {**answer["totals"], **answer["returns"]}
    lines = [f"{answer['asof']}, in {answer['base_currency']}"]
    lines += [f"  {name:<22}{'—' if one is None else one}" for name, one in figures.items()]
    for problem in answer["problems"]:
        place = "" if problem["seq"] is None else f"entry {problem['seq']}: "
        lines.append(f"  {place}{problem['message']} [{problem['code']}]")
    return "\n".join(lines)
