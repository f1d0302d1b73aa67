"""Samples read by their format, and drafts told as short lines that a test can write out."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any

from portfolios.formats.contract import Format, Options, Parsed, Source
from portfolios.formats.draft import Draft

SAMPLES = Path(__file__).parent / "samples"
TODAY = date(2013, 2, 28)
UNTOLD = frozenset({"row", "narration", "security_name", "net_amount", "account"})
DEFAULTS = {field.name: field.default for field in fields(Draft)}


def sample(name: str) -> Source:
    return Source((SAMPLES / name).read_bytes(), name)


def read(format_: Format, source: Source | str, **options: Any) -> Parsed:
    """A sample by its name, or a text."""
    if isinstance(source, str):
        source = Source(source.encode(), "")
    options = {"base_currency": "USD", "today": TODAY, **options}
    return format_.parse(source, Options(**options))


def told(draft: Draft) -> str:
    """`2 BUY 2013-02-04 symbol=ACME quantity=20 ... net=-206`: all that is not empty."""
    said = []
    for name, default in DEFAULTS.items():
        value = getattr(draft, name)
        if name in UNTOLD or name in ("entry_type", "transaction_date") or value == default:
            continue
        said.append(f"{name}={plainly(value)}")
    head = f"{draft.row} {draft.entry_type} {draft.transaction_date}"
    return " ".join([head, *said, f"net={plainly(draft.net_amount)}"])


def plainly(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    return str(value)


def lines(parsed: Parsed) -> list[str]:
    """All entries, by row for the eye; a parse returns them by day."""
    return [told(draft) for draft in sorted(parsed.drafts, key=lambda draft: draft.row or 0)]


def entries(text: str) -> list[str]:
    """Expected lines: one for each entry, going on where the next is indented; # explains."""
    told: list[str] = []
    for line in dedent(text).strip().splitlines():
        if line.startswith(" "):
            told[-1] = f"{told[-1]} {line.strip()}"
        elif not line.startswith("#"):
            told.append(line)
    return told


def mistakes(parsed: Parsed) -> list[tuple[int | None, str | None, str]]:
    for fault in parsed.faults:
        assert fault.message and fault.remedy
    return [(fault.row, fault.column, fault.reason) for fault in parsed.faults]


def skips(parsed: Parsed) -> dict[int, str]:
    return {skipped.row: skipped.reason for skipped in parsed.skipped}
