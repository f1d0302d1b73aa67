"""Compute a past run again and compare the bytes."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from patterns.exceptions import DawsError
from portfolios.services.replaying import replay_any


class Command(BaseCommand):
    help = "Compute a past run again from its own papers and compare the bytes. Stores nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=uuid.UUID, metavar="RUN", help="the id of a stored run")
        parser.add_argument("--json", action="store_true", help="print JSON only")

    def handle(self, *args: Any, **options: Any) -> None:
        correlation_id = uuid.uuid4().hex
        try:
            found = replay_any(options["run"], correlation_id)
        except DawsError as error:
            if options["json"]:
                self.stdout.write(json.dumps({"error": error.as_dict(correlation_id)}))
            raise CommandError(f"{error.message} {error.suggestion}") from error
        if options["json"]:
            self.stdout.write(json.dumps(found.as_dict()))
        else:
            self.stdout.write(f"{found.pattern_id} {found.run_id}: {found.sentence}")
            for path, stored, computed in found.differences:
                self.stdout.write(f"  {path}: {stored} → {computed}")
        if not found.is_same:
            raise CommandError(found.sentence)
