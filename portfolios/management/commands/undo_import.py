"""Take back an import from the shell."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.identity import as_service
from patterns.exceptions import DawsError
from portfolios.management.choosing import acting_user
from portfolios.models import ImportRun
from portfolios.services import undo_import


class Command(BaseCommand):
    help = "Reverse every entry of an import run that still stands. Nothing is deleted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, help="the number of the import run")
        parser.add_argument("--user", help="email of who undoes it; default: the owner")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        with as_service("command line: find an import run"):
            run = (
                ImportRun.objects.select_related("portfolio__owner")
                .filter(pk=options["run"])
                .first()
            )
        if run is None:
            raise CommandError(f"There is no import run {options['run']}.")
        try:
            count = undo_import(run_id=run.pk, by=acting_user(options["user"], run.portfolio))
        except DawsError as error:
            raise CommandError(f"{error.message} {error.suggestion}") from error
        if options["json"]:
            self.stdout.write(json.dumps({"import_run": run.pk, "reversed": count}))
        else:
            self.stdout.write(f"{count} entries of run {run.pk} are reversed.")
