"""Keeping a previewed file until its reader decides; one waits for each reader and portfolio."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from accounts.identity import as_service, as_user
from accounts.models import User
from portfolios.exceptions import UploadGone
from portfolios.models import PendingUpload
from portfolios.services.imports import ImportReport, run_import
from portfolios.services.ledger import lock_ledger

KEPT_FOR: Final = timedelta(days=1)


def keep_upload(*, portfolio_id: UUID, content: bytes, filename: str, by: User) -> PendingUpload:
    """Keep this file in place of the one that waited before; the latest of several at once."""
    forget_old_uploads()
    with as_user(by.pk):
        lock_ledger(portfolio_id)
        PendingUpload.objects.filter(portfolio_id=portfolio_id, user=by).delete()
        return PendingUpload.objects.create(
            portfolio_id=portfolio_id, user=by, filename=filename[:255], content=content
        )


def import_upload(*, portfolio_id: UUID, upload_id: UUID, by: User) -> ImportReport:
    """Import the file that was previewed, exactly as it was, and forget it."""
    waiting = PendingUpload.objects.filter(portfolio_id=portfolio_id, user=by)
    upload = waiting.filter(pk=upload_id, at__gt=timezone.now() - KEPT_FOR).first()
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


def forget_old_uploads() -> None:
    """Of everyone: whoever never came back should not leave a ledger lying here."""
    with as_service("forget uploads that nobody confirmed"):
        old = PendingUpload.objects.select_for_update(skip_locked=True)
        gone = list(old.filter(at__lte=timezone.now() - KEPT_FOR).values_list("pk", flat=True))
        PendingUpload.objects.filter(pk__in=gone).delete()
