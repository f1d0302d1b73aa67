"""One shape for every error of the API: ``{"error": {code, message, suggestion, details, …}}``."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, JsonResponse
from django.http.request import HttpRequest
from rest_framework import exceptions as drf
from rest_framework.response import Response

from dawsos.api.mistakes import body_refused
from patterns.exceptions import DawsError

log = logging.getLogger(__name__)

# What the framework raises before our code is reached, said in our words.
FRAMEWORK: tuple[tuple[type[Exception], int, str, str, str], ...] = (
    (drf.NotAuthenticated, 401, "AUTH_1003", "This needs a login.", "Send a bearer token."),
    (drf.AuthenticationFailed, 401, "AUTH_1003", "The token is not valid.", "Log in again."),
    (drf.PermissionDenied, 403, "AUTH_1004", "Your role does not allow this.", "Ask an owner."),
    (PermissionDenied, 403, "AUTH_1004", "Your role does not allow this.", "Ask an owner."),
    (drf.NotFound, 404, "NOT_FOUND_3000", "There is nothing here.", "Check the address."),
    (Http404, 404, "NOT_FOUND_3000", "There is nothing here.", "Check the address."),
    (drf.MethodNotAllowed, 405, "VALIDATION_2000", "This method is not offered.", "See the docs."),
    (drf.ParseError, 400, "VALIDATION_2000", "The body is not valid JSON.", "Send a JSON object."),
    (
        drf.UnsupportedMediaType,
        415,
        "VALIDATION_2000",
        "The body's media type is not understood.",
        "Send application/json.",
    ),
    (
        drf.NotAcceptable,
        406,
        "VALIDATION_2000",
        "Only JSON is answered here.",
        "Accept application/json.",
    ),
    (RequestDataTooBig, 413, "VALIDATION_2000", "The body is too large.", "Send at most 12 MiB."),
    (DatabaseError, 503, "SYSTEM_5001", "The database did not answer.", "Try again in a minute."),
)


def correlation_id(request: HttpRequest | None) -> str:
    return getattr(request, "correlation_id", "") or "none"


def error_body(error: DawsError, request: HttpRequest | None) -> dict[str, Any]:
    return {"error": error.as_dict(correlation_id(request))}


def translate(error: Exception) -> DawsError:
    """Any exception as one of ours. What nobody foresaw is logged and never quoted to the user."""
    if isinstance(error, DawsError):
        return error
    if isinstance(error, drf.ValidationError):
        return body_refused(error)
    for kind, status, code, message, suggestion in FRAMEWORK:
        if isinstance(error, kind):
            return DawsError(message, code=code, suggestion=suggestion, http_status=status)
    return DawsError(
        "Something failed on our side.",
        code="SYSTEM_5003",
        suggestion="Try again; if it stays, give the correlation id to an administrator.",
        http_status=500,
    )


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response:
    """The REST framework's door for exceptions."""
    request = context["request"]
    error = translate(exc)
    if error.http_status >= 500 and not isinstance(exc, DawsError):
        log.error("unhandled error %s", correlation_id(request), exc_info=exc)
    response = Response(error_body(error, request), status=error.http_status)
    if error.http_status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def json_error(request: HttpRequest, error: DawsError) -> JsonResponse:
    """The same answer outside the REST framework (a 404 under /api/, say)."""
    return JsonResponse(error_body(error, request), status=error.http_status)
