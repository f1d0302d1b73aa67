"""Translating our own errors at the outermost door, so that no view has to."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from dawsos.views import show_error
from patterns.exceptions import DawsError


class ErrorMiddleware:
    """A ``DawsError`` that leaves a page's view becomes its page; anything else stays a 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return show_error(request, exception) if isinstance(exception, DawsError) else None
