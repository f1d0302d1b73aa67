"""Build a sealed pack for each session of a span of days."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from market.calc.completeness import Required
from market.calc.policies import DEFAULT_POLICY
from market.management.arguments import progress_on, refusal, session_day
from market.services import BackfillReport, backfill_packs
from patterns.exceptions import DawsError


class Command(BaseCommand):
    help = (
        "Seal a pricing pack for each session from FROM to TO, both included, each from what was "
        "known the morning after its day. Packs that exist are kept, so it may be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("start", metavar="FROM", type=session_day, help="as YYYY-MM-DD")
        parser.add_argument("end", metavar="TO", type=session_day, help="as YYYY-MM-DD")
        parser.add_argument("--policy", default=DEFAULT_POLICY)
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: object, **options: Any) -> None:
        progress = None if options["json"] else progress_on(self.stderr, "Sealed")
        try:
            report = backfill_packs(
                options["start"],
                options["end"],
                options["policy"],
                progress=progress,
                required=self.required(options["policy"], options["start"], options["end"]),
            )
        except DawsError as error:
            raise refusal(error) from error
        self.stdout.write(json.dumps(report.as_dict()) if options["json"] else sentence(report))

    def required(self, policy: str, start: date, end: date) -> Callable[[date], Required] | None:
        """What must be priced on a day; the market alone does not know."""
        return None


def sentence(report: BackfillReport) -> str:
    closed = f", {len(report.closed)} weekdays without a session" if report.closed else ""
    lacking = ", ".join(str(day) for day in report.incomplete)
    without = f" {len(report.incomplete)} sessions without enough: {lacking}." if lacking else ""
    return (
        f"{report.sessions} sessions from {report.start} to {report.end}: {report.built} packs "
        f"sealed, {report.kept} kept{closed}. In the new ones {report.carried} values are carried "
        f"and {report.gaps} are missing, each listed in its pack.{without}"
    )
