"""The outermost doors: health without a database, errors of ours as answers, tickets, a clock."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.http import Http404, HttpRequest, HttpResponse

from dawsos.api.errors import translate
from dawsos.api.health import health
from dawsos.views import bad_request, show_error
from patterns.exceptions import DawsError
from portfolios.views.waiting import TICKET

Answer = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """Answers ``/health`` before a session or an identity is opened, which need the database."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return health(request) if request.path == "/health" else self.get_response(request)


class ErrorMiddleware:
    """What leaves a page's view as a ``DawsError`` becomes its page, a forged id of the admin too;
    anything else stays a 500.
    A body that announces too much is refused before anything reads it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _announced_bytes(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            # The framework's own limit leaves files out, so one of any size would fill the disk.
            return show_error(request, translate(RequestDataTooBig()))
        if "\0" in request.path:
            return show_error(request, translate(Http404()))  # no name of anything holds a NUL
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DawsError):
            return show_error(request, exception)
        bad_value = isinstance(exception, (ValidationError, ValueError))
        if bad_value and "_selected_action" in request.POST:
            # The admin's bulk actions look up whatever ids are posted; ours are checked in forms.
            return bad_request(request, exception)
        return None


class TimingMiddleware:
    """How long the view took, its queries and its template included, waiting in a queue not."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = perf_counter()
        response = self.get_response(request)
        milliseconds = (perf_counter() - started) * 1000
        response.headers["Server-Timing"] = f"view;dur={milliseconds:.1f}"
        return response


def _announced_bytes(request: HttpRequest) -> int:
    """A body whose length is not announced is not read at all."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


class TicketMiddleware:
    """Takes the ticket of a page that is waited for out of its address, so that no link, no field
    and no form of the page keeps it. Views read `request.ticket`, None where there is none."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.ticket = None  # type: ignore[attr-defined]
        said = request.GET.get(TICKET)
        if said is not None:
            address = request.GET.copy()
            del address[TICKET]
            request.GET = address  # type: ignore[assignment]  # a copy, which may be changed
            request.ticket = _uuid(said)  # type: ignore[attr-defined]
        return self.get_response(request)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
