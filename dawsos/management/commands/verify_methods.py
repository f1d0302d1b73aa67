"""Prove that the product's formulas give the numbers of the golden cases."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dawsos.methods.cases import GoldenUnreadable, read_cases
from dawsos.methods.verification import Outcome, verify


class Command(BaseCommand):
    help = (
        "Run golden cases through the functions that pages use. Exits with 1 if one fails; a "
        "method that the product does not compute is listed as unsupported, never as passed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder",
            nargs="?",
            metavar="DIR",
            type=Path,
            default=Path(settings.BASE_DIR) / "docs/methods/fixtures",
            help="a folder of golden files; default: the project's own",
        )
        parser.add_argument("--json", action="store_true", help="print JSON only")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            cases = read_cases(options["folder"])
        except GoldenUnreadable as error:
            if options["json"]:
                self.stdout.write(json.dumps({"error": error.as_dict(uuid.uuid4().hex)}))
            raise CommandError(f"{error.message} {error.suggestion}") from error
        if options["json"]:
            outcomes = list(verify(cases))
            self.stdout.write(json.dumps({"cases": [outcome.as_dict() for outcome in outcomes]}))
        else:
            outcomes = [self._said(outcome) for outcome in verify(cases)]
            counts = Counter(outcome.status for outcome in outcomes)
            self.stdout.write(
                f"{counts['passed']} passed, {counts['failed']} failed, "
                f"{counts['unsupported']} unsupported"
            )
        failed = [outcome for outcome in outcomes if outcome.status == "failed"]
        if failed:
            names = ", ".join(f"{one.case.file} {one.case.id}" for one in failed)
            raise CommandError(f"{len(failed)} of {len(outcomes)} golden cases failed: {names}.")

    def _said(self, outcome: Outcome) -> Outcome:
        case = outcome.case
        self.stdout.write(f"{outcome.status:<12}{case.file:<36}{case.id:<34}{case.method}")
        for problem in outcome.problems:
            self.stdout.write(f"            {problem}")
        return outcome
