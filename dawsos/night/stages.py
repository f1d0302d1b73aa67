"""What each stage of the night does. Every stage is idempotent: run twice, it changes nothing more.

A stage writes its output in the transaction that marks it done, so a night killed anywhere
continues where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dawsos.models import NightlyRun, StageRun
from market import services as market
from market.selectors import live_pack, policy_named
from patterns.exceptions import DawsError
from portfolios import services as portfolios
from portfolios.selectors import portfolio_ids_priced_by


@dataclass(frozen=True)
class Outcome:
    """What a stage did, as counts, and a sentence for the page.

    `stops` ends the night, yet what the stage has found is kept: an error would roll it back.
    """

    message: str
    counts: dict[str, int] = field(default_factory=dict)
    stops: bool = False


@dataclass(frozen=True)
class Stage:
    name: str
    work: Callable[[NightlyRun], Outcome]


class StageFailed(DawsError):
    """A stage found something that must stop the night."""

    code = "BUSINESS_4006"
    http_status = 409
    suggestion = "Mend what the message names, then run `manage.py nightly --resume`."


def build_pack(run: NightlyRun) -> Outcome:
    pack = live_pack(run.policy, run.asof_date)
    if pack is not None:
        run.pack_id = pack.pk
        run.save(update_fields=["pack_id"])
        return Outcome(f"{pack.pk} is sealed already and is kept.", {"packs": 0})
    observed = market.fetch_observations(run.asof_date, run.asof_date)
    known_at = policy_named(run.policy).morning_after(run.asof_date)
    pack = market.build_pack(run.asof_date, policy=run.policy, known_at=known_at)
    run.pack_id = pack.pk
    run.save(update_fields=["pack_id"])
    return Outcome(
        f"{pack.pk} is sealed.",
        {"packs": 1, "observations": observed, "gaps": len(pack.gaps)},
    )


def reconcile_ledger(run: NightlyRun) -> Outcome:
    """Chains verify, stored lots and cash equal a replay of the ledger, statements are compared.

    A ledger older than the table of balances gets its own first. What contradicts the ledger
    stops the night. A statement that says otherwise is an open item of its portfolio, and counted.
    """
    broken: list[str] = []
    built = 0
    counts = {"portfolios": 0, "assertions": 0, "unchecked": 0, "open_items": 0}
    for portfolio_id in portfolio_ids_priced_by(run.policy):
        built += portfolios.build_unbuilt(portfolio_id) is not None
        found = portfolios.reconcile_portfolio(portfolio_id)
        broken += portfolios.ledger_breaks(portfolio_id)
        broken += portfolios.projection_breaks(portfolio_id) or found.contradictions
        counts["portfolios"] += 1
        counts["assertions"] += found.checked
        counts["unchecked"] += len(found.unchecked)
        counts["open_items"] += found.open_items
    if broken:
        first = f"{len(broken)} reconciliation breaks; the first: {broken[0]}"
        return Outcome(first, counts | {"breaks": len(broken)}, stops=True)
    said = f"{counts['portfolios']} ledgers replay to their stored lots."
    if built:
        said += f" {built} had no stored balances yet; they were built."
    if counts["open_items"]:
        said += f" Warning: {counts['open_items']} balances of statements differ."
    return Outcome(said, counts)


def compute_daily_metrics(run: NightlyRun) -> Outcome:
    ids = portfolio_ids_priced_by(run.policy)
    rows = sum(portfolios.rebuild_history(pk, from_date=run.asof_date) for pk in ids)
    return Outcome(
        f"{rows} daily values for {len(ids)} portfolios.", {"portfolios": len(ids), "rows": rows}
    )


def nothing_yet(what: str) -> Callable[[NightlyRun], Outcome]:
    def work(_run: NightlyRun) -> Outcome:
        return Outcome(f"Nothing to do: {what}.")

    return work


def mark_pack_fresh(run: NightlyRun) -> Outcome:
    """Fresh means finished: the five stages before this one are done, or the pack stays warming."""
    open_stages = list(
        run.stages.filter(position__lt=stage_position("mark_pack_fresh"))
        .exclude(state=StageRun.State.DONE)
        .values_list("stage", flat=True)
    )
    if open_stages:
        raise StageFailed(f"{run.pack_id} cannot be fresh: {', '.join(open_stages)} not done.")
    market.mark_fresh(run.pack_id)
    return Outcome(f"{run.pack_id} is fresh.", {"packs": 1})


STAGES: tuple[Stage, ...] = (
    Stage("build_pack", build_pack),
    Stage("reconcile_ledger", reconcile_ledger),
    Stage("compute_daily_metrics", compute_daily_metrics),
    Stage("prewarm_factors", nothing_yet("no factor model is installed")),
    Stage("prewarm_ratings", nothing_yet("no ratings are installed")),
    Stage("mark_pack_fresh", mark_pack_fresh),
    Stage("evaluate_alerts", nothing_yet("no alerts are installed")),
)


def stage_position(name: str) -> int:
    return [stage.name for stage in STAGES].index(name)
