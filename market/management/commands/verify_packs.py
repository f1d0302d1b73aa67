"""Prove that sealed packs are what their hashes say."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.identity import as_service
from market.management.arguments import progress_on
from market.selectors import pack_faults


class Command(BaseCommand):
    help = (
        "Recompute the digest of every sealed pack in Python and in SQL, follow the revisions of "
        "each day, and look for prices from the future and numbers that are none. Prints what "
        "differs; exits with 1 if anything does."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        progress = None if options["json"] else progress_on(self.stderr, "Verified")
        with as_service("verify packs"):
            packs, faults = pack_faults(progress)
        if options["json"]:
            answer = {"packs": packs, "faults": [asdict(fault) for fault in faults]}
            self.stdout.write(json.dumps(answer))
        else:
            for fault in faults:
                self.stdout.write(f"{fault.pack_id}  {fault.check}  {fault.message}")
        if faults:
            raise CommandError(f"{len(faults)} faults in {packs} sealed packs.")
        if not options["json"]:
            self.stdout.write(f"{packs} sealed packs are what their hashes say.")
