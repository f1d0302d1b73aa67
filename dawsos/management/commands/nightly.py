"""Run the chain of a night in this process."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.identity import as_service
from dawsos.management.arguments import iso_date
from dawsos.models import NightlyRun, StageRun
from dawsos.night import chain
from dawsos.night.calendar import due_night
from dawsos.night.clock import seconds
from market.calc.policies import DEFAULT_POLICY, POLICIES


class Command(BaseCommand):
    help = "Build the day's pack, reconcile, compute, mark fresh. Killed anywhere, run it again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--asof", type=iso_date, help="the session, as YYYY-MM-DD")
        parser.add_argument(
            "--policy", choices=sorted(POLICIES), default=DEFAULT_POLICY, help="of the pack"
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
        run = chain.run_all(run, None if options["json"] else self._say)
        if options["json"]:
            self.stdout.write(json.dumps(summary(run)))
        elif run.state == NightlyRun.State.DONE:
            self.stdout.write(f"The night of {run.asof_date} is done; its pack is {run.pack_id}.")
        elif run.state == NightlyRun.State.RUNNING:
            self.stdout.write(f"Another worker is at the night of {run.asof_date}.")
        if run.state == NightlyRun.State.FAILED:
            raise CommandError(f"The night of {run.asof_date} failed; see the stage above.")

    def _due(self, options: dict[str, Any]) -> dt.date | None:
        due = due_night(options["policy"])
        if due.asof is None:
            said = json.dumps({"state": "nothing_due", "message": due.reason})
            self.stdout.write(said if options["json"] else due.reason)
        return due.asof

    def _say(self, stage: StageRun) -> None:
        self.stdout.write(
            f"{stage.stage:<24}{stage.state:<8}{seconds(stage):>8.2f} s  {stage.message}"
        )


def summary(run: NightlyRun) -> dict[str, Any]:
    """The night as data: what a program that started it wants to know."""
    with as_service("night"):
        stages = list(run.stages.all())
    return {
        "asof_date": run.asof_date.isoformat(),
        "policy": run.policy,
        "state": run.state,
        "pack_id": run.pack_id,
        "stages": [
            {
                "stage": stage.stage,
                "state": stage.state,
                "attempts": stage.attempts,
                "seconds": round(seconds(stage), 3),
                "counts": stage.counts,
                "message": stage.message,
            }
            for stage in stages
        ],
    }
