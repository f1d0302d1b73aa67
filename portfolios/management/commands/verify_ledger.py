"""Prove that ledgers are what was written."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.identity import as_service
from portfolios.management.choosing import chosen_portfolios
from portfolios.selectors import LedgerProof, verify_ledger


class Command(BaseCommand):
    help = (
        "Recompute the hash chain of every ledger and hold it against its anchors. Names the first "
        "entry that was changed, removed, inserted or cut off; exits with 1 if there is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--portfolio", help="name or id; default: all")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        portfolios = chosen_portfolios(options["portfolio"])
        with as_service("verify ledgers"):
            proofs = [verify_ledger(portfolio.pk) for portfolio in portfolios]
        broken = [proof for proof in proofs if proof.broken is not None]
        if options["json"]:
            ledgers = [_as_dict(proof) for proof in proofs]
            self.stdout.write(json.dumps({"verified": not broken, "ledgers": ledgers}))
        else:
            for portfolio, proof in zip(portfolios, proofs, strict=True):
                said = proof.broken.message if proof.broken else "as written"
                self.stdout.write(f"{portfolio.name}: {proof.entries} entries, {said}")
        if broken:
            raise CommandError(f"{len(broken)} of {len(proofs)} ledgers are not as written.")


def _as_dict(proof: LedgerProof) -> dict[str, Any]:
    return {
        "portfolio_id": str(proof.portfolio_id),
        "entries": proof.entries,
        "ledger_commit_hash": proof.ledger_commit_hash,
        "first_wrong": proof.broken.as_dict() if proof.broken else None,
    }
