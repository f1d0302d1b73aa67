"""`backfill_packs` of the market, told what portfolios hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from accounts.identity import as_service
from market.calc.completeness import Required
from market.management.commands import backfill_packs
from portfolios.selectors.held import held_between


class Command(backfill_packs.Command):
    """Found before the market's own, which knows no portfolios."""

    def required(self, policy: str, start: date, end: date) -> Callable[[date], Required]:
        with as_service("who holds what"):
            return held_between(policy, start, end)
