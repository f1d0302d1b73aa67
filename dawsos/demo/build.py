"""Building the demo, part by part. Each part finds out what is there and adds only what is not."""

from __future__ import annotations

import datetime as dt

from django.core.management import call_command

from accounts.identity import as_service
from accounts.models import User
from accounts.services import create_user, grant_membership
from dawsos.demo.portfolios import (
    ADMIN,
    DEMO_ASOF,
    DEMO_FROM,
    DEMO_PASSWORD,
    LEDGERS,
    PORTFOLIOS,
    RESTATEMENT,
    USERS,
    DemoPortfolio,
)
from dawsos.demo.stopwatch import Stopwatch
from dawsos.models import NightlyRun
from dawsos.night import chain
from dawsos.night.runner import run_all
from market import services as market
from market.calc.policies import DEFAULT_POLICY
from market.models import PricingPack
from market.providers import bundled
from market.selectors import sessions
from patterns.exceptions import DawsError
from portfolios.models import Portfolio, Transaction
from portfolios.services import create_portfolio, run_import


class DemoFailed(DawsError):
    """The demo could not be built; the message names the part."""

    code = "SYSTEM_5005"
    suggestion = "Run `manage.py demo` again; it continues where it stopped."


def build_demo(watch: Stopwatch) -> None:
    """Everything from an empty database to a fresh pack and full portfolios."""
    with watch.part("migrate", "Preparing the database"):
        call_command("migrate", verbosity=0)
    fill_demo(watch)


def fill_demo(watch: Stopwatch) -> None:
    """Users, market, packs, ledgers and nights, in a database that has its tables."""
    with watch.part("users", "Creating the demo users"):
        users = demo_users()
    with watch.part("market", "Reading bundled prices and rates"):
        load_market()
    with watch.part("packs", f"Sealing a pricing pack for each session from {DEMO_FROM}"):
        seal_packs()
    with watch.part("ledgers", "Importing the sample ledgers"):
        for demo in PORTFOLIOS:
            load_portfolio(demo, users)
    with watch.part("night", f"Running the nights up to {bundled.last_day()}"):
        run_nights()


def demo_users() -> dict[str, User]:
    """One user of each role, by email."""
    found: dict[str, User] = {}
    with as_service("demo"):
        for user in USERS:
            known = User.objects.filter(email__iexact=user.email).first()
            found[user.email] = known or create_user(
                email=user.email,
                password=DEMO_PASSWORD,
                display_name=user.display_name,
                role=user.role,
                by=None,
            )
    return found


def load_market() -> None:
    with as_service("demo"):
        market.register_securities(bundled.securities())
        market.record_actions(bundled.action_facts())
        if not PricingPack.objects.filter(asof_date=DEMO_ASOF).exists():
            market.ingest_observations(bundled.prices(), bundled.rates())


def seal_packs() -> None:
    """All sessions before the demo's last, then the correction that restated one of them."""
    with as_service("demo"):
        market.backfill_packs(DEMO_FROM, DEMO_ASOF - dt.timedelta(days=1), policy=DEFAULT_POLICY)
        pack = PricingPack.objects.get(pk=RESTATEMENT.pack_id)
        if not PricingPack.objects.filter(supersedes=pack).exists():
            restated = market.supersede_pack(
                pack.pk, reason=RESTATEMENT.reason, by=None, known_at=RESTATEMENT.known_at
            )
            # Nothing of the house stands on it yet: the ledgers come after the packs.
            market.mark_fresh(restated.pk)


def load_portfolio(demo: DemoPortfolio, users: dict[str, User]) -> None:
    """A portfolio, its members and its ledger, through the same import that users have.

    What is there already is left alone: a visitor may have traded, and changed who sees what.
    """
    owner = users[demo.owner]
    found_portfolio(demo, owner, by=users[ADMIN.email])
    with as_service("demo"):
        if Transaction.objects.filter(portfolio_id=demo.id).exists():
            return
    for email, role in demo.members:
        grant_membership(user=users[email], portfolio_id=demo.id, role=role, by=None)
    run_import(
        portfolio_id=demo.id,
        content=(LEDGERS / demo.ledger).read_bytes(),
        filename=demo.ledger,
        by=owner,
    )


def found_portfolio(demo: DemoPortfolio, owner: User, *, by: User) -> None:
    with as_service("demo"):
        if Portfolio.objects.filter(pk=demo.id).exists():
            return
    benchmark = demo.benchmark and market.register_benchmark(
        benchmark_id=demo.benchmark.id,
        name=demo.benchmark.name,
        members=demo.benchmark.members,
        definition=demo.benchmark.definition,
    )
    create_portfolio(
        by=by,
        owner=owner,
        portfolio_id=demo.id,
        name=demo.name,
        description=demo.description,
        sample_note=demo.sample_note,
        base_currency=demo.base_currency,
        default_asof_date=demo.default_asof_date,
        benchmark=benchmark,
    )


def run_nights() -> None:
    """The demo's own day, and the one after it: the last that the sources know."""
    for day in sessions("XNYS", DEMO_ASOF, bundled.last_day()):
        run = chain.start(day, DEFAULT_POLICY)
        chain.resume(run)  # whatever stopped an earlier attempt may be mended by now
        run = run_all(run)
        if run.state != NightlyRun.State.DONE:
            raise DemoFailed(f"The night of {day} failed: {chain.failure(run)}")
