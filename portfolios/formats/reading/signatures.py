"""What a file's first bytes say it is, against what its name says."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath

from market.formats.faults import Fault
from portfolios.formats.contract import Source
from portfolios.formats.reading.encodings import opening


class Kind(StrEnum):
    """Kinds of content that are told apart before a format is asked."""

    ZIP = "an archive or XLSX workbook"
    OLD_WORKBOOK = "a workbook of the old kind (XLS)"
    PDF = "a PDF"
    GZIP = "a compressed file"
    HTML = "a web page"
    XML = "XML"
    JSON = "JSON"
    OFX = "OFX"
    TEXT = "plain text"


BYTES = (
    (b"PK\x03\x04", Kind.ZIP),
    (b"PK\x05\x06", Kind.ZIP),
    (b"\xd0\xcf\x11\xe0", Kind.OLD_WORKBOOK),
    (b"%PDF-", Kind.PDF),
    (b"\x1f\x8b", Kind.GZIP),
)
ENDINGS = {
    ".csv": {Kind.TEXT},
    ".tsv": {Kind.TEXT},
    ".txt": {Kind.TEXT, Kind.XML, Kind.JSON, Kind.OFX},
    ".xml": {Kind.XML, Kind.OFX},
    ".json": {Kind.JSON},
    ".xlsx": {Kind.ZIP},
    ".ofx": {Kind.OFX},
    ".qfx": {Kind.OFX},
    ".beancount": {Kind.TEXT},
}
UNREADABLE = frozenset({Kind.OLD_WORKBOOK, Kind.PDF, Kind.GZIP, Kind.HTML})


def kind_of(source: Source) -> Kind:
    """What the content begins like; plain text where nothing says otherwise."""
    for magic, kind in BYTES:
        if source.content.startswith(magic):
            return kind
    text = opening(source.content, 4096).lstrip()
    start = text[:2048].upper()
    if start.startswith(("OFXHEADER", "<OFX>")) or "<?OFX" in start:
        return Kind.OFX
    if start.startswith(("<!DOCTYPE HTML", "<HTML")):
        return Kind.HTML
    if start.startswith("<"):
        return Kind.XML
    return Kind.JSON if start.startswith(("{", "[")) else Kind.TEXT


def mismatch(source: Source) -> Fault | None:
    """A mistake where the name promises something else, or where nothing here can be read."""
    kind = kind_of(source)
    ending = PurePath(source.filename).suffix.casefold()
    if kind not in UNREADABLE and kind in ENDINGS.get(ending, {kind}):
        return None
    named = f"The name ends in {ending}, the content is" if ending in ENDINGS else "The file is"
    return Fault(
        reason="file_type_mismatch",
        message=f"{named} {kind.value}.",
        remedy="Choose the file as the broker exports it, or save it as CSV or XLSX.",
        value=source.filename[:100] or None,
    )
