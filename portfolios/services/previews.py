"""The preview of a waiting file, computed once while its reader turns its pages.

A preview follows from the file, the reader's choices, the register and the ledger. The last few
are kept in this process; whoever asks has been shown the upload by the database before.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from threading import Lock
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from market.formats.csv_records import Limits
from market.models import Security
from patterns.canonical import content_hash
from portfolios.formats.contract import Parsed, Source
from portfolios.models import PendingUpload
from portfolios.selectors.access import resolve_portfolio
from portfolios.selectors.ledger import ledger_head
from portfolios.services.import_formats import NO_MAPPING, read_file
from portfolios.services.import_report import ImportReport
from portfolios.services.imports import preview_import
from portfolios.services.uploads import choices_of

SAMPLE = 5  # rows
HEAD = 64 * 1024  # bytes that hold them
KEPT = 2  # a report of 50,000 rows is some 50 MB

_kept: OrderedDict[str, ImportReport] = OrderedDict()
_lock = Lock()


def preview_upload(upload: PendingUpload, *, by: User) -> ImportReport:
    """The report of a waiting file as it stands now."""
    key = content_hash(
        {
            "upload": upload.pk,
            "choices": upload.choices,
            "head": ledger_head(upload.portfolio_id).entry_hash,
            "securities": Security.objects.count(),
        }
    )
    with _lock:
        report = _kept.get(key)
    if report is None:
        report = preview_import(
            portfolio_id=upload.portfolio_id,
            content=bytes(upload.content),
            filename=upload.filename,
            by=by,
            choices=choices_of(upload),
        )
    with _lock:
        _kept[key] = report
        _kept.move_to_end(key)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return report


def preview_sample(upload: PendingUpload, changes: Mapping[str, Any], *, by: User) -> Parsed:
    """The first rows as the reader's present choices would read them. Nothing is kept."""
    portfolio = resolve_portfolio(by, upload.portfolio_id, Permission.WRITE_TRADES)
    choices = replace(choices_of(upload), mapping=NO_MAPPING, **changes)
    source = Source(_head(bytes(upload.content)), upload.filename)
    today = timezone.now().date()
    read = read_file(portfolio, source, choices, today=today, limits=Limits())
    return replace(
        read.parsed, drafts=read.parsed.drafts[:SAMPLE], faults=read.parsed.faults[:SAMPLE]
    )


def _head(content: bytes) -> bytes:
    """The first whole lines. Other files than text are small when they are zipped."""
    if len(content) <= HEAD or content.startswith(b"PK"):
        return content
    return content[: content.rindex(b"\n", 0, HEAD) + 1] if b"\n" in content[:HEAD] else content
