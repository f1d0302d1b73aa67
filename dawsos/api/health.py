"""Health: is the server up, and is the newest pack ready. Public, so nothing tenant-bound here."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.identity import as_nobody
from dawsos import __version__
from market.calc.policies import DEFAULT_POLICY
from market.selectors import pack_health


@never_cache
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """200 when the database answers, 503 when it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "error", "database": "down"}, status=503)
    return JsonResponse({"status": "ok", "database": "up", "version": __version__})


@never_cache
@require_safe
def health_pack(_request: HttpRequest) -> JsonResponse:
    """State of the newest pack of the default policy; 503 while there is none."""
    with as_nobody():
        payload = pack_health(policy=DEFAULT_POLICY)
    return JsonResponse(payload, status=503 if payload["pack_id"] is None else 200)
