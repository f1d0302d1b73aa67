"""What an administrator does to the patterns of the house; each has a line in the audit trail."""

from __future__ import annotations

from accounts.identity import as_service
from accounts.models import User
from accounts.permissions import Permission, require
from accounts.services.audit import record
from patterns import services
from patterns.models import UploadedPattern
from patterns.selectors import sync_library


def upload(*, by: User, text: str, name: str) -> UploadedPattern:
    """Raises PermissionDenied, and PatternInvalid with every mistake of the file."""
    require(by, Permission.UPLOAD_PATTERNS)
    with as_service("keep a pattern of the house"):
        row = services.upload_pattern(text=text, name=name, by_id=by.pk, by_name=by.email)
        _tell("pattern_uploaded", by, row)
    return row


def serve(*, by: User, pattern_id: str, version: str) -> UploadedPattern:
    """Raises PermissionDenied, UploadUnknown and PatternInvalid."""
    require(by, Permission.UPLOAD_PATTERNS)
    with as_service("serve another version of a pattern of the house"):
        row = services.serve_version(pattern_id, version)
        _tell("pattern_served", by, row)
    return row


def withdraw(*, by: User, pattern_id: str) -> UploadedPattern:
    """Raises PermissionDenied, UploadUnknown and PatternInvalid."""
    require(by, Permission.UPLOAD_PATTERNS)
    with as_service("withdraw a pattern of the house"):
        row = services.withdraw_pattern(pattern_id)
        _tell("pattern_withdrawn", by, row)
    return row


def _tell(action: str, by: User, row: UploadedPattern) -> None:
    """Audited with the deed, and known to this process at once; the others look within a second."""
    record(
        action=action,
        by=by,
        resource_type="pattern",
        resource_id=row.pattern_id,
        details={"version": row.version, "digest": row.digest},
    )
    sync_library(now=True)
