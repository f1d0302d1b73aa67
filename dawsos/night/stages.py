"""What each stage of the night does. Every stage is idempotent: run twice, it changes nothing more.

A stage writes its output in the transaction that marks it done, or its chunk, so a night killed
anywhere continues where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from dawsos.models import NightlyRun, StageFailure, StageRun
from dawsos.night.beancount import DIFFERS, held_against_beancount
from dawsos.night.outcomes import Failed, Outcome, Part, Totals
from market import services as market
from market.exceptions import PackIncomplete
from market.selectors import live_pack, policy_named
from patterns.exceptions import DawsError
from portfolios import services as portfolios
from portfolios.selectors import portfolio_ids_priced_by
from portfolios.selectors.held import held_on

# What a portfolio's failure is called.
BREAK = "RECONCILIATION_BREAK"
NOT_RECONCILED = "NOT_RECONCILED"
NOT_COMPUTED = "NOT_COMPUTED"
LEFT_OUT = "LEFT_OUT"


@dataclass(frozen=True)
class Stage:
    """A stage that one worker does in one transaction."""

    name: str
    work: Callable[[NightlyRun], Outcome]


@dataclass(frozen=True)
class FannedStage:
    """A stage over portfolios: several workers do some of them each, then one concludes."""

    name: str
    portfolios: Callable[[NightlyRun], Sequence[UUID]]
    work: Callable[[NightlyRun, Sequence[UUID]], Part]
    conclude: Callable[[Totals], Outcome]


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
    try:
        pack = market.build_pack(
            run.asof_date,
            policy=run.policy,
            known_at=known_at,
            required=held_on(run.policy, run.asof_date),
        )
    except PackIncomplete as error:
        # Not raised: what was observed and what was doubted is kept, with the reason.
        return Outcome(error.message, {"packs": 0, "observations": observed}, stops=True)
    run.pack_id = pack.pk
    run.save(update_fields=["pack_id"])
    return Outcome(
        f"{pack.pk} is sealed.",
        {"packs": 1, "observations": observed, "gaps": len(pack.gaps)},
    )


def priced(run: NightlyRun) -> Sequence[UUID]:
    return portfolio_ids_priced_by(run.policy)


def reconcile_some(run: NightlyRun, portfolio_ids: Sequence[UUID]) -> Part:
    """Chains verify, stored lots and cash equal a replay of the ledger, and the newest stored value
    what these are worth; statements are compared.

    A ledger older than the table of balances gets its own first. What contradicts the ledger
    stops the night. A statement that says otherwise is an open item of its portfolio, and counted.
    """
    found = portfolios.reconcile_bulk(portfolio_ids, run.pack_id)
    counts = {
        "portfolios": found.portfolios,
        "built": found.built,
        "assertions": found.assertions,
        "unchecked": found.unchecked,
        "unvalued": found.unvalued,
        "open_items": found.open_items,
        "breaks": len(found.breaks),
    }
    failures = [Failed(each.portfolio_id, NOT_RECONCILED, each.message) for each in found.failures]
    failures += _broken(found.breaks)
    failed = {each.portfolio_id for each in failures}
    opinion = held_against_beancount([pk for pk in portfolio_ids if pk not in failed])
    counts |= {"beancount": opinion.asked, "beancount_differs": len(opinion.differences)}
    return Part(counts, (*failures, *opinion.differences))


def _broken(breaks: Sequence[str]) -> Iterator[Failed]:
    """One for each portfolio: the first of its breaks, and how many more there are. A break begins
    with the id of its portfolio."""
    said: dict[UUID, list[str]] = {}
    for sentence in breaks:
        named, _, what = sentence.partition(": ")
        said.setdefault(UUID(named), []).append(what)
    for portfolio_id, (first, *more) in said.items():
        rest = f" And {len(more)} more." if more else ""
        yield Failed(portfolio_id, BREAK, first + rest)


def conclude_reconciliation(totals: Totals) -> Outcome:
    differ = totals.failures.get(DIFFERS, 0)
    failed = totals.failed - differ
    counts = dict(totals.counts) | {"failed": failed}
    if breaks := counts.get("breaks"):
        hit = totals.failures.get(BREAK, 0)
        said = f"{breaks} reconciliation breaks in {hit} of {totals.portfolios} portfolios"
        return Outcome(f"{said}; each has an open item.", counts, stops=True)
    if 0 < totals.portfolios == failed:
        return Outcome("No ledger could be reconciled.", counts, stops=True)
    replayed = totals.portfolios - failed
    said = (
        f"{replayed} {'ledger replays' if replayed == 1 else 'ledgers replay'} to the stored lots."
    )
    if unvalued := counts.get("unvalued"):
        has = "has" if unvalued == 1 else "have"
        said += f" {unvalued} {has} no whole value of an earlier day to compare."
    if counts.get("built"):
        said += f" {counts['built']} had no stored balances yet; they were built."
    if counts.get("open_items"):
        said += f" Warning: {counts['open_items']} balances of statements differ."
    if failed:
        said += f" {failed} could not be reconciled and are left out of this night."
    return Outcome(f"{said} {_of_beancount(counts.get('beancount', 0), differ)}", counts)


def _of_beancount(asked: int, differ: int) -> str:
    if not asked:
        return "Beancount was not asked."
    agrees = f"Beancount agrees on {asked - differ}."
    return f"{agrees} Warning: it differs on {differ}." if differ else agrees


def compute_some(run: NightlyRun, portfolio_ids: Sequence[UUID]) -> Part:
    """Value the pack's day. A portfolio whose ledger could not be reconciled keeps what it had."""
    failed = StageFailure.objects.filter(stage_run__run=run, code=NOT_RECONCILED)
    unsure = set(portfolio_ids).intersection(failed.values_list("portfolio_id", flat=True))
    done = portfolios.compute_day([pk for pk in portfolio_ids if pk not in unsure], run.pack_id)
    failures = [Failed(each.portfolio_id, NOT_COMPUTED, each.message) for each in done.failures]
    failures += [
        Failed(pk, LEFT_OUT, "Its ledger could not be reconciled.") for pk in sorted(unsure)
    ]
    counts = {"portfolios": len(portfolio_ids), "rows": done.daily_values}
    return Part(counts, tuple(failures))


def conclude_metrics(totals: Totals) -> Outcome:
    counts = dict(totals.counts) | {"failed": totals.failed}
    if _all_failed(totals):
        return Outcome("No portfolio could be computed.", counts, stops=True)
    done = totals.portfolios - totals.failed
    said = f"{counts.get('rows', 0)} daily values for {done} portfolios."
    if totals.failed:
        said += f" {totals.failed} failed and keep what they had."
    return Outcome(said, counts)


def _all_failed(totals: Totals) -> bool:
    return 0 < totals.portfolios == totals.failed


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


STAGES: tuple[Stage | FannedStage, ...] = (
    Stage("build_pack", build_pack),
    FannedStage("reconcile_ledger", priced, reconcile_some, conclude_reconciliation),
    FannedStage("compute_daily_metrics", priced, compute_some, conclude_metrics),
    Stage("prewarm_factors", nothing_yet("no factor model is installed")),
    Stage("prewarm_ratings", nothing_yet("no ratings are installed")),
    Stage("mark_pack_fresh", mark_pack_fresh),
    Stage("evaluate_alerts", nothing_yet("no alerts are installed")),
)


def stage_position(name: str) -> int:
    return [stage.name for stage in STAGES].index(name)
