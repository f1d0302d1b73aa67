"""The frozen circumstances of a question: pack, lineage, ledger head, settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from accounts.identity import seen_by
from accounts.models import User
from market.calc.policies import DEFAULT_POLICY
from market.exceptions import PackNotFound
from market.models import PricingPack
from market.selectors import (
    head_for,
    health_of,
    history_hash,
    latest_pack,
    pack_by_id,
    policy_named,
    sessions,
)
from patterns.canonical import content_hash
from patterns.context import Context
from portfolios.models import Portfolio
from portfolios.selectors.access import resolve_portfolio
from portfolios.selectors.action_facts import facts_of_portfolio
from portfolios.selectors.benchmark_contents import contents_of
from portfolios.selectors.circumstances import Circumstances, circumstances_of
from portfolios.selectors.reporting import reporting_currency

LATEST = "PP_latest"
STALE = "stale"
LOOK_AHEAD = timedelta(days=14)


def build_context(
    *,
    user: User,
    portfolio_id: UUID | str | None,
    correlation_id: str,
    asof: date | None = None,
    pack_id: str | None = None,
    with_benchmark: bool = False,
    benchmark_id: UUID | None = None,
    with_actions: bool = False,
    currency: str | None = None,
) -> Context:
    """Everything a run's figures stand on, read once and then frozen.

    The day is the one asked for, else the pack's, else the portfolio's default, else the latest.
    The pack is the one asked for, else the live pack of the day or the last before it. A
    superseded pack is read at the head where it was live. Entries dated after the day belong to
    the ledger head, and calculations leave them out. With a benchmark, which is the portfolio's
    own unless one is named, its definition and facts are among the settings; with actions, so is
    what is known of the corporate actions of its securities. A currency is the reporting one, by
    default the portfolio's base; it stands in the context as the base currency of all figures.

    Raises PortfolioNotFound, PermissionDenied, PackNotFound, InputsInvalid (no rate to a currency).
    """
    if portfolio_id is None:
        with seen_by(user.pk):
            return _public(user, correlation_id, asof, pack_id)
    portfolio = resolve_portfolio(user, portfolio_id)
    with seen_by(user.pk):
        compared = (benchmark_id or portfolio.benchmark_id) if with_benchmark else None
        ctx = _of_portfolio(user, portfolio, correlation_id, asof, pack_id)
        ctx = ctx if compared is None else _beside(ctx, compared)
        told_in = reporting_currency(ctx, portfolio.base_currency, currency)
        ctx = replace(ctx, base_currency=told_in)
        return _with(ctx, actions=facts_of_portfolio(portfolio.pk)) if with_actions else ctx


def _beside(ctx: Context, benchmark_id: UUID) -> Context:
    compared = _with(ctx, benchmark=contents_of([benchmark_id]))
    return replace(compared, benchmark_id=benchmark_id)


def _with(ctx: Context, **facts: object) -> Context:
    """The context of a run that also stands on these facts."""
    return replace(ctx, settings_hash=content_hash({"settings": ctx.settings_hash, **facts}))


def _of_portfolio(
    user: User, portfolio: Portfolio, correlation_id: str, asof: date | None, pack_id: str | None
) -> Context:
    policy = portfolio.pricing_policy
    pack = _choose(policy, asof, pack_id, portfolio.default_asof_date)
    day, current = _day_of(policy, pack, asof)
    now = circumstances_of(portfolio.pk, pack.pk)
    return Context(
        user_id=user.pk,
        portfolio_id=portfolio.pk,
        pricing_pack_id=pack.pk,
        pack_hash=pack.content_hash,
        history_hash=history_hash(policy, pack.asof_date, now.market_head),
        market_head=now.market_head,
        ledger_commit_hash=now.ledger_commit_hash,
        ledger_seq=now.ledger_seq,
        settings_hash=_settings_hash(portfolio, now),
        asof_date=day,
        base_currency=portfolio.base_currency,
        correlation_id=correlation_id,
        pack_state=_state(pack, asked=_asked(asof, pack_id, portfolio.default_asof_date))
        if current
        else STALE,
    )


def _public(user: User, correlation_id: str, asof: date | None, pack_id: str | None) -> Context:
    pack = _choose(DEFAULT_POLICY, asof, pack_id, None)
    day, current = _day_of(DEFAULT_POLICY, pack, asof)
    market_head = head_for(pack)
    return Context(
        user_id=user.pk,
        pricing_pack_id=pack.pk,
        pack_hash=pack.content_hash,
        history_hash=history_hash(DEFAULT_POLICY, pack.asof_date, market_head),
        market_head=market_head,
        asof_date=day,
        correlation_id=correlation_id,
        pack_state=_state(pack, asked=_asked(asof, pack_id, None)) if current else STALE,
    )


def settings_hash(portfolio: Portfolio) -> str:
    """What else determines figures: policy settings, and the reference data they display."""
    return _settings_hash(portfolio, circumstances_of(portfolio.pk, ""))


def _settings_hash(portfolio: Portfolio, now: Circumstances) -> str:
    said = {"settings": portfolio.policy_settings(), "securities": now.securities}
    # Only where there are any: what was computed before they existed keeps its hash.
    return content_hash(said | ({"cost_methods": now.methods} if now.methods else {}))


def _choose(
    policy: str, asof: date | None, pack_id: str | None, default: date | None
) -> PricingPack:
    """The pack of a question. One that is named must be sealed, of the policy, and of the day."""
    if pack_id in (None, "", LATEST):
        wanted = asof or (None if pack_id == LATEST else default)
        pack = latest_pack(policy, wanted)
        if pack is None:
            until = f" on or before {wanted}" if wanted else ""
            raise PackNotFound(f"No pricing pack of policy {policy}{until} is sealed.")
        return pack
    pack = pack_by_id(str(pack_id))
    if not pack.is_sealed or pack.policy != policy or (asof and pack.asof_date > asof):
        raise PackNotFound(
            f"{pack.pk} is not a sealed pack of policy {policy} for that day.",
            details={"pack_id": pack.pk},
        )
    return pack


def _day_of(policy: str, pack: PricingPack, asof: date | None) -> tuple[date, bool]:
    """The day the figures speak of, and whether the pack covers the day that was asked for.

    A weekend stands on the Friday's pack. A day after a session without a pack does not: its
    figures keep the pack's own day and are stale, so that nothing old is dated new.
    """
    if asof is None or asof <= pack.asof_date:
        return pack.asof_date, True
    until = min(asof, pack.asof_date + LOOK_AHEAD)
    missed = sessions(policy_named(policy).calendar, pack.asof_date + timedelta(days=1), until)
    return (pack.asof_date, False) if missed else (asof, True)


def _asked(asof: date | None, pack_id: str | None, default: date | None) -> bool:
    """Whether the day was chosen by someone. Whoever asks for the latest wants it to be news."""
    if asof is not None:
        return True
    return default is not None if not pack_id else pack_id != LATEST


def _state(pack: PricingPack, *, asked: bool) -> str:
    """Fresh when the pack's own chain is done. Age matters only for the latest pack, unasked: one
    that nobody asked for by a day or by name is the policy's latest."""
    return health_of(pack, latest=not asked)["status"]
