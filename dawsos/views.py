"""What is shown when something goes wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dawsos.api.errors import correlation_id, json_error, translate
from patterns.exceptions import DawsError

API_PREFIXES = ("/api/", "/v1/", "/health")


def show_error(request: HttpRequest, error: DawsError) -> HttpResponse:
    """An error as JSON to programs and as a page to people, with the same code and id."""
    if request.path.startswith(API_PREFIXES):
        return json_error(request, error)
    context = {"error": error.as_dict(correlation_id(request)), "status": error.http_status}
    known = {400, 403, 404, 500}
    page = error.http_status if error.http_status in known else 400
    if error.http_status >= 500:
        page = 500
    return render(request, f"errors/{page}.html", context, status=error.http_status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return show_error(
        request,
        DawsError(
            "The request cannot be understood.",
            code="VALIDATION_2000",
            suggestion="Check what was sent.",
            http_status=400,
        ),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show_error(request, translate(exception))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form that did not come from one of our pages, or from one that is too old."""
    return show_error(
        request,
        DawsError(
            "This form could not be trusted.",
            code="AUTH_1005",
            suggestion="Go back, reload the page and send it again.",
            http_status=403,
        ),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show_error(request, translate(exception))


def server_error(request: HttpRequest) -> HttpResponse:
    return show_error(request, translate(Exception()))
