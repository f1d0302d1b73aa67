"""A ledger as a workbook: amounts are numbers, everything else is text that nothing runs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from portfolios.formats.entry_rules import COLUMNS
from portfolios.formats.neutral import neutral
from portfolios.formats.writing.rows import Fields, written

EXACT_DIGITS = 15  # a spreadsheet's number is a float; what has more digits stays text
LONGEST = 32_767
NUMBERS = frozenset(
    "seq quantity price gross_amount fees taxes net_amount fx_rate new_shares old_shares "
    "cost_basis gross_amount_security settlement_fx_rate to_price cost_fraction to_amount "
    "reverses".split()
)


def xlsx_bytes(rows: Iterable[Fields]) -> bytes:
    """The workbook with one sheet, `transactions`."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("transactions")
    sheet.freeze_panes = "A2"
    sheet.append([_text(sheet, name) for name in COLUMNS])
    for fields in rows:
        said = written(fields)
        sheet.append([_cell(sheet, name, said.get(name)) for name in COLUMNS])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, column: str, value: Any) -> Any:
    if value is None:
        return None
    if column in NUMBERS and len(Decimal(value).as_tuple().digits) <= EXACT_DIGITS:
        return WriteOnlyCell(sheet, float(value))
    return _text(sheet, json.dumps(value) if isinstance(value, list) else neutral(value))


def _text(sheet: Any, text: str) -> Any:
    """A cell of text: the library would take one that begins with = for a formula."""
    cell = WriteOnlyCell(sheet)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("�", text)[:LONGEST]
    cell.data_type = "s"
    return cell
