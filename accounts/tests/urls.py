"""Views that tempt the identity: lazy, streaming, failing."""

from collections.abc import Iterator

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import include, path
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity import current_identity
from accounts.models import AuditEvent, Membership
from accounts.services import record

ROLES = "{% for m in memberships %}{{ m.role }} {% endfor %}"


def lazy(request: HttpRequest) -> TemplateResponse:
    """The query runs when the template is rendered, after the view has returned."""
    template = engines["django"].from_string(ROLES)
    return TemplateResponse(request, template, {"memberships": Membership.objects.all()})


def stream(request: HttpRequest) -> StreamingHttpResponse:
    """One query per chunk, after the middleware has returned."""

    def chunks() -> Iterator[str]:
        for _ in range(3):
            yield f"{Membership.objects.count()} "

    return StreamingHttpResponse(chunks())


def broken_stream(request: HttpRequest) -> StreamingHttpResponse:
    def chunks() -> Iterator[str]:
        record(action="streamed", by=request.user)  # type: ignore[arg-type]
        yield "first"
        raise ZeroDivisionError

    return StreamingHttpResponse(chunks())


def fail(request: HttpRequest) -> HttpResponse:
    record(action="half_done", by=request.user)  # type: ignore[arg-type]
    raise ZeroDivisionError


def refuse(request: HttpRequest) -> HttpResponse:
    record(action="403_idor", by=request.user)  # type: ignore[arg-type]
    return HttpResponse(status=404)


@login_not_required
def anyone(request: HttpRequest) -> JsonResponse:
    identity = current_identity()
    return JsonResponse(
        {
            "kind": identity and identity.kind,
            "user_id": identity and identity.user_id,
            "audit": AuditEvent.objects.count(),
            "correlation_id": request.correlation_id,  # type: ignore[attr-defined]
        }
    )


@api_view(["GET"])
def api_stream(request: Request) -> StreamingHttpResponse:
    return stream(request._request)


@api_view(["GET"])
def api_roles(request: Request) -> Response:
    return Response(list(Membership.objects.values_list("role", flat=True)))


urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("api/auth/", include("accounts.api.urls")),
    path("lazy", lazy),
    path("stream", stream),
    path("broken-stream", broken_stream),
    path("fail", fail),
    path("refuse", refuse),
    path("anyone", anyone),
    path("api/stream", api_stream),
    path("api/roles", api_roles),
    path("admin/boom", fail),
]
