"""Bring a file into a ledger from the shell."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.identity import as_user
from accounts.models import User
from market.formats.csv_records import Limits
from patterns.canonical import canonical_json
from patterns.exceptions import DawsError
from portfolios.formats.contract import DateStyle, DecimalStyle
from portfolios.formats.registry import formats
from portfolios.management.choosing import acting_user, portfolio_named
from portfolios.models import Portfolio
from portfolios.selectors.duplicates import QUALIFIED
from portfolios.services import ImportReport, preview_import, run_import
from portfolios.services.spoken_choices import spoken_choices

WORDS = ("format", "date_style", "decimal_style", "currency", "account")


class Command(BaseCommand):
    help = (
        "Import a file, all of it or nothing; the same file again adds nothing. Its format is "
        "found out where none is named. There is no limit on bytes or rows here."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file to import")
        parser.add_argument("--portfolio", required=True, help="name or id")
        parser.add_argument("--format", default="", help="; ".join(_formats()))
        parser.add_argument("--date-style", default="", choices=list(DateStyle))
        parser.add_argument("--decimal-style", default="", choices=list(DecimalStyle))
        parser.add_argument("--currency", default="", help="of amounts that name none")
        parser.add_argument("--account", default="", help="of rows that name none")
        parser.add_argument(
            "--map", action="append", default=[], metavar="OURS=THEIRS", help="a column"
        )
        parser.add_argument(
            "--match",
            action="append",
            default=[],
            metavar="FILEID=SECURITY",
            help="which security an identifier of the file means, as symbol:RY=RY.XTSE",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change")
        parser.add_argument("--rows", action="store_true", help="with --json: every row's fate")
        parser.add_argument("--user", help="email of who imports; default: the owner")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        content = self._read(options["file"])
        portfolio = portfolio_named(options["portfolio"])
        user = acting_user(options["user"], portfolio)
        try:
            report = self._work(portfolio, user, content, options)
        except DawsError as error:
            self._refuse(error, as_json=options["json"])
            raise CommandError(f"{error.message} {error.suggestion}") from error
        self._show(report, options)
        if report.errors or report.questions:
            raise CommandError(report.sentence)

    def _work(
        self, portfolio: Portfolio, user: User, content: bytes, options: dict[str, Any]
    ) -> ImportReport:
        with as_user(user.pk):
            choices = spoken_choices(
                portfolio,
                {name: options[name] for name in WORDS},
                columns=options["map"],
                matches=options["match"],
            )
        asked: dict[str, Any] = {
            "portfolio_id": portfolio.pk,
            "content": content,
            "filename": options["file"].name,
            "by": user,
            "choices": choices,
            "limits": Limits(max_bytes=None, max_rows=None),
        }
        if options["dry_run"]:
            return preview_import(**asked)
        return run_import(**asked, progress=self._progress if sys.stderr.isatty() else None)

    def _progress(self, step: str) -> None:
        """On a terminal one line that changes."""
        self.stderr.write(f"\r\x1b[2K{step}", ending="")

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
        for question in error.details.get("questions", []):
            self.stderr.write(_ask(question))

    def _show(self, report: ImportReport, options: dict[str, Any]) -> None:
        if options["json"]:
            rows = {"rows": report.rows_as_dicts()} if options["rows"] else {}
            self.stdout.write(canonical_json(report.as_dict() | rows))
            return
        for mistake in report.errors:
            self.stderr.write(_line(mistake))
        for question in report.questions:
            self.stderr.write(_ask(question))
        for note in report.notes:
            self.stdout.write(f"note: {note}")
        for skipped in report.skipped:
            self.stdout.write(f"row {skipped['row']}: skipped, {skipped['reason']}")
        for duplicate in report.duplicates:
            self.stdout.write(_repeated(duplicate))
        for kind, changed in report.changes.items():
            for change in changed:
                name = next(iter(change.values()))
                self.stdout.write(f"{kind}: {name}  {change['before']:f} -> {change['after']:f}")
        for warning in report.warnings:
            self.stdout.write(f"note: {canonical_json(warning)}")
        self.stdout.write(report.sentence)


def _repeated(duplicate: dict[str, Any]) -> str:
    same = duplicate["same_as_row"]
    said = (
        f"entry {duplicate['entry']} says the same" if same is None else f"the same as row {same}"
    )
    return f"row {duplicate['row']}: {said}{QUALIFIED.get(duplicate['reason'], '')}"


def _line(mistake: dict[str, Any]) -> str:
    if "row" not in mistake:
        return str(mistake["message"])
    place = f"row {mistake['row']}" if mistake["row"] is not None else "file"
    column = f", {mistake['column']}" if mistake["column"] else ""
    return f"{place}{column}: {mistake['message']} {mistake['remedy']} [{mistake['reason']}]"


def _ask(question: dict[str, Any]) -> str:
    """A question, and which option answers it."""
    option = "--map" if question["about"] == "columns" else f"--{question['about']}"
    example = f" ({question['example']})" if question["example"] else ""
    offered = "".join(f"\n    {each['value']}: {each['means']}" for each in question["choices"])
    return f"{question['message']}{example} Answer with {option.replace('_', '-')}:{offered}"


def _formats() -> list[str]:
    return [f"{format_.name} ({format_.title})" for format_ in formats()]
