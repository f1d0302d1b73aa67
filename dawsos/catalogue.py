"""The catalogue of capabilities and the schema of pattern files, as a page and for programs."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from patterns.catalogue import catalogue
from patterns.schema import pattern_schema
from patterns.selectors import sync_library


@login_required
@require_safe
def capabilities_page(request: HttpRequest) -> HttpResponse:
    sync_library()
    return render(request, "patterns/catalogue.html", {"entries": catalogue()})


@extend_schema(responses={200: OpenApiResponse(OpenApiTypes.OBJECT, description="By name")})
@api_view(["GET"])
def capabilities(_request: Request) -> Response:
    """Every capability: agent, version, arguments, values with units, and the patterns using it."""
    sync_library()
    return Response({"capabilities": [asdict(entry) for entry in catalogue()]})


@login_required
@require_safe
def schema(_request: HttpRequest) -> JsonResponse:
    """The JSON Schema of a pattern file, with this installation's capabilities."""
    return JsonResponse(pattern_schema(), content_type="application/schema+json")
