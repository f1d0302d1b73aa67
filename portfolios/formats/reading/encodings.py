"""Bytes to text: the encodings that brokers and spreadsheets write."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from market.formats.csv_records import Limits
from market.formats.faults import Fault

# The mark of UTF-32 LE begins with that of UTF-16 LE, so the long ones are looked for first.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAVE_AS_UTF8 = "Export the file again, or save it as CSV in UTF-8."
OLD_ENCODING = (
    "The file is not UTF-8. It was read as {name}, as older spreadsheets write; check accents."
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file without its byte order mark, and what its reader must know of it."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def decode(content: bytes, limits: Limits | None = None) -> Decoded | Fault:
    """The whole text. UTF-8, UTF-16 and UTF-32 by mark, else UTF-8, else Windows-1252, which
    holds every byte but five, else Latin-1, which holds them all."""
    limits = limits or Limits()
    if limits.max_bytes is not None and len(content) > limits.max_bytes:
        return too_large(f"The file is larger than {limits.max_bytes:,} bytes.")
    decoded = _decode(content)
    if isinstance(decoded, Decoded) and "\0" in decoded.text:
        return malformed("The file contains NUL characters.")
    return decoded


def opening(content: bytes, size: int = 16 * 1024) -> str:
    """The first few thousand characters, for recognising a format; broken bytes are left out."""
    mark = next((name for mark, name in MARKS if content.startswith(mark)), "utf-8")
    # Four bytes hold a character of every encoding, so a cut at a multiple of four is clean.
    text = content[:size].decode(mark, errors="ignore")
    return text.removeprefix("\ufeff")


def malformed(message: str, row: int | None = None) -> Fault:
    return Fault(reason="file_malformed", message=message, remedy=SAVE_AS_UTF8, row=row)


def too_large(message: str, row: int | None = None) -> Fault:
    remedy = "Export a shorter period, or import the file with the command import_ledger."
    return Fault(reason="file_too_large", message=message, remedy=remedy, row=row)


def _decode(content: bytes) -> Decoded | Fault:
    for mark, name in MARKS:
        if content.startswith(mark):
            return _decode_as(content, name)
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return Decoded(content.decode("cp1252"), "cp1252", (_old("Windows-1252"),))
    except UnicodeDecodeError:
        return Decoded(content.decode("latin-1"), "latin-1", (_old("Latin-1"),))


def _decode_as(content: bytes, name: str) -> Decoded | Fault:
    try:
        return Decoded(content.decode(name).removeprefix("\ufeff"), name)
    except UnicodeDecodeError as error:
        label = name.removesuffix("-sig").upper()
        return malformed(f"The file says it is {label}; byte {error.start + 1} is not.")


def _old(name: str) -> str:
    return OLD_ENCODING.format(name=name)
