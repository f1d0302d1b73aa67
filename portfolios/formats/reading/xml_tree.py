"""XML to a small tree, read as data only: no DTD, no entity, no depth that breaks a reader.

The parser is expat with handlers of our own. It never fetches anything, and a document that
declares a DTD or an entity is refused at that line, before any of its content is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from market.formats.csv_records import Limits
from market.formats.faults import Fault
from portfolios.formats.reading.encodings import malformed, too_large

MAX_DEPTH = 100
MAX_NODES = 1_000_000
BUFFER = 256 * 1024
EXPORT_AGAIN = "Export the file again; a broker's file has no such part."


@dataclass(slots=True, eq=False)
class Node:
    """One element: attributes, text, children, and its line in the file as its row."""

    tag: str
    attributes: dict[str, str]
    row: int
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def get(self, name: str) -> str:
        """An attribute without the blanks around it; empty where there is none."""
        return self.attributes.get(name, "").strip()

    def named(self, tag: str) -> list[Node]:
        """The children of a name."""
        return [child for child in self.children if child.tag == tag]

    def child(self, tag: str) -> Node | None:
        """The first child of a name."""
        return next((child for child in self.children if child.tag == tag), None)

    def every(self, tag: str) -> Iterator[Node]:
        """All descendants of a name, in the order of the file."""
        waiting = list(reversed(self.children))
        while waiting:
            node = waiting.pop()
            if node.tag == tag:
                yield node
            waiting.extend(reversed(node.children))


class _RefusedXmlError(Exception):
    """Stops expat; carries the mistake."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def read_xml(content: bytes, limits: Limits | None = None) -> Node | Fault:
    """The root element, or why the file was refused."""
    limits = limits or Limits()
    if limits.max_bytes is not None and len(content) > limits.max_bytes:
        return too_large(f"The file is larger than {limits.max_bytes:,} bytes.")
    builder = _Builder()
    try:
        builder.parser.Parse(content, True)
    except _RefusedXmlError as refusal:
        return refusal.fault
    except expat.ExpatError as error:
        return malformed(f"The file is not XML: {expat.errors.messages[error.code]}.", error.lineno)
    except (LookupError, ValueError):
        # An encoding that Python does not know, or one of several bytes, which expat cannot use.
        return malformed("The file names an encoding that cannot be read.", 1)
    return builder.root or malformed("The file holds no element.")


class _Builder:
    """The handlers, and the chain of elements that are open."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.open: list[Node] = []
        self.texts: list[list[str]] = []
        self.nodes = 0
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = BUFFER
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data

    def _refuse_doctype(self, *_declared: object) -> None:
        raise self._refused("The file declares a document type or an entity.")

    def _refused(self, message: str) -> _RefusedXmlError:
        row = self.parser.CurrentLineNumber
        return _RefusedXmlError(
            Fault(reason="xml_refused", message=message, remedy=EXPORT_AGAIN, row=row)
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.nodes += 1
        if len(self.open) >= MAX_DEPTH:
            raise self._refused(f"Elements are nested more than {MAX_DEPTH} deep.")
        if self.nodes > MAX_NODES:
            raise self._refused(f"The file has more than {MAX_NODES:,} elements.")
        name = tag.rpartition(":")[2]
        node = Node(name, attributes, self.parser.CurrentLineNumber)
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)
        self.texts.append([])

    def _end(self, _tag: str) -> None:
        self.open.pop().text = "".join(self.texts.pop()).strip()

    def _data(self, text: str) -> None:
        if self.texts:
            self.texts[-1].append(text)
