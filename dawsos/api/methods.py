"""The methods by a program: the rules that figures name."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from dawsos.methodology import MethodPage, method_pages

FIELDS: dict[str, Any] = {
    "slug": serializers.CharField(),
    "title": serializers.CharField(),
    "rules": serializers.ListField(child=serializers.CharField()),
}
METHODS_OUTPUT = inline_serializer(
    name="MethodsOutput",
    fields={"methods": serializers.ListField(child=serializers.DictField())},
)
METHOD_OUTPUT = inline_serializer(
    name="MethodOutput", fields={**FIELDS, "html": serializers.CharField()}
)


@extend_schema(responses={200: METHODS_OUTPUT})
@api_view(["GET"])
def methods(_request: Request) -> Response:
    """Every page of rules."""
    return Response({"methods": [_row(page) for page in method_pages().values()]})


@extend_schema(responses={200: METHOD_OUTPUT})
@api_view(["GET"])
def method(_request: Request, slug: str) -> Response:
    """One page of rules, as HTML."""
    page = method_pages().get(slug)
    if page is None:
        raise Http404
    return Response(_row(page) | {"html": str(page.html)})


def _row(page: MethodPage) -> dict[str, Any]:
    rules = [f"{page.slug}.{number}" for number in sorted(page.rules)]
    return {"slug": page.slug, "title": page.title, "rules": rules}
