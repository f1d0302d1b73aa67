"""Forget stored answers that are older, or more, than this installation keeps."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dawsos.running.pruning import prune


class Command(BaseCommand):
    help = (
        "Forget runs and step results beyond DAWSOS_RUNS_KEEP_DAYS and DAWSOS_RUNS_KEEP_MB. "
        "What something refers to stays; the rest can be computed again to the byte."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, only")
        parser.add_argument(
            "--days", type=int, default=settings.RUNS_KEEP_DAYS, help="keep so many; 0 keeps all"
        )
        parser.add_argument(
            "--mb", type=int, default=settings.RUNS_KEEP_MB, help="keep so much; 0 keeps all"
        )
        parser.add_argument("--json", action="store_true", help="print JSON only")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] < 0 or options["mb"] < 0:
            raise CommandError("--days and --mb are 0 or more.")
        found = prune(keep_days=options["days"], keep_mb=options["mb"], dry_run=options["dry_run"])
        if options["json"]:
            self.stdout.write(json.dumps(found.as_dict()))
        else:
            self.stdout.write(found.sentence)
