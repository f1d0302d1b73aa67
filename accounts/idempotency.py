"""`Idempotency-Key` on the doors that write: a decorator under `@api_view`."""

import re
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, cast

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.exceptions import IdempotencyKeyInvalid
from accounts.models import User
from accounts.selectors import membership_role
from accounts.services.idempotency import Answer, keep_answer, stored_answer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY = re.compile(r"[!-~]{1,255}", re.ASCII)
BOUNDARY = re.compile(rb"boundary=\"?([^\";, ]+)", re.IGNORECASE)
SAFE = ("GET", "HEAD", "OPTIONS")

View = Callable[..., HttpResponseBase]


def idempotent(view: View) -> View:
    """A request with a key is answered once, and with that answer whenever it is sent again.

    Answers below 500 are kept, refusals included: what was rolled back may be tried again.
    """

    @wraps(view)
    def answer(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.headers.get(HEADER)
        if key is None or request.method in SAFE:
            return view(request, *args, **kwargs)
        if not KEY.fullmatch(key):
            raise IdempotencyKeyInvalid(
                f"{HEADER} is 1 to 255 visible characters of ASCII.",
                details={"reason": "idempotency_key_invalid"},
            )
        user, sent = cast(User, request.user), _fingerprint(request)
        stored = stored_answer(user=user, key=key, fingerprint=sent)
        if stored is None:
            return _first(view, request, key, sent, *args, **kwargs)
        if _sees_no_more(user, kwargs):
            return view(request, *args, **kwargs)
        return _response(stored, replayed=True)

    return answer


def _first(
    view: View, request: Request, key: str, sent: str, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    response = _respond(view, request, *args, **kwargs)
    if response.status_code >= 500:
        return response
    told = _answer(response)
    keep_answer(
        user=cast(User, request.user),
        key=key,
        fingerprint=sent,
        request=f"{request.method} {request.path}",
        answer=told,
    )
    headers = dict(response.headers)
    response = _response(told, replayed=False)
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response


def _respond(view: View, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """The view's answer, and the framework's to what it raises."""
    try:
        return view(request, *args, **kwargs)
    except Exception as error:
        door = request.parser_context["view"]
        refused = door.get_exception_handler()(error, door.get_exception_handler_context())
        if refused is None or refused.status_code >= 500:
            raise
        return cast(Response, refused)


def _answer(response: HttpResponseBase) -> Answer:
    if isinstance(response, Response):
        body = b"" if response.data is None else JSONRenderer().render(response.data)
        return Answer(response.status_code, "application/json" if body else "", body.decode())
    plain = cast(HttpResponse, response)
    return Answer(plain.status_code, plain.headers.get("Content-Type", ""), plain.content.decode())


def _response(answer: Answer, *, replayed: bool) -> HttpResponse:
    response = HttpResponse(
        answer.text, content_type=answer.content_type or None, status=answer.status
    )
    if not answer.content_type:
        del response.headers["Content-Type"]
    if replayed:
        response.headers[REPLAYED] = "true"
    return response


def _fingerprint(request: Request) -> str:
    """Method, address with its query, and body. The boundary of a form is drawn anew by whoever
    sends the same form again, so it is left out."""
    plain = request._request
    media_type = plain.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    body = plain.body
    drawn = BOUNDARY.search(plain.headers.get("Content-Type", "").encode())
    if media_type == "multipart/form-data" and drawn:
        body = body.replace(drawn[1], b"")
    said = f"{plain.method} {plain.get_full_path()} {media_type}\n".encode()
    return sha256(said + sha256(body).digest()).hexdigest()


def _sees_no_more(user: User, address: dict[str, Any]) -> bool:
    """Whether the portfolio of the address was closed to the user since the answer was given."""
    portfolio_id = address.get("portfolio_id")
    return portfolio_id is not None and membership_role(user, portfolio_id) is None
