"""Bring what is known by now into sealed packs, or only say what that would move."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from market.calc.policies import DEFAULT_POLICY
from market.formats.csv_records import Limits
from market.management.arguments import refusal, session_day
from market.models import Security
from patterns.exceptions import DawsError
from portfolios.management.choosing import active_user
from portfolios.management.commands.connect_prices import listing_named
from portfolios.management.restatements import lines_of
from portfolios.services import (
    Rehearsal,
    rehearse_closes,
    rehearse_restatement,
    restate_and_reprice,
)


class Command(BaseCommand):
    help = (
        "Supersede the packs of a span of days whose prices or rates are other by now, and value "
        "again what stands on them. --dry-run does all of it, says which figures would move, and "
        "takes it back. With --closes a file of closes of --symbol is rehearsed; "
        "`connect_prices` is what brings it in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("start", metavar="FROM", type=session_day, nargs="?", default=date.min)
        parser.add_argument("end", metavar="TO", type=session_day, nargs="?", default=date.max)
        parser.add_argument("--reason", default="", help="what was wrong, in a sentence")
        parser.add_argument("--policy", default=DEFAULT_POLICY)
        parser.add_argument("--symbol", help="look at the prices of one listing only")
        parser.add_argument("--exchange", help="market identifier code, as XTSE")
        parser.add_argument("--closes", type=Path, metavar="FILE", help="rehearse this file")
        parser.add_argument("--accept-jumps", action="store_true")
        parser.add_argument("--user", metavar="EMAIL", help="who does it; default: the shell")
        parser.add_argument("--dry-run", action="store_true", help="change nothing, show the diff")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        by = active_user(options["user"]) if options["user"] else None
        symbol = options["symbol"]
        listings = [listing_named(symbol, options["exchange"])] if symbol else None
        try:
            if options["closes"] is not None:
                self._show(self._closes(options, listings, by), as_json=options["json"])
            elif options["dry_run"]:
                self._show(self._rehearse(options, listings, by), as_json=options["json"])
            else:
                self._restate(options, listings, by)
        except DawsError as error:
            raise refusal(error) from error

    def _closes(
        self, options: dict[str, Any], listings: Sequence[Security] | None, by: User | None
    ) -> Rehearsal:
        if listings is None or not options["dry_run"]:
            raise CommandError(
                "--closes rehearses a file of one listing: name it by --symbol and add --dry-run. "
                "To bring the file in, use connect_prices."
            )
        path: Path = options["closes"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        return rehearse_closes(
            listings[0],
            content,
            path.name,
            by=by,
            limits=Limits(max_bytes=None, max_rows=None),
            accept_jumps=options["accept_jumps"],
        )

    def _rehearse(
        self, options: dict[str, Any], listings: Sequence[Security] | None, by: User | None
    ) -> Rehearsal:
        return rehearse_restatement(
            options["start"],
            options["end"],
            options["policy"],
            reason=options["reason"] or "A rehearsal.",
            by=by,
            listings=listings,
        )

    def _restate(
        self, options: dict[str, Any], listings: Sequence[Security] | None, by: User | None
    ) -> None:
        report, (portfolios, rows) = restate_and_reprice(
            options["start"],
            options["end"],
            options["policy"],
            reason=options["reason"],
            by=by,
            listings=listings,
        )
        if options["json"]:
            answer = report.as_dict() | {"portfolios": portfolios, "daily_values": rows}
            self.stdout.write(json.dumps(answer | {"packs": list(report.pack_ids)}))
            return
        self.stdout.write(
            f"Restated: {report.restated:,}. The same, and kept: {report.kept:,}. Daily values "
            f"computed again: {rows:,}, of portfolios: {portfolios:,}."
        )
        if report.pack_ids:
            self.stdout.write(f"What moved: manage.py restatement_report {report.pack_ids[0]}")

    def _show(self, rehearsal: Rehearsal, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(rehearsal.as_dict(), ensure_ascii=False))
            return
        if not rehearsal.reports:
            self.stdout.write("No pack would change.")
        for report in rehearsal.reports:
            for line in lines_of(report, rehearsed=True):
                self.stdout.write(line)
        self.stdout.write("Nothing was changed.")
