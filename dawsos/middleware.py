"""The outermost doors: health without a database, and our own errors as answers."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from dawsos.api.health import health
from dawsos.views import show_error
from patterns.exceptions import DawsError

Answer = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """Answers ``/health`` before a session or an identity is opened, which need the database."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return health(request) if request.path == "/health" else self.get_response(request)


class ErrorMiddleware:
    """A ``DawsError`` that leaves a page's view becomes its page; anything else stays a 500."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return show_error(request, exception) if isinstance(exception, DawsError) else None
