"""Files that wait between the steps of the wizard; one waits for each reader and portfolio."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.core.cache import caches
from django.utils import timezone

from accounts.identity import as_service, as_user
from accounts.models import User
from portfolios.exceptions import UploadGone
from portfolios.models import PendingUpload
from portfolios.services.import_choices import Choices, choices_from
from portfolios.services.imports import ImportReport, run_import, storable
from portfolios.services.ledger import lock_ledger

KEPT_FOR: Final = timedelta(days=1)


def keep_upload(
    *,
    portfolio_id: UUID,
    content: bytes,
    filename: str,
    by: User,
    choices: Choices | None = None,
) -> PendingUpload:
    """Keep this file in place of the one that waited before; the latest of several at once."""
    forget_old_uploads()
    with as_user(by.pk):
        lock_ledger(portfolio_id)
        PendingUpload.objects.filter(portfolio_id=portfolio_id, user=by).delete()
        return PendingUpload.objects.create(
            portfolio_id=portfolio_id,
            user=by,
            filename=storable(filename),
            content=content,
            choices=(choices or Choices()).as_dict(),
        )


def waiting_upload(*, portfolio_id: UUID, upload_id: UUID | None, by: User) -> PendingUpload:
    """The reader's own waiting file; without an id the one that waits, if any. Raises UploadGone
    for any other, and for one that is older than a day."""
    waiting = PendingUpload.objects.filter(
        portfolio_id=portfolio_id, user=by, at__gt=timezone.now() - KEPT_FOR
    )
    if upload_id is not None:
        waiting = waiting.filter(pk=upload_id)
    upload = waiting.first()
    if upload is None:
        raise UploadGone("This file is no longer waiting.", details={"reason": "upload_gone"})
    return upload


def decide(upload: PendingUpload, changes: Mapping[str, Any]) -> Choices:
    """Keep what the reader has decided since, over what was decided before."""
    kept = {**upload.choices, **changes}
    if "matches" in changes:
        kept["matches"] = {**upload.choices.get("matches", {}), **changes["matches"]}
    choices = choices_from(kept)
    upload.choices = choices.as_dict()
    upload.save(update_fields=["choices"])
    return choices


def choices_of(upload: PendingUpload) -> Choices:
    return choices_from(upload.choices)


def import_upload(*, portfolio_id: UUID, upload_id: UUID, by: User) -> ImportReport:
    """Import the file that was previewed, exactly as it was, and forget it."""
    upload = waiting_upload(portfolio_id=portfolio_id, upload_id=upload_id, by=by)
    try:
        report = run_import(
            portfolio_id=portfolio_id,
            content=bytes(upload.content),
            filename=upload.filename,
            by=by,
            choices=choices_of(upload),
            progress=lambda step: _say_step(upload_id, step),
        )
    finally:
        _say_step(upload_id, None)
    upload.delete()
    return report


def import_step(upload_id: UUID) -> str:
    """What a running import is at; empty when none runs. For people: nothing depends on it."""
    return str(caches["progress"].get(_key(upload_id)) or "")


def _say_step(upload_id: UUID, step: str | None) -> None:
    with suppress(OSError):  # a full disk must not end an import for want of its progress
        if step is None:
            caches["progress"].delete(_key(upload_id))
        else:
            caches["progress"].set(_key(upload_id), step, timeout=600)


def forget_upload(upload: PendingUpload) -> None:
    """Nothing of it was written, so nothing is left."""
    upload.delete()


def forget_old_uploads() -> None:
    """Of everyone: whoever never came back should not leave a ledger lying here."""
    with as_service("forget uploads that nobody confirmed"):
        old = PendingUpload.objects.select_for_update(skip_locked=True)
        gone = list(old.filter(at__lte=timezone.now() - KEPT_FOR).values_list("pk", flat=True))
        PendingUpload.objects.filter(pk__in=gone).delete()


def _key(upload_id: UUID) -> str:
    return f"import-step:{upload_id}"
