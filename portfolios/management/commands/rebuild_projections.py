"""Derive lots and daily values from the ledgers anew."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.identity import as_service
from portfolios.management.choosing import chosen_portfolios
from portfolios.services import rebuild_projections


class Command(BaseCommand):
    help = (
        "Drop lots, closures and daily values and derive them again from ledger and packs. Prints "
        "every row that differs from what was stored; exits with 1 if one does."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--portfolio", help="name or id; default: all")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        outcomes = []
        for portfolio in chosen_portfolios(options["portfolio"]):
            with as_service("rebuild projections"):
                outcomes.append((portfolio, rebuild_projections(portfolio.pk)))
        differing = sum(len(outcome.differences) for _, outcome in outcomes)
        if options["json"]:
            rebuilt = [outcome.as_dict() for _, outcome in outcomes]
            self.stdout.write(json.dumps({"identical": not differing, "portfolios": rebuilt}))
        else:
            for portfolio, outcome in outcomes:
                counts = f"{outcome.lots} lots, {outcome.daily_values} daily values"
                self.stdout.write(f"{portfolio.name}: {counts}")
                for sentence in outcome.differences:
                    self.stdout.write(f"  {sentence}")
        if differing:
            raise CommandError(f"{differing} rows were not what the ledger gives; they are now.")
