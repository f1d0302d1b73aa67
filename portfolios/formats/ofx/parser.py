"""The parser of `ofxtools`, with an end to depth and number of tags."""

from __future__ import annotations

import io
from xml.etree.ElementTree import Element

from ofxtools.header import OFXHeaderError
from ofxtools.Parser import OFXTree, ParseError, TreeBuilder

DEEPEST = 60
MOST = 500_000


class Unreadable(Exception):
    """The bytes are no OFX. ofxtools' sentences repeat the whole file; they are not passed on."""


class _Builder(TreeBuilder):
    """Counts levels and elements, so that a bomb of tags ends early."""

    def __init__(self) -> None:
        super().__init__()
        self.level = self.count = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self.level += 1
        self.count += 1
        if self.level > DEEPEST or self.count > MOST:
            raise ParseError("too deep or too many")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self.level -= 1
        return super().end(tag)


def parsed(content: bytes) -> Element | None:
    """The root element. Raises Unreadable."""
    try:
        root: Element | None = OFXTree().parse(io.BytesIO(content), parser=_Builder())
    except (SyntaxError, OFXHeaderError, ValueError, LookupError, AssertionError) as error:
        # What ofxtools raises for bad headers, tags, bytes and code pages.
        raise Unreadable from error
    return root
