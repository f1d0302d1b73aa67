"""What the demo holds, as the JSON that `demo --check` prints."""

from __future__ import annotations

import os
from typing import Any

from accounts.identity import as_service, as_user
from accounts.models import User
from dawsos.demo.portfolios import DEMO_PASSWORD, PORTFOLIOS, USERS, DemoPortfolio
from dawsos.demo.stopwatch import Stopwatch
from portfolios.services.runs import execute


def demo_summary(address: str, watch: Stopwatch) -> dict[str, Any]:
    """Address, logins, portfolios with the hash of their overview, and the seconds of each part."""
    with watch.part("overview", "Computing the overviews"):
        portfolios = [_portfolio(demo) for demo in PORTFOLIOS]
    environment = os.environ.get("DAWSOS_ENVIRONMENT_SECONDS")
    parts = {"environment": float(environment)} if environment else {}
    return {
        "address": address,
        "logins": [
            {"role": user.role, "email": user.email, "password": DEMO_PASSWORD} for user in USERS
        ],
        "portfolios": portfolios,
        "seconds": parts | watch.seconds,
    }


def _portfolio(demo: DemoPortfolio) -> dict[str, Any]:
    with as_service("demo"):
        owner = User.objects.get(email__iexact=demo.owner)
    with as_user(owner.pk):
        done = execute(
            user=owner,
            pattern_id="portfolio_overview",
            inputs={"portfolio_id": str(demo.id)},
            correlation_id="demo",
        )
    total = done.run.result["valued_positions"]["total_value"]
    return {
        "id": str(demo.id),
        "name": demo.name,
        "asof_date": str(done.context.asof_date),
        "base_currency": done.context.base_currency,
        "pack_id": done.context.pricing_pack_id,
        "pack_hash": done.context.pack_hash,
        "ledger_commit_hash": done.context.ledger_commit_hash,
        "total_value": total["value"],
        "state": total["state"],
        "overview_hash": done.run.result_hash,
        "run_hash": done.run.run_hash,
        "errors": done.run.errors,
    }
