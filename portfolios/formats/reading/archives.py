"""ZIP archives (XLSX is one), judged by their directory before anything is unpacked."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator

from market.formats.csv_records import Limits
from market.formats.faults import Fault
from portfolios.formats.reading.encodings import malformed, too_large

MAX_RATIO = 100
MAX_MEMBERS = 1_000
MAX_UNPACKED = 64 * 1024 * 1024
SMALL = 64 * 1024  # a member this small cannot hurt, however well it was packed
ARCHIVES = (".zip", ".xlsx", ".xlsm", ".docx", ".jar", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar")
DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
MAGIC = b"PK\x03\x04"
REMEDY = "Save the workbook again in a spreadsheet program, or export it as CSV."


def refuse_archive(content: bytes, limits: Limits | None = None) -> Fault | None:
    """Why an archive must not be unpacked, or None. Nothing in it is decompressed for that."""
    limits = limits or Limits()
    if limits.max_bytes is not None and len(content) > limits.max_bytes:
        return too_large(f"The file is larger than {limits.max_bytes:,} bytes.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        return malformed("The file is a damaged archive.")
    message = next(_objections(members, len(content)), None)
    if message is None:
        return None
    return Fault(reason="archive_refused", message=message, remedy=REMEDY)


def declares_entities(content: bytes) -> Fault | None:
    """Why the XML inside an archive must not be parsed: a member that declares a document type or
    an entity, or is written so that a search for one would miss it. Ask `refuse_archive` first."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                text = archive.read(name) if name.casefold().endswith((".xml", ".rels")) else b""
                if b"\0" in text[:200] or DECLARED.search(text):
                    message = f"{name[:60]!r} declares a document type or an entity."
                    return Fault(reason="xml_refused", message=message, remedy=REMEDY)
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError, OSError):
        return malformed("The file is a damaged archive.")
    return None


def _objections(members: list[zipfile.ZipInfo], packed: int) -> Iterator[str]:
    if len(members) > MAX_MEMBERS:
        yield f"The archive has {len(members):,} members."
        return
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED:
        yield f"Unpacked, the archive would have {unpacked:,} bytes."
    # The whole is measured against the file itself: members may share one packed stretch.
    if unpacked > MAX_RATIO * packed:
        yield f"The archive is packed more than {MAX_RATIO} to 1."
    for member in members:
        yield from _objections_to(member)


def _objections_to(member: zipfile.ZipInfo) -> Iterator[str]:
    name = member.filename
    shown = repr(name[:60])
    if member.file_size > max(SMALL, MAX_RATIO * member.compress_size):
        yield f"{shown} is packed more than {MAX_RATIO} to 1."
    if name.casefold().endswith(ARCHIVES):
        yield f"The archive holds another one: {shown}."
    if name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/"):
        yield f"{shown} points outside the archive."
    if stat.S_ISLNK(member.external_attr >> 16):
        yield f"{shown} is a link."
    if member.flag_bits & 0x1:
        yield f"{shown} is encrypted."
