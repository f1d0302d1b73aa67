"""Bring a file into a ledger from the shell."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from market.formats.csv_records import Limits
from patterns.canonical import canonical_json
from patterns.exceptions import DawsError
from portfolios.management.choosing import acting_user, portfolio_named
from portfolios.services import ImportReport, preview_import, run_import


class Command(BaseCommand):
    help = (
        "Import a ledger file, all of it or nothing; the same file again adds nothing. The format "
        "is described in docs/import-csv.md. There is no limit on bytes or rows here."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file to import")
        parser.add_argument("--portfolio", required=True, help="name or id")
        parser.add_argument("--format", choices=["csv"], default="csv")
        parser.add_argument("--dry-run", action="store_true", help="say what would change")
        parser.add_argument("--user", help="email of who imports; default: the owner")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        content = self._read(options["file"])
        portfolio = portfolio_named(options["portfolio"])
        user = acting_user(options["user"], portfolio)
        work = preview_import if options["dry_run"] else run_import
        try:
            report = work(
                portfolio_id=portfolio.pk,
                content=content,
                filename=options["file"].name,
                by=user,
                limits=Limits(max_bytes=None, max_rows=None),
            )
        except DawsError as error:
            self._refuse(error, as_json=options["json"])
            raise CommandError(f"{error.message} {error.suggestion}") from error
        self._show(report, as_json=options["json"])
        if report.errors:
            raise CommandError(report.sentence)

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error

    def _refuse(self, error: DawsError, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(canonical_json({"error": error.as_dict(uuid.uuid4().hex)}))
            return
        for mistake in error.details.get("errors", []):
            self.stderr.write(_line(mistake))

    def _show(self, report: ImportReport, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(canonical_json(report.as_dict()))
            return
        for mistake in report.errors:
            self.stderr.write(_line(mistake))
        for duplicate in report.duplicates:
            self.stdout.write(f"row {duplicate['row']}: entry {duplicate['entry']} says the same")
        for kind, changed in report.changes.items():
            for change in changed:
                name = next(iter(change.values()))
                self.stdout.write(f"{kind}: {name}  {change['before']:f} -> {change['after']:f}")
        for warning in report.warnings:
            self.stdout.write(f"note: {canonical_json(warning)}")
        self.stdout.write(report.sentence)


def _line(mistake: dict[str, Any]) -> str:
    place = f"row {mistake['row']}" if mistake["row"] is not None else "file"
    column = f", {mistake['column']}" if mistake["column"] else ""
    return f"{place}{column}: {mistake['message']} {mistake['remedy']} [{mistake['reason']}]"
