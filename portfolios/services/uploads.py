"""Keeping a previewed file until its reader decides; one waits for each reader and portfolio."""

from __future__ import annotations

from uuid import UUID

from accounts.models import User
from patterns.exceptions import DawsError
from portfolios.models import PendingUpload
from portfolios.services.imports import ImportReport, run_import


class UploadGone(DawsError):
    """The file was imported, replaced or forgotten meanwhile."""

    code = "VALIDATION_2006"
    http_status = 422
    suggestion = "Choose the file again."


def keep_upload(*, portfolio_id: UUID, content: bytes, filename: str, by: User) -> PendingUpload:
    """Keep this file in place of the one that waited before."""
    PendingUpload.objects.filter(portfolio_id=portfolio_id, user=by).delete()
    return PendingUpload.objects.create(
        portfolio_id=portfolio_id, user=by, filename=filename[:255], content=content
    )


def import_upload(*, portfolio_id: UUID, upload_id: UUID, by: User) -> ImportReport:
    """Import the file that was previewed, exactly as it was, and forget it."""
    upload = PendingUpload.objects.filter(pk=upload_id, portfolio_id=portfolio_id, user=by).first()
    if upload is None:
        raise UploadGone("This file is no longer waiting.", details={"reason": "upload_gone"})
    report = run_import(
        portfolio_id=portfolio_id,
        content=bytes(upload.content),
        filename=upload.filename,
        by=by,
    )
    upload.delete()
    return report
