"""XML, archives and a file's name: what is refused before anything is read."""

import io
import stat
import time
import zipfile

import pytest

from market.formats.csv_records import Limits
from market.formats.faults import Fault
from portfolios.formats.contract import Source
from portfolios.formats.reading.archives import refuse_archive
from portfolios.formats.reading.signatures import Kind, kind_of, mismatch
from portfolios.formats.reading.xml_tree import Node, read_xml

BOMB = b'<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a>&d;</a>'


def refused(content: bytes) -> Fault:
    found = read_xml(content)
    assert isinstance(found, Fault)
    assert found.message and found.remedy
    return found


def test_a_tree_with_lines_attributes_and_text() -> None:
    root = read_xml(b'<r xmlns:x="u">\n <x:a n=" 1 ">t<!-- c -->u</x:a>\n <b><a n="2"/></b>\n</r>')
    assert isinstance(root, Node)
    assert [(node.row, node.get("n"), node.text) for node in root.every("a")] == [
        (2, "1", "tu"),
        (3, "2", ""),
    ]
    assert [node.row for node in root.named("b")] == [3] and root.child("c") is None


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<!DOCTYPE a><a/>",
        BOMB.decode().encode("utf-16"),
        b"<a>" * 200_000,
        b"<a>" * 101 + b"</a>" * 101,
    ],
)
def test_xml_that_is_refused(content: bytes) -> None:
    assert refused(content).reason == "xml_refused"


def test_a_hundred_deep_is_fine() -> None:
    assert isinstance(read_xml(b"<a>" * 100 + b"</a>" * 100), Node)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a>",
        b"<a></b>",
        b"text",
        b"<a>&b;</a>",
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b'<?xml version="1.0" encoding="shift_jis"?><a/>',
        b"<a>\0</a>",
    ],
)
def test_xml_that_is_none(content: bytes) -> None:
    assert refused(content).reason == "file_malformed"


def test_text_in_many_pieces_costs_no_more_than_its_length() -> None:
    began = time.perf_counter()
    root = read_xml(b"<a>" + b"x<!---->" * 400_000 + b"</a>")
    assert isinstance(root, Node) and len(root.text) == 400_000
    assert time.perf_counter() - began < 2
    assert isinstance(read_xml(b"<a></a>", Limits(max_bytes=3)), Fault)


def archive(*members: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for member, content in members:
            file.writestr(member, content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def link() -> zipfile.ZipInfo:
    member = zipfile.ZipInfo("xl/link")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


def test_an_ordinary_workbook_is_let_through() -> None:
    assert refuse_archive(archive(("xl/workbook.xml", b"<workbook/>"), ("a/", b""))) is None


@pytest.mark.parametrize(
    "content",
    [
        archive(("bomb", b"\0" * (20 * 1024 * 1024))),
        archive(("inner.zip", b"PK")),
        archive(("../../etc/passwd", b"x")),
        archive(("/etc/passwd", b"x")),
        archive(("C:\\x", b"x")),
        archive(("a/..\\b", b"x")),
        archive((link(), b"/etc/passwd")),
        archive(*((f"{i}", b"") for i in range(1001))),
    ],
    ids=["bomb", "nested", "up", "absolute", "drive", "backslash", "link", "many"],
)
def test_an_archive_that_is_refused(content: bytes) -> None:
    fault = refuse_archive(content)
    assert fault is not None and fault.reason == "archive_refused"
    assert fault.message and fault.remedy


def test_members_that_share_one_packed_stretch_are_measured_together() -> None:
    """Each member keeps below 100 to 1 of its own, but the directory lists them forty times."""
    content = bytearray(archive(*((f"{i:02d}", b"ab" * 40_000) for i in range(40))))
    assert refuse_archive(bytes(content)) is not None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"PK\x03\x04" + b"x" * 100])
def test_a_damaged_archive(content: bytes) -> None:
    fault = refuse_archive(content)
    assert fault is not None and fault.reason == "file_malformed"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (archive(("a", b"")), Kind.ZIP),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", Kind.OLD_WORKBOOK),
        (b"%PDF-1.7", Kind.PDF),
        (b"\x1f\x8b\x08", Kind.GZIP),
        (b"\n <!doctype html><html>", Kind.HTML),
        (b'\xef\xbb\xbf<?xml version="1.0"?><a/>', Kind.XML),
        (b' {"a": 1}', Kind.JSON),
        (b"OFXHEADER:100\n<OFX>", Kind.OFX),
        (b'<?xml version="1.0"?><?OFX OFXHEADER="200"?><OFX>', Kind.OFX),
        (b"date,type", Kind.TEXT),
        (b"", Kind.TEXT),
    ],
)
def test_what_content_says_it_is(content: bytes, kind: Kind) -> None:
    assert kind_of(Source(content)) is kind


def test_a_name_that_promises_something_else_is_a_mistake() -> None:
    fault = mismatch(Source(b"%PDF-1.7", "statement.csv"))
    assert fault is not None and fault.reason == "file_type_mismatch"
    assert fault.message == "The name ends in .csv, the content is a PDF."
    assert mismatch(Source(b"<a/>", "flex.xml")) is None
    assert mismatch(Source(b"<a/>", "flex.CSV")) is not None
    assert mismatch(Source(b"a,b", "anything")) is None
    assert mismatch(Source(b"%PDF-1.7")) is not None  # nothing here reads it, whatever its name
