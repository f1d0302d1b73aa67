"""Importing a file by a program: the same path as the page's, in one request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, cast
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpResponse, QueryDict
from django.utils.datastructures import MultiValueDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser
from rest_framework.request import Request

from accounts.idempotency import idempotent
from accounts.models import User
from accounts.permissions import Permission
from market.formats.csv_records import Limits
from patterns.canonical import canonical_json
from portfolios.exceptions import ImportFileMissing
from portfolios.models import ImportRun
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.imports import import_run, import_runs, run_rows
from portfolios.services import undo_import
from portfolios.services.imports import ImportReport, preview_import, run_import
from portfolios.services.spoken_choices import spoken_choices

MAX_BYTES = Limits().max_bytes or 0
WORDS = ("format", "date_style", "decimal_style", "currency", "account")
RUNS_SHOWN = 500
TRUE = {"1", "true", "yes", ""}


class RawFile(BaseParser):
    """A body that is the file itself, whatever it is called; the address says the rest."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> DataAndFiles[Any, Any]:
        """The query as data, the body as `file`. One byte too many shows that there is more."""
        said = (parser_context or {})["request"].query_params
        file = SimpleUploadedFile(said.get("filename") or "upload", stream.read(MAX_BYTES + 1))
        return DataAndFiles(said, MultiValueDict({"file": [file]}))


class ImportForm(serializers.Serializer[Any]):
    """The multipart form; a raw body takes the other fields as query parameters."""

    file = serializers.FileField()
    format = serializers.CharField(required=False, help_text="Found out from the file if empty.")
    date_style = serializers.ChoiceField(["iso", "day_first", "month_first"], required=False)
    decimal_style = serializers.ChoiceField(["point", "comma"], required=False)
    currency = serializers.CharField(required=False)
    account = serializers.CharField(required=False)
    map = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="OURS=THEIRS, once a column"
    )
    match = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="FILEID=SECURITY, once each"
    )


class RunOutput(serializers.ModelSerializer[ImportRun]):
    """One import run; `standing` are its entries that nobody has reversed."""

    standing = serializers.IntegerField()
    created_by = serializers.EmailField(source="created_by.email")

    class Meta:
        model = ImportRun
        fields = (
            "id",
            "filename",
            "file_hash",
            "format",
            "state",
            "row_count",
            "standing",
            "created_by",
            "at",
        )


DRY_RUN = OpenApiParameter(
    "dry_run", OpenApiTypes.BOOL, description="Say what would happen, and write nothing."
)
ROWS = OpenApiParameter("rows", OpenApiTypes.BOOL, description="Add the fate of every row.")
REFUSALS = {
    404: OpenApiResponse(description="No such portfolio for this user"),
    413: OpenApiResponse(description="The file is too large"),
    422: OpenApiResponse(description="Mistakes or open questions; nothing was written"),
}


@extend_schema(methods=["GET"], responses={200: RunOutput(many=True), 404: REFUSALS[404]})
@extend_schema(
    methods=["POST"],
    parameters=[DRY_RUN, ROWS],
    request={"multipart/form-data": ImportForm, "application/octet-stream": OpenApiTypes.BINARY},
    responses={
        200: OpenApiResponse(OpenApiTypes.OBJECT, description="A dry run, or nothing was new"),
        201: OpenApiResponse(OpenApiTypes.OBJECT, description="Imported"),
        **REFUSALS,
    },
)
@api_view(["GET", "POST"])
@parser_classes([MultiPartParser, RawFile])
@idempotent
def imports(request: Request, portfolio_id: UUID) -> HttpResponse:
    """The runs of a portfolio, or a file to be imported whole."""
    user = cast(User, request.user)
    if request.method == "GET":
        portfolio = resolve_portfolio(user, portfolio_id)
        runs = RunOutput(import_runs(portfolio.pk)[:RUNS_SHOWN], many=True)
        return _json(list(runs.data), 200)
    portfolio = resolve_portfolio(user, portfolio_id, Permission.WRITE_TRADES)
    content, filename = _file(request)
    said = cast(QueryDict, request.data)
    choices = spoken_choices(
        portfolio,
        {name: said.get(name, "") for name in WORDS},
        columns=said.getlist("map"),
        matches=said.getlist("match"),
    )
    work = preview_import if _asked(request, "dry_run") else run_import
    report = work(
        portfolio_id=portfolio.pk, content=content, filename=filename, by=user, choices=choices
    )
    return _answer(report, with_rows=_asked(request, "rows"))


@extend_schema(
    responses={200: OpenApiResponse(OpenApiTypes.OBJECT, description="The run and its rows")}
)
@api_view(["GET"])
def run(request: Request, portfolio_id: UUID, run_id: int) -> HttpResponse:
    """One run: what it added, what it left out and why."""
    portfolio = resolve_portfolio(cast(User, request.user), portfolio_id)
    found = import_run(portfolio.pk, run_id)
    rows = run_rows(found)
    told = dict(RunOutput(found).data) | {
        "title": rows.title,
        "notes": list(rows.notes),
        "entries": list(rows.entries.values_list("seq", flat=True)),
        "duplicates": list(rows.duplicates),
        "skipped": list(rows.skipped),
    }
    return _json(told, 200)


@extend_schema(
    request=None,
    responses={200: OpenApiResponse(OpenApiTypes.OBJECT), 404: REFUSALS[404]},
)
@api_view(["POST"])
@idempotent
def undo(request: Request, portfolio_id: UUID, run_id: int) -> HttpResponse:
    """Reverse every entry of a run that still stands."""
    user = cast(User, request.user)
    portfolio = resolve_portfolio(user, portfolio_id, Permission.WRITE_TRADES)
    run = import_run(portfolio.pk, run_id)
    return _json({"import_run": run.pk, "reversed": undo_import(run_id=run.pk, by=user)}, 200)


def _file(request: Request) -> tuple[bytes, str]:
    """The file's bytes and name."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise ImportFileMissing
    return file.read(MAX_BYTES + 1), file.name or "upload"


def _asked(request: Request, name: str) -> bool:
    return request.query_params.get(name, "false").lower() in TRUE


def _answer(report: ImportReport, *, with_rows: bool) -> HttpResponse:
    told = report.as_dict()
    if with_rows:
        told["rows"] = report.rows_as_dicts()
    return _json(told, 201 if report.import_run is not None else 200)


def _json(told: Any, status: int) -> HttpResponse:
    return HttpResponse(canonical_json(told), content_type="application/json", status=status)
