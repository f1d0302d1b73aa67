"""Ask the database whether anything has happened that must never happen."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dawsos.invariants.checking import Checked, check_all

WORDS = {"passed": "holds", "breached": "BROKEN", "no_table": "no such table yet"}


class Command(BaseCommand):
    help = (
        "Check every invariant of docs/invariants.md on the whole database, in production too. "
        "Prints what breaks it; exits with 1 if anything does."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = check_all(None if options["json"] else self._progress)
        broken = [each for each in found if each.state == "breached"]
        if options["json"]:
            answer = {"holds": not broken, "invariants": [each.as_dict() for each in found]}
            self.stdout.write(json.dumps(answer))
        else:
            for each in found:
                self._say(each)
        if broken:
            names = ", ".join(each.name for each in broken)
            raise CommandError(f"{len(broken)} of {len(found)} invariants are broken: {names}.")

    def _progress(self, name: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\rChecking {name}\x1b[K\r", ending="")
            self.stderr.flush()

    def _say(self, each: Checked) -> None:
        self.stdout.write(
            f"{each.name:<5}{WORDS[each.state]:<19}{each.seconds:>7.2f} s  {each.promise}"
        )
        for sentence in each.breaches:
            self.stdout.write(f"       {sentence}")
        if each.more:
            self.stdout.write("       and more")
