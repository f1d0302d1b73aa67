"""A ledger as a file: who takes it out, under which name, and the bytes as they are asked for.

The chunks are made while they are sent, in a transaction of their own under the reader's own
identity: a response outlives the request's, and would be empty without one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.text import slugify

from accounts.identity import as_user
from accounts.models import User
from accounts.services import record
from portfolios.formats.writing.ledger_csv import csv_chunks
from portfolios.formats.writing.ledger_json import json_chunks
from portfolios.models import Portfolio
from portfolios.selectors.export import document_head, exported_rows

CHUNK = 64 * 1024


class ExportFormat(StrEnum):
    """The files a ledger can be taken out as; the value is also the end of their names."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"
    BEANCOUNT = "beancount"


CONTENT_TYPES: Final = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.BEANCOUNT: "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Export:
    """A file on its way out."""

    filename: str
    content_type: str
    chunks: Iterator[bytes]


def export_ledger(*, portfolio: Portfolio, file_format: ExportFormat, by: User) -> Export:
    """The whole ledger of a portfolio that `by` may export; the caller has checked that.

    One audit event; nothing else is written.
    """
    with as_user(by.pk):
        record(
            action="ledger_exported",
            by=by,
            resource_type="portfolio",
            resource_id=portfolio.pk,
            portfolio_id=portfolio.pk,
            details={"format": str(file_format)},
        )
    name = slugify(portfolio.name) or "ledger"
    return Export(
        f"{name}.{file_format}",
        CONTENT_TYPES[file_format],
        _gathered(_pieces(portfolio, file_format, by)),
    )


def _pieces(portfolio: Portfolio, file_format: ExportFormat, by: User) -> Iterator[bytes]:
    with as_user(by.pk):
        if file_format is ExportFormat.XLSX:
            from portfolios.formats.writing.ledger_xlsx import xlsx_bytes  # noqa: PLC0415

            yield xlsx_bytes(exported_rows(portfolio))
            return
        if file_format is ExportFormat.BEANCOUNT:
            from portfolios.selectors.beancount import beancount_text  # noqa: PLC0415

            yield from (line.encode() for line in beancount_text(portfolio))
            return
        rows = exported_rows(portfolio)
        if file_format is ExportFormat.JSON:
            texts = json_chunks(document_head(portfolio), rows)
        else:
            texts = csv_chunks(rows)
        for text in texts:
            yield text.encode()


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Small pieces in chunks that are worth sending."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= CHUNK:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)
