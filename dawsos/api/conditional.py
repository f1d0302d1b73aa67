"""A tag for every answer of the API that has none yet: the hash of its bytes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.conditional import etag_of_bytes, not_modified, unchanged

PREFIXES = ("/api/v1/", "/api/metrics/", "/api/portfolio", "/api/holdings", "/api/transactions")

Answer = Callable[[HttpRequest], HttpResponse]


class ConditionalMiddleware:
    """Saves the way where a view could not save the work: what it answered is not sent again to a
    client that has it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "GET" or response.status_code != 200 or response.streaming:
            return response
        if not request.path.startswith(PREFIXES):
            return response
        etag = response.headers.get("ETag") or etag_of_bytes(response.content)
        response.headers["ETag"] = etag
        return not_modified(etag) if unchanged(request, etag) else response
