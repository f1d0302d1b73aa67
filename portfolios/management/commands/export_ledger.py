"""Take a ledger out as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.identity import as_user
from accounts.permissions import Permission
from patterns.exceptions import DawsError
from portfolios.management.choosing import acting_user, portfolio_named
from portfolios.selectors import resolve_portfolio
from portfolios.services.exports import ExportFormat, export_ledger


class Command(BaseCommand):
    help = (
        "Write a ledger as DawsOS CSV or JSON, which an import reads back to the same state, as "
        "Beancount text or as a workbook. docs/export.md describes them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--portfolio", required=True, help="name or id")
        parser.add_argument("--format", choices=list(ExportFormat), default=ExportFormat.JSON)
        parser.add_argument("--output", type=Path, help="the file; default: standard output")
        parser.add_argument("--user", help="email of whose rights apply; default: the owner")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = portfolio_named(options["portfolio"])
        user = acting_user(options["user"], chosen)
        try:
            with as_user(user.pk):
                portfolio = resolve_portfolio(user, chosen.pk, Permission.EXPORT_DATA)
            export = export_ledger(
                portfolio=portfolio, file_format=ExportFormat(options["format"]), by=user
            )
            self._write(b"".join(export.chunks), options["output"])
        except DawsError as error:
            raise CommandError(f"{error.message} {error.suggestion}") from error

    def _write(self, content: bytes, path: Path | None) -> None:
        if path is not None:
            try:
                path.write_bytes(content)
            except OSError as error:
                raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
            self.stdout.write(f"{len(content):,} bytes in {path}")
            return
        try:
            self.stdout.write(content.decode(), ending="")
        except UnicodeDecodeError as error:
            raise CommandError("A workbook is no text. Name a file with --output.") from error
