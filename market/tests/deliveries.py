"""What providers have been known to send: one good delivery of ten listings, and its garbage.

Each listing closed at 100 on Wednesday 2013-02-27. The good delivery says 101 for all on
Thursday and arrives that evening. A fixture spoils it in one way, and says what must become of it:
how many closes are stored, what is doubted and why, and what cannot be read at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

NAMES = tuple(f"S{number}" for number in range(10))
HEADER = "symbol,exchange,date,close,currency"
THURSDAY = "2013-02-28"


@dataclass(frozen=True)
class Fixture:
    """`doubts` by reason; `faults` are reasons of what could not be read; `unknown` are listings
    that the house does not have."""

    name: str
    content: bytes
    stored: int
    doubts: dict[str, int] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def rows(**changed: str) -> list[str]:
    """The good rows; a change is given by symbol, as a whole row or as another close."""
    found = []
    for name in NAMES:
        said = changed.get(name, "101")
        found.append(said if "," in said else f"{name},XNYS,{THURSDAY},{said},USD")
    return found


def text(lines: list[str], header: str = HEADER) -> bytes:
    return ("\n".join([header, *lines]) + "\n").encode()


def fixtures() -> Iterator[Fixture]:
    yield Fixture("good", text(rows()), 10)
    yield from _numbers()
    yield from _jumps()
    yield from _dates()
    yield from _kinds()
    yield from _short()
    yield from _no_table()


def _numbers() -> Iterator[Fixture]:
    for said in ("NaN", "nan", "Infinity", "N/A", "null", "-", "", "1E+1000000", "1_000", "１０１"):
        yield Fixture(f"number {said!r}", text(rows(S3=_row(said))), 9, {"not_a_number": 1})
    for said in ("0", "0.00", "-101"):
        yield Fixture(f"number {said}", text(rows(S3=said)), 9, {"not_positive": 1})
    yield Fixture("1e13", text(rows(S3="10000000000000")), 9, {"too_large": 1})
    every = dict.fromkeys(NAMES, "NaN")
    yield Fixture("all NaN", text(rows(**every)), 0, {"not_a_number": 10})


def _row(close: str) -> str:
    return f"S3,XNYS,{THURSDAY},{close},USD"


def _jumps() -> Iterator[Fixture]:
    for said in ("10000", "8000", "12000", "1", "1.25", "0.84"):
        yield Fixture(f"close {said}", text(rows(S3=said)), 9, {"hundredfold": 1})
    for said in ("1000", "5000", "7999", "12001", "10", "0.5"):
        yield Fixture(f"close {said}", text(rows(S3=said)), 9, {"large_move": 1})
    for said in ("999", "10.1"):
        yield Fixture(f"close {said}", text(rows(S3=said)), 10)
    every = dict.fromkeys(NAMES, "10100")
    yield Fixture("all in cents", text(rows(**every)), 0, {"hundredfold": 10})


def _dates() -> Iterator[Fixture]:
    stale = {name: f"{name},XNYS,2012-02-28,101,USD" for name in NAMES}
    yield Fixture("last year's file", text(rows(**stale)), 0, {"stale_date": 10})
    yield Fixture("one stale", text(rows(S3=stale["S3"])), 9, {"stale_date": 1})
    ahead = "S3,XNYS,2013-03-01,101,USD"
    yield Fixture("tomorrow", text(rows(S3=ahead)), 9, {"future_date": 1})
    for said in ("2013-02-30", "28/02/2013", "yesterday", "0001-01-01"):
        row = f"S3,XNYS,{said},101,USD"
        reason = "ambiguous" if "/" in said else "date_invalid"
        yield Fixture(f"date {said}", text(rows(S3=row)), 9, faults=(reason,))


def _kinds() -> Iterator[Fixture]:
    pence = f"S3,XNYS,{THURSDAY},101,GBX"
    yield Fixture("another unit", text(rows(S3=pence)), 9, {"other_unit": 1})
    stranger = f"WHO,XNYS,{THURSDAY},101,USD"
    yield Fixture("a stranger", text([*rows(), stranger]), 10, unknown=("WHO.XNYS.raw",))
    shout = f"<b>S3</b>,XNYS,{THURSDAY},101,USD"
    yield Fixture("a name that is none", text(rows(S3=shout)), 9, faults=("name_invalid",))
    twice = f"S3,XNYS,{THURSDAY},102,USD"
    yield Fixture("two values of one day", text([*rows(), twice]), 10, {"contradicts": 1})
    same = f"S3,XNYS,{THURSDAY},101,USD"
    yield Fixture("the same row twice", text([*rows(), same]), 10)


def _short() -> Iterator[Fixture]:
    yield Fixture("half the universe", text(rows()[:5]), 5)
    yield Fixture("torn off", text(rows())[:-14], 9, faults=("file_malformed",))
    wide = f"S3,XNYS,{THURSDAY},101,USD,more"
    yield Fixture("a row too wide", text(rows(S3=wide)), 9, faults=("file_malformed",))


def _no_table() -> Iterator[Fixture]:
    page = b"<!DOCTYPE html><html><body>503 Service Unavailable</body></html>"
    yield Fixture("a page", page, 0, faults=("not_a_table",))
    yield Fixture("a page after blanks", b"\xef\xbb\xbf\n  <html>", 0, faults=("not_a_table",))
    for name, content, reasons in (
        ("nothing", b"", ("file_malformed",)),
        ("a header alone", text([]), ("file_malformed",)),
        ("UTF-16", text(rows()).decode().encode("utf-16"), ("file_malformed",)),
        ("NUL", text(rows()) + b"\0", ("file_malformed",)),
        ("not UTF-8", b"\xff" + text(rows()), ("file_malformed",)),
        ("an error in JSON", b'{"error": "rate limit"}', ("column_unknown",)),
        ("other columns", text(rows(), "symbol,exchange,day,close,currency"), ("column_unknown",)),
    ):
        yield Fixture(name, content, 0, faults=reasons)
