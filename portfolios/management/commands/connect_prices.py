"""Bring closes of a listing without a price source from the shell."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.identity import as_service
from accounts.models import User
from market.formats.csv_records import Limits
from market.models import Security
from market.selectors import securities_named
from patterns.canonical import canonical_json
from patterns.exceptions import DawsError
from portfolios.management.choosing import active_user
from portfolios.services import connect_and_reprice


class Command(BaseCommand):
    help = (
        "Store the closes of a CSV file (date,close) for a listing that has no price source, "
        "restate the packs they belong to, and value again whoever holds it. All of it or nothing; "
        "the same file again changes nothing. The format is described in docs/packs.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("symbol", help="the listing, as on its exchange")
        parser.add_argument("file", type=Path, help="the CSV file")
        parser.add_argument("--exchange", help="market identifier code, as XTSE")
        parser.add_argument("--user", help="email of who connects them; default: the shell")
        parser.add_argument(
            "--accept-jumps", action="store_true", help="take hundredfold jumps as they are"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        content = self._read(options["file"])
        try:
            report = connect_and_reprice(
                listing_named(options["symbol"], options["exchange"]),
                content,
                options["file"].name,
                by=acting(options["user"]),
                limits=Limits(max_bytes=None, max_rows=None),
                accept_jumps=options["accept_jumps"],
            )
        except DawsError as error:
            self._refuse(error, as_json=options["json"])
            raise CommandError(f"{error.message} {error.suggestion}") from error
        answer = report.as_dict()
        self.stdout.write(canonical_json(answer) if options["json"] else report.sentence)

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error

    def _refuse(self, error: DawsError, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(canonical_json({"error": error.as_dict(uuid.uuid4().hex)}))
            return
        for mistake in error.details.get("errors", []):
            place = f"row {mistake['row']}" if mistake["row"] else "file"
            column = f", {mistake['column']}" if mistake["column"] else ""
            self.stderr.write(f"{place}{column}: {mistake['message']} {mistake['remedy']}")


def listing_named(symbol: str, exchange: str | None) -> Security:
    """The one listing of a symbol; several must be told apart by their exchange."""
    with as_service("command line: choose a listing"):
        found = [it for it in securities_named(symbol, exchange) if it.price_basis == "raw"]
    if not found:
        at = f" at {exchange}" if exchange else ""
        raise CommandError(f"There is no listing {symbol}{at}.")
    if len(found) > 1:
        exchanges = ", ".join(security.exchange for security in found)
        raise CommandError(f"{symbol} is listed at {exchanges}. Name one with --exchange.")
    return found[0]


def acting(email: str | None) -> User | None:
    """Whoever is named, else nobody: whoever has the shell has the house."""
    return None if email is None else active_user(email)
