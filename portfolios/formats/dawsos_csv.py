"""The DawsOS CSV format, documented in `docs/import-csv.md`: bytes to drafts and mistakes."""

from __future__ import annotations

from datetime import date

from market.formats.csv_records import Limits, read_records
from portfolios.formats.contract import Options, Parsed, Shape, Source
from portfolios.formats.draft import Draft
from portfolios.formats.entry_row import read_entry
from portfolios.formats.entry_rules import COLUMNS
from portfolios.formats.neutral import plain
from portfolios.formats.numbering import contradictions, in_order
from portfolios.formats.plain_rows import PlainRows

NAME = "dawsos_csv"
REQUIRED_COLUMNS = ("date", "type")
NUMBERS = frozenset({"seq", "reverses"})

__all__ = ["COLUMNS", "FORMAT", "NAME", "parse"]


def parse(
    content: bytes, *, base_currency: str, today: date, limits: Limits | None = None
) -> Parsed:
    """Every entry of a file and every mistake in it, in the order of the file."""
    records = read_records(
        content, known=COLUMNS, required=REQUIRED_COLUMNS, limits=limits or Limits()
    )
    drafts: list[Draft] = []
    faults = list(records.faults)
    unread: set[str] = set()
    marked = b"'" in content  # an export marks texts that a spreadsheet would run
    names = records.rows.names
    plainly = PlainRows(names, base_currency=base_currency, today=today) if names else None
    for row, cells in records.rows.texts():
        texts = [plain(cell) for cell in cells] if marked else cells
        draft = plainly.read(row, texts) if plainly is not None else None
        if draft is not None:
            drafts.append(draft)
            continue
        fields = dict(zip(names, texts, strict=True))
        draft, wrong = read_entry(row, fields, base_currency=base_currency, today=today)
        faults.extend(wrong)
        if draft is None or wrong:
            unread.add(fields.get("symbol", ""))
        else:
            drafts.append(draft)
    if not NUMBERS.isdisjoint(names):
        faults.extend(contradictions(drafts))
        drafts = in_order(drafts)
    faults.sort(key=lambda fault: fault.row or 0)
    return Parsed(
        tuple(drafts),
        tuple(faults),
        None if records.faults else frozenset(unread),
        settled=True,
    )


class DawsosCsv:
    """Our own table of entries."""

    name = NAME
    title = "DawsOS CSV"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        """A header of our columns, all of them ours, with `date` and `type` among them."""
        start = source.content[:8192].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
        head = start.decode("utf-8", "replace").splitlines()[:1]
        names = {name.strip(' \t"') for name in head[0].split(",")} if head else set()
        return 1.0 if names.issuperset(REQUIRED_COLUMNS) and names.issubset(COLUMNS) else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        """Everything in the file."""
        return parse(
            source.content,
            base_currency=options.base_currency,
            today=options.today,
            limits=options.limits,
        )


FORMAT = DawsosCsv()
