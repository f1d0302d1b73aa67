"""OFX bytes to a tree of elements, refused before the parser where they are hostile.

`ofxtools` reads both kinds (1.x is SGML, where data tags need no end; 2.x is XML) with a parser
of its own that resolves no entities. What declares a document type or an entity is refused all
the same: no statement has one.
"""

from __future__ import annotations

import codecs
import html
import re
from xml.etree.ElementTree import Element

from market.formats.csv_records import Limits
from market.formats.faults import Fault

DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST)", re.IGNORECASE)
LONGEST_HEADER = 2000
XML = b'<?xml version="1.0" encoding="UTF-8"?>\n'
BLANKS = re.compile(rb"\s+")
BLANK_ROWS = re.compile(rb"\s*[\r\n]\s*")
END = re.compile(rb"</([A-Z0-9._]{1,40})>")
EMPTY = re.compile(rb"<([A-Z0-9._]{1,40})>\s*(?=<)")
REMEDY = "Download the statement again, as OFX or QFX."


def read_ofx(content: bytes, limits: Limits) -> Element | Fault:
    """The root element OFX, or why the file was refused."""
    if limits.max_bytes is not None and len(content) > limits.max_bytes:
        return _fault("file_too_large", f"The file is larger than {limits.max_bytes:,} bytes.")
    if DECLARES.search(content):
        return _fault("xml_refused", "The file declares a document type or an entity.")
    if b"\0" in content:
        return _fault("file_malformed", "The file contains NUL characters.")
    prepared = _without_empty(
        _without_cdata(_plain_header(content.removeprefix(codecs.BOM_UTF8).strip()))
    )
    if not prepared:
        return _fault("file_malformed", "The file is no complete OFX statement.")
    # Only here: the library takes half a second to load, and a file of another format needs none.
    from portfolios.formats.ofx.parser import Unreadable, parsed  # noqa: PLC0415

    try:
        root = parsed(prepared)
    except Unreadable:
        return _fault("file_malformed", "The file is no complete OFX statement.")
    if root is None or root.tag != "OFX":
        return _fault("file_malformed", "The file has no OFX statement in it.")
    return root


def _plain_header(content: bytes) -> bytes:
    """The file with single blanks in what stands before its first tag of data; empty where that
    is longer than any header. The parser's own patterns take minutes over long blanks there."""
    start = content.find(b"<OFX>")
    header = content[: max(start, 0)]
    if start < 0 or len(header) > LONGEST_HEADER:
        return b""
    if header.startswith(b"<?xml"):
        _, _, rest = header.partition(b"?>")
        return XML + BLANKS.sub(b" ", rest).strip() + content[start:]
    return BLANK_ROWS.sub(b"\r\n", header) + content[start:]


def _without_cdata(content: bytes) -> bytes:
    """Marked text as ordinary text; empty where a mark is not closed."""
    first, *marked = content.split(b"<![CDATA[")
    parts = [first]
    for part in marked:
        text, end, rest = part.partition(b"]]>")
        if not end:
            return b""
        escaped = text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
        parts += [escaped, rest]
    return b"".join(parts)


def _without_empty(content: bytes) -> bytes:
    """Without data tags that hold nothing: in SGML nobody ends them, so the parser would take all
    that follows for their content."""
    ended = set(END.findall(content))
    return EMPTY.sub(lambda tag: tag[0] if tag[1] in ended else b"", content)


def leaves(element: Element) -> dict[str, str]:
    """The texts below an element by their tags; of equal tags the first one counts."""
    found: dict[str, str] = {}
    for node in element.iter():
        if node.text and not len(node):
            found.setdefault(node.tag, html.unescape(node.text).strip())
    return found


def _fault(reason: str, message: str) -> Fault:
    return Fault(reason=reason, message=message, remedy=REMEDY)
