"""Patterns of the house: sending a file, and choosing what is served. Pages, and for programs."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import AuthenticatedRequest
from accounts.idempotency import idempotent
from accounts.models import User
from accounts.permissions import Permission, require
from dawsos.running import verbs
from patterns.exceptions import PatternInvalid
from patterns.faults import UNREADABLE, Fault
from patterns.source import MAX_BYTES


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload_page(request: AuthenticatedRequest) -> HttpResponse:
    """A file, checked whole: either it is served at once, or every mistake is listed."""
    require(request.user, Permission.UPLOAD_PATTERNS)
    if request.method != "POST":
        return render(request, "patterns/upload/page.html", {"most": MAX_BYTES // 1024})
    sent = request.FILES.get("file")
    try:
        name = (sent.name or "")[:120] if sent else "No file"
        row = verbs.upload(by=request.user, text=_text(sent), name=name)
    except PatternInvalid as refused:
        context = {"refused": refused, "most": MAX_BYTES // 1024}
        return render(request, "patterns/upload/page.html", context, status=422)
    messages.success(request, f"{row.pattern_id} {row.version} is kept and served.")
    return redirect("pattern", row.pattern_id)


@login_required
@require_POST
def serve_page(request: AuthenticatedRequest, pattern_id: str, version: str) -> HttpResponse:
    row = verbs.serve(by=request.user, pattern_id=pattern_id, version=version)
    messages.success(request, f"{row.pattern_id} {row.version} is served now.")
    return redirect("patterns")


@login_required
@require_POST
def withdraw_page(request: AuthenticatedRequest, pattern_id: str) -> HttpResponse:
    row = verbs.withdraw(by=request.user, pattern_id=pattern_id)
    messages.success(request, f"{row.pattern_id} is served no more; its runs remain.")
    return redirect("patterns")


@extend_schema(
    request=OpenApiTypes.OBJECT,
    responses={
        201: OpenApiResponse(OpenApiTypes.OBJECT, description="Kept and served"),
        403: OpenApiResponse(description="The role does not allow it"),
        422: OpenApiResponse(description="Every mistake, with its line"),
    },
)
@api_view(["POST"])
@idempotent
def upload_api(request: Request) -> Response:
    """Keep and serve a pattern file, which is the body; for administrators."""
    text = _text(request._request)
    row = verbs.upload(by=cast(User, request.user), text=text, name="pattern.json")
    return Response({"id": row.pattern_id, "version": row.version}, status=201)


@extend_schema(
    request=None,
    responses={
        200: OpenApiResponse(OpenApiTypes.OBJECT, description="Served no more"),
        403: OpenApiResponse(description="The role does not allow it"),
        404: OpenApiResponse(description="No such pattern of the house"),
    },
)
@api_view(["POST"])
@idempotent
def withdraw_api(request: Request, pattern_id: str) -> Response:
    """Serve a pattern of the house no more; for administrators."""
    row = verbs.withdraw(by=cast(User, request.user), pattern_id=pattern_id)
    return Response({"id": row.pattern_id, "version": row.version, "served": False})


@extend_schema(
    request=None,
    responses={
        200: OpenApiResponse(OpenApiTypes.OBJECT, description="Served now"),
        403: OpenApiResponse(description="The role does not allow it"),
        404: OpenApiResponse(description="No such version of a pattern of the house"),
    },
)
@api_view(["POST"])
@idempotent
def serve_api(request: Request, pattern_id: str, version: str) -> Response:
    """Serve a kept version of a pattern of the house; for administrators."""
    row = verbs.serve(by=cast(User, request.user), pattern_id=pattern_id, version=version)
    return Response({"id": row.pattern_id, "version": row.version, "served": True})


def _text(sent: Any) -> str:
    """The text of what was sent; no more of it is read than a pattern may have."""
    data: bytes = sent.read(MAX_BYTES + 1) if sent is not None else b""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        fault = Fault(code=UNREADABLE, pointer="", message="The file is not a text in UTF-8.")
        raise PatternInvalid("The file cannot be read.", [fault.as_dict()]) from None
