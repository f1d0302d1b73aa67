"""Run the chain of a night in this process."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dawsos.management.arguments import iso_date
from dawsos.management.night_progress import progress_on
from dawsos.models import NightlyRun
from dawsos.night import chain
from dawsos.night.calendar import due_night
from dawsos.night.handover import until_asked_to_leave
from dawsos.night.report import summary
from dawsos.night.runner import run_all
from market.calc.policies import DEFAULT_POLICY
from market.selectors import policies


class Command(BaseCommand):
    help = (
        "Build the day's pack, reconcile, compute, mark fresh. Killed anywhere, run it again; "
        "started twice, the two share the work. SIGTERM hands over to whoever comes next."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--asof", type=iso_date, help="the session, as YYYY-MM-DD")
        parser.add_argument(
            "--policy", choices=sorted(policies()), default=DEFAULT_POLICY, help="of the pack"
        )
        parser.add_argument(
            "--resume", action="store_true", help="give failed stages their attempts back"
        )
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        asof = options["asof"] or self._due(options)
        if asof is None:
            return
        run = chain.start(asof, options["policy"])
        if options["resume"]:
            chain.resume(run)
        progress = None if options["json"] else progress_on(self.stdout)
        with until_asked_to_leave() as asked_to_leave:
            run = run_all(run, progress, asked_to_leave=asked_to_leave)
            left = asked_to_leave()
        said = summary(run)
        if options["json"]:
            self.stdout.write(json.dumps(said))
        else:
            self._say(run, said["failures"], left=left)
        if run.state == NightlyRun.State.FAILED:
            raise CommandError(f"The night of {run.asof_date} failed: {chain.failure(run)}")

    def _say(self, run: NightlyRun, failures: list[dict[str, str]], *, left: bool) -> None:
        for each in failures:
            self.stdout.write(
                f"  {each['stage']}: {each['portfolio_id']} {each['code']} {each['message']}"
            )
        if run.state == NightlyRun.State.DONE:
            self.stdout.write(f"The night of {run.asof_date} is done; its pack is {run.pack_id}.")
        elif left:
            self.stdout.write(f"Asked to leave; whoever comes goes on with {run.asof_date}.")
        elif run.state == NightlyRun.State.RUNNING:
            self.stdout.write(f"Another worker is at the night of {run.asof_date}.")

    def _due(self, options: dict[str, Any]) -> dt.date | None:
        due = due_night(options["policy"])
        if due.asof is None:
            said = json.dumps({"state": "nothing_due", "message": due.reason})
            self.stdout.write(said if options["json"] else due.reason)
        return due.asof
