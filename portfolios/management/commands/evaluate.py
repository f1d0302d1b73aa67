"""Evaluate a ledger document; `manage.py` takes a shorter way to the same code."""

from __future__ import annotations

import sys
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandParser

from portfolios.management.evaluating import HELP, add_arguments, run


class Command(BaseCommand):
    help = HELP
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        code = run(
            options["file"],
            as_json=options["json"],
            out=cast(TextIO, self.stdout),
            err=cast(TextIO, self.stderr),
        )
        if code:
            sys.exit(code)
