"""The look-alike files of `samples/`, what a draft says in short, and damage for fuzzing."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from portfolios.formats.contract import Format, Options, Parsed, Source
from portfolios.formats.draft import Draft

SAMPLES = Path(__file__).parent / "samples"
TODAY = date(2025, 6, 30)
HOSTILE = (
    b"NaN", b"-Infinity", b"1E+1000000", b"1_000", "１２３".encode(), b"9" * 5000, b"1.234,56",
    b"2025-02-30", b"0001-01-01", b"9999-12-31", b"03/04/2025", b"=1+1", b"@SUM(A1)", b"\0",
    b'"', b"'", b"\xff", b"\xed\xa0\x80", b"{", b"]", b"<", b">", b"&lt;", b"-0", b"", b"-5", b"0",
    b"<!DOCTYPE x>", b"\\u0000", "😀".encode() * 50, b"\n", b"\t", b"null", b"ZZZ", b"x" * 600,
)  # fmt: skip


def sample(name: str) -> Source:
    """A file as a person would upload it."""
    return Source((SAMPLES / name).read_bytes(), name)


def options(**said: Any) -> Options:
    """A portfolio in euro, read on `TODAY`, with no choice made unless said."""
    return replace(Options(base_currency="EUR", today=TODAY), **said)


def told(draft: Draft) -> dict[str, Any]:
    """Everything in a draft that is not its default, without the row; numbers as texts."""
    said: dict[str, Any] = {}
    for field in fields(draft):
        value = getattr(draft, field.name)
        if field.name == "row" or value in (None, "", 0) or (field.name, value) == MAIN:
            continue
        said[field.name] = value if isinstance(value, (int, list)) else str(value)
    return {name: _plain(value) for name, value in said.items()}


MAIN = ("account", "main")


def _plain(value: Any) -> Any:
    """12.50 and 12.5 are one number."""
    if isinstance(value, str) and "." in value and value.replace(".", "").lstrip("-").isdigit():
        return value.rstrip("0").rstrip(".")
    return value


def wrong(parsed: Parsed) -> list[tuple[int | None, str | None, str]]:
    """Where each mistake is, and its reason."""
    return [(fault.row, fault.column, fault.reason) for fault in parsed.faults]


def damaged(content: bytes, seed: int) -> bytes:
    """One to five injuries: words replaced, cut out, doubled, or bytes put in."""
    dice = random.Random(seed)
    for _ in range(dice.randint(1, 5)):
        start = dice.randrange(len(content) + 1)
        end = min(len(content), start + dice.randrange(1, 12))
        injury = dice.randrange(4)
        if injury == 0:
            content = content[:start] + dice.choice(HOSTILE) + content[end:]
        elif injury == 1:
            content = content[:start] + content[end:]
        elif injury == 2:
            content = content[:end] + content[start:]
        else:
            content = content[:start] + bytes([dice.randrange(256)]) + content[start:]
    return content


def survives(format_: Format, content: bytes, *, seeds: int = 150) -> None:
    """Each damaged file is read or refused; every mistake is told with its remedy."""
    for seed in range(seeds):
        source = Source(damaged(content, seed), "damaged")
        format_.recognises(source)
        parsed = format_.parse(source, options())
        for fault in parsed.faults:
            assert fault.reason and fault.message and fault.remedy, (seed, fault)
        for draft in parsed.drafts:
            assert draft.transaction_date <= TODAY, seed
            for number in (draft.quantity, draft.gross_amount, draft.net_amount, draft.fees):
                assert number is None or (number.is_finite() and abs(number) < 10**16), seed
        for draft in parsed.drafts:
            repr(draft).encode()
