"""Which figures a restatement moved, from what to what, because of which row."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.identity import as_service
from market.management.arguments import refusal
from patterns.exceptions import DawsError
from portfolios.management.choosing import active_user
from portfolios.management.restatements import lines_of
from portfolios.models import Portfolio
from portfolios.selectors import visible_portfolios
from portfolios.selectors.restatement import restatement_report


class Command(BaseCommand):
    help = (
        "Say what the restatement behind PACK moved: the rows that are other than before, and "
        "every figure of every portfolio that rests on them. Without --user of all portfolios."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pack", metavar="PACK", help="as 2013-02-27-ECB-r2")
        parser.add_argument("--user", metavar="EMAIL", help="only what this user may see")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with as_service("restatement report"):
                seen = Portfolio.objects.all()
                if options["user"]:
                    seen = visible_portfolios(active_user(options["user"]))
                report = restatement_report(options["pack"], seen.order_by("name", "pk"))
        except DawsError as error:
            raise refusal(error) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
            return
        for line in lines_of(report):
            self.stdout.write(line)
