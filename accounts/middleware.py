"""The whole request in one identity, from before the view to after its template is rendered."""

import uuid
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from re import compile as pattern
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.db import transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse

from accounts.identity import NOBODY, Identity, adopt, assume, current_identity
from accounts.scopes import Scopes, current_scopes, within
from accounts.services.audit import record
from accounts.trace import Trace, traced
from accounts.writing import writing_for, written

SANE_ID = pattern(r"\A[A-Za-z0-9._-]{1,64}\Z")


class IdentityMiddleware:
    """Stands behind the session and authentication middleware.

    One transaction per request, as the user or as nobody; rolled back when the answer is an
    error of ours (status 500 and above). A response that streams is produced after this
    transaction has ended, so it opens the same identity again while it runs, and reads what the
    user may see *then*. `/admin/` of an ADMIN runs as the service, and each request is audited
    before it is served: no look without a trace.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        trace = Trace(correlation_id(request), client_address(request))
        request.correlation_id = trace.correlation_id  # type: ignore[attr-defined]
        with traced(trace), within(None):
            response, identity = self._respond(request)
            scopes = current_scopes()
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = streamed(response, identity, trace, scopes)
        if identity != NOBODY:
            # Whatever was seen behind a login stays out of every cache, the browser's included.
            response.headers["Cache-Control"] = "no-store"
        response.headers["X-Correlation-ID"] = trace.correlation_id
        return response

    def _respond(self, request: HttpRequest) -> tuple[HttpResponseBase, Identity]:
        """The answer, and the identity it was made under at the end: the API learns its user
        inside the view, where the transaction is already open."""
        with assume(break_glass(request) or session_identity(request)) as identity:
            if identity.kind == "user" and not request.user.is_authenticated:
                adopt(NOBODY)
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response, current_identity() or NOBODY


class WritingMiddleware:
    """Numbers and days on pages as the reader writes them: as the profile says, or the browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = getattr(request.user, "locale", "")
        with written(writing_for(chosen, request.headers.get("Accept-Language", ""))):
            return self.get_response(request)


def session_identity(request: HttpRequest) -> Identity:
    """As whom the session says; whether that still holds is asked inside, as that user."""
    try:
        return Identity("user", int(request.session[SESSION_KEY]))
    except (KeyError, ValueError):
        return NOBODY


def streamed(
    response: StreamingHttpResponse, identity: Identity, trace: Trace, scopes: Scopes | None
) -> Iterator[bytes]:
    if response.is_async:
        # Refused rather than served empty: `atomic()` does not exist for asynchronous code.
        raise TypeError("Streams are produced by ordinary iterators here, not asynchronous ones.")
    content: Iterator[Any] = iter(response.streaming_content)  # type: ignore[arg-type]

    def chunks() -> Iterator[bytes]:
        with traced(trace), within(scopes), assume(identity):
            yield from content

    return chunks()


def break_glass(request: HttpRequest) -> Identity | None:
    """The service's identity for an ADMIN in Django's admin; None for everyone else.

    The audit line has a transaction of its own, committed before the page is made: a view that
    fails and rolls back has still been asked for.
    """
    if not request.path.startswith(admin_prefix() or "\0"):
        return None
    with assume(session_identity(request)):
        if not getattr(request.user, "is_staff", False):
            return None
        record(
            action="admin_view",
            by=request.user,  # type: ignore[arg-type]
            resource_type="page",
            resource_id=request.path.replace("\0", "\ufffd")[:255],  # no column takes NUL
            details={"method": request.method},
        )
    return Identity("service", reason="admin")


def admin_prefix() -> str | None:
    try:
        return reverse("admin:index")
    except NoReverseMatch:
        return None


def correlation_id(request: HttpRequest) -> str:
    """The caller's own id where it is harmless to write down, else a new one."""
    given = request.headers.get("X-Request-ID", "")
    return given if SANE_ID.match(given) else str(uuid.uuid4())


def client_address(request: HttpRequest) -> str | None:
    """The peer's address. Forwarding headers are the caller's to write, so they count nothing."""
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None
