"""Run a pattern from the shell: the same run that the page and the API show."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.identity import as_service, as_user
from accounts.models import User
from dawsos.api.execute import answer
from dawsos.management.arguments import iso_date, key_value
from patterns.exceptions import DawsError
from portfolios.services.runs import Execution, execute


class Command(BaseCommand):
    help = "Run a pattern and print its result and its trace."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pattern", help="the pattern's id, such as portfolio_overview")
        parser.add_argument(
            "--input", type=key_value, action="append", default=[], metavar="NAME=VALUE"
        )
        parser.add_argument("--asof", type=iso_date, help="as of this day, YYYY-MM-DD")
        parser.add_argument("--pack", help="a pricing pack's id; the default is the newest")
        parser.add_argument("--user", help="email of whose rights apply; default: the first")
        parser.add_argument("--json", action="store_true", help="print JSON only")

    def handle(self, *args: Any, **options: Any) -> None:
        user = self._user(options["user"])
        correlation_id = uuid.uuid4().hex
        try:
            with as_user(user.pk):
                done = execute(
                    user=user,
                    pattern_id=options["pattern"],
                    inputs=dict(options["input"]),
                    asof=options["asof"],
                    pack_id=options["pack"],
                    correlation_id=correlation_id,
                )
        except DawsError as error:
            body = json.dumps({"error": error.as_dict(correlation_id)})
            if options["json"]:
                self.stdout.write(body)
            raise CommandError(f"{error.message} {error.suggestion}") from error
        self._print(done, as_json=options["json"])

    def _user(self, email: str | None) -> User:
        with as_service("command line"):
            users = User.objects.filter(is_active=True)
            found = users.filter(email__iexact=email).first() if email else users.first()
        if found is None:
            who = email or "any user"
            raise CommandError(f"There is no active user {who}. `manage.py demo` creates some.")
        return found

    def _print(self, done: Execution, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(answer(done.run)))
            return
        run = done.run
        self.stdout.write(json.dumps(run.result, indent=2))
        self.stdout.write(f"run {run.run_hash}  state {run.state}  cached {run.cached}")
        for step in run.trace["steps"]:
            self.stdout.write(f"  {step['as']:<20}{step['state']:<8}{step['capability']}")
