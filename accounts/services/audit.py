"""Writing the audit trail."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any
from uuid import UUID

from accounts.identity import as_service, current_identity
from accounts.models import AuditEvent, User
from accounts.trace import current_trace


def record(
    *,
    action: str,
    by: User | None,
    resource_type: str = "",
    resource_id: object = "",
    portfolio_id: UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """One event, in the transaction of what it tells of: both are kept or neither.

    Correlation id and address come from the request that is being served, if one is. Under a
    user's identity `by` must be that user or None; the database refuses any other name.
    """
    trace = current_trace()
    with nullcontext() if current_identity() else as_service("audit"):
        return AuditEvent.objects.create(
            actor=by,
            action=action,
            resource_type=resource_type,
            resource_id=str(resource_id),
            portfolio_id=portfolio_id,
            details=dict(details or {}),
            correlation_id=trace.correlation_id,
            ip=trace.address,
        )
