"""The same request twice has one effect and one answer.

The key is locked before it is looked for, until the transaction of the request ends: of requests
with one key that come at once, the second waits for the first, and then finds its answer. If the
first is rolled back there is none, and the second does the work.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from accounts.exceptions import IdempotencyKeyInvalid
from accounts.identity import as_service
from accounts.models import IdempotencyKey, User

KEPT: Final = timedelta(hours=24)
SWEPT: Final = 100


@dataclass(frozen=True)
class Answer:
    """What is sent: the status, the media type and the body."""

    status: int
    content_type: str
    text: str


def stored_answer(*, user: User, key: str, fingerprint: str) -> Answer | None:
    """What was answered under the key before; None for a new one, locked until the commit.

    Raises IdempotencyKeyInvalid when the key came with another request.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"accounts.idempotency {user.pk} {key}"],
        )
    found = IdempotencyKey.objects.filter(user=user, key=key).first()
    if found is None:
        return None
    if found.created_at <= timezone.now() - KEPT:
        found.delete()
        return None
    if found.fingerprint != fingerprint:
        raise IdempotencyKeyInvalid(
            f"This key came with another request before: {found.request}.",
            details={"reason": "idempotency_key_reused"},
        )
    return Answer(found.status, found.content_type, found.answer)


def keep_answer(*, user: User, key: str, fingerprint: str, request: str, answer: Answer) -> None:
    """For a day; old ones are swept on the way."""
    _sweep()
    IdempotencyKey.objects.create(
        user=user,
        key=key,
        request=request[:300],
        fingerprint=fingerprint,
        status=answer.status,
        content_type=answer.content_type,
        answer=answer.text,
    )


def _sweep() -> None:
    """Some that are older than a day, whosesoever. What another request holds is left to it."""
    with as_service("forget idempotency keys that are a day old"):
        old = IdempotencyKey.objects.filter(created_at__lte=timezone.now() - KEPT)
        rows = old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:SWEPT]
        if found := list(rows):
            IdempotencyKey.objects.filter(pk__in=found).delete()
