"""The methods by a program: the rules that figures name."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from dawsos.methodology import MethodPage, fixtures, golden_outcomes, method_pages

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
    name="MethodOutput",
    fields={
        **FIELDS,
        "html": serializers.CharField(),
        "fixtures": serializers.DictField(
            child=serializers.ListField(child=serializers.CharField()),
            help_text="By rule, the golden cases and tests that prove it.",
        ),
    },
)
CASES_OUTPUT = inline_serializer(
    name="GoldenCasesOutput",
    fields={"cases": serializers.ListField(child=serializers.DictField())},
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
    row = _row(page)
    proofs = {rule: [one.name for one in fixtures().get(rule, ())] for rule in row["rules"]}
    return Response(row | {"html": str(page.html), "fixtures": proofs})


@extend_schema(responses={200: CASES_OUTPUT})
@api_view(["GET"])
def golden_cases(_request: Request, golden: str) -> Response:
    """The golden cases of a file and what the product answers, as `verify_methods --json` says."""
    found = golden_outcomes(golden)
    if not found:
        raise Http404
    return Response({"cases": [outcome.as_dict() for outcome in found]})


def _row(page: MethodPage) -> dict[str, Any]:
    rules = [f"{page.slug}.{number}" for number in sorted(page.rules)]
    return {"slug": page.slug, "title": page.title, "rules": rules}
