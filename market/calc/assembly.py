"""Fill a pack for one day: a value or a named gap for every listing and every pair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from market.calc.carry import Carried, Missing, Series, age_in_sessions, carry
from market.calc.completeness import Coverage, Required, coverage_of
from market.calc.packs import PackContent, PackedGap, PackedPrice, PackedRate, PackedSource
from market.calc.policies import Policy

EMPTY = Series(())


@dataclass(frozen=True, slots=True)
class Listing:
    """A security that belongs in the pack; `exchange` names the calendar that ages its price."""

    key: str
    symbol: str
    exchange: str
    has_source: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that packs are built from: listings, what was observed, and when exchanges were open.

    `prices` are keyed by listing key, `rates` by (base, quote), `sessions` by exchange (MIC).
    """

    listings: Sequence[Listing]
    prices: Mapping[str, Series]
    rates: Mapping[tuple[str, str], Series]
    sessions: Mapping[str, Sequence[date]]


def assemble(policy: Policy, evidence: Evidence, asof: date, known_at: datetime) -> PackContent:
    """The content of the pack of `asof` from what was known at `known_at`.

    A listing without a source, or without a young enough observation, becomes a gap with its
    reason; so does a missing fixing. Nothing is filled in.
    """
    sources: set[PackedSource] = set()
    found: list[PackedPrice | PackedRate | PackedGap] = [
        *(_price(policy, evidence, it, asof, known_at, sources) for it in evidence.listings),
        *(_rate(policy, evidence, pair, asof, known_at, sources) for pair in policy.pairs),
    ]
    return PackContent(
        asof_date=asof,
        policy=policy.name,
        prices=tuple(item for item in found if isinstance(item, PackedPrice)),
        rates=tuple(item for item in found if isinstance(item, PackedRate)),
        gaps=tuple(item for item in found if isinstance(item, PackedGap)),
        sources=tuple(sorted(sources)),
    )


def needed_of(policy: Policy, evidence: Evidence, required: Required) -> frozenset[str]:
    """What the policy wants to see priced: keys of listings, and pairs as "EUR/CAD"."""
    if policy.completeness.required == "none":
        return frozenset()
    everything = policy.completeness.required == "all"
    listings = (it.key for it in evidence.listings if everything or it.key in required.listings)
    pairs = (p for p in policy.pairs if everything or p[1] in required.currencies)
    return frozenset([*listings, *("/".join(pair) for pair in pairs)])


def judge(
    policy: Policy, evidence: Evidence, content: PackContent, required: Required
) -> tuple[PackContent, Coverage]:
    """The content with the gaps of what is required marked, and how much of it there is.

    Late is a price whose exchange has had a session since; a rate is late by no rule, because a
    fixing has holidays of its own.
    """
    needed = needed_of(policy, evidence, required)
    exchanges = {it.key: it.exchange for it in evidence.listings}

    def is_late(price: PackedPrice) -> bool:
        opened = evidence.sessions[exchanges[price.listing]]
        return age_in_sessions(price.asof_date, content.asof_date, opened) > 0

    coverage = coverage_of(
        policy.completeness,
        sorted(needed),
        missing=[gap.key for gap in content.gaps],
        late=[it.listing for it in content.prices if it.listing in needed and is_late(it)],
        unsourced=[it.key for it in evidence.listings if not it.has_source],
    )
    gaps = tuple(replace(gap, required=gap.key in needed) for gap in content.gaps)
    return replace(content, gaps=gaps), coverage


def _price(
    policy: Policy,
    evidence: Evidence,
    listing: Listing,
    asof: date,
    known_at: datetime,
    sources: set[PackedSource],
) -> PackedPrice | PackedGap:
    if not listing.has_source:
        return PackedGap("price", listing.key, listing.symbol, "no_price_source", None)
    series = evidence.prices.get(listing.key, EMPTY)
    outcome = _carry(policy, evidence.sessions[listing.exchange], series, asof, known_at)
    if isinstance(outcome, Missing):
        return PackedGap(
            "price", listing.key, listing.symbol, outcome.reason, outcome.last_observed_on
        )
    seen = outcome.observation
    sources.add(PackedSource("price", seen.source, seen.fixing, seen.licence_class))
    return PackedPrice(
        listing.key, seen.value, seen.currency, seen.observed_on, seen.source, outcome.state
    )


def _rate(
    policy: Policy,
    evidence: Evidence,
    pair: tuple[str, str],
    asof: date,
    known_at: datetime,
    sources: set[PackedSource],
) -> PackedRate | PackedGap:
    series = evidence.rates.get(pair, EMPTY)
    outcome = _carry(policy, evidence.sessions[policy.calendar], series, asof, known_at)
    if isinstance(outcome, Missing):
        name = "/".join(pair)
        return PackedGap("fx", name, name, outcome.reason, outcome.last_observed_on)
    seen = outcome.observation
    sources.add(PackedSource("fx", seen.source, seen.fixing, seen.licence_class))
    return PackedRate(*pair, seen.value, seen.observed_on, seen.source, seen.fixing, outcome.state)


def _carry(
    policy: Policy, sessions: Sequence[date], series: Series, asof: date, known_at: datetime
) -> Carried | Missing:
    return carry(
        series, asof=asof, known_at=known_at, sessions=sessions, limit=policy.carry_sessions
    )
