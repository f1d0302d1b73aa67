"""All that packs are built from, loaded for a span of days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from market.calc.assembly import Evidence, Listing
from market.calc.carry import Observed, Series
from market.calc.policies import OWN_SOURCE, Policy
from market.calc.quote_units import currency_of, in_currency
from market.exceptions import DateRangeInvalid
from market.models import FxObservation, PriceObservation, Security
from market.models.observations import UPLOADED
from market.selectors.calendars import FIRST_DAY, sessions
from market.selectors.securities import active_securities

# More sessions than any policy carries a value over, holidays included.
LOOK_BACK = timedelta(days=45)


def load_evidence(policy: Policy, start: date, end: date, known_at: datetime) -> Evidence:
    """Listings, observations up to `end` that were known at `known_at`, and sessions."""
    securities = active_securities(policy)
    prices = _price_series(policy, end, known_at)
    return Evidence(
        listings=[_listing(security, policy, prices) for security in securities],
        prices=prices,
        rates=_rate_series(policy, end, known_at),
        sessions=_sessions(policy, {security.exchange for security in securities}, start, end),
    )


def _listing(security: Security, policy: Policy, prices: Mapping[str, Series]) -> Listing:
    own = OWN_SOURCE in policy.price_sources and bool(security.price_source)
    key = security.key
    return Listing(key, security.symbol, security.exchange, has_source=own or key in prices)


def _price_series(policy: Policy, end: date, known_at: datetime) -> dict[str, Series]:
    """In units of currency, whatever unit a listing is quoted in."""
    rows = (
        PriceObservation.objects.up_to(end)
        .known_at(known_at)
        .from_sources(policy.price_sources)
        .filter(security__price_basis=policy.price_basis, security__is_active=True)
        .order_by()
        .values_list(
            "security__symbol",
            "security__exchange",
            "security__price_basis",
            "observed_on",
            "available_at",
            "close",
            "currency",
            "source",
            "licence_class",
            "security__price_source",
        )
    )
    found: dict[str, list[Observed]] = defaultdict(list)
    for symbol, exchange, basis, day, available, close, unit, source, licence, own in rows:
        found[f"{symbol}.{exchange}.{basis}"].append(
            Observed(
                day,
                available,
                in_currency(close, unit),
                currency_of(unit),
                source,
                "",
                licence,
                rank_of(policy.price_sources, source, own),
            )
        )
    return {key: Series(observations) for key, observations in found.items()}


def rank_of(order: Sequence[str], source: str, own: str) -> int:
    """The place of a source in a policy's order; files that people bring are one source."""
    family = UPLOADED if source.startswith(f"{UPLOADED}: ") else source
    places = [order.index(name) for name in (family, source) if name in order]
    if OWN_SOURCE in order and own == family:
        places.append(order.index(OWN_SOURCE))
    return min(places)


def _rate_series(policy: Policy, end: date, known_at: datetime) -> dict[tuple[str, str], Series]:
    rows = (
        FxObservation.objects.up_to(end)
        .known_at(known_at)
        .from_sources(policy.rate_sources)
        .filter(
            fixing=policy.fixing, base_currency=policy.pivot, quote_currency__in=policy.currencies
        )
        .order_by()
        .values_list(
            "base_currency",
            "quote_currency",
            "observed_on",
            "available_at",
            "rate",
            "source",
            "fixing",
            "licence_class",
        )
    )
    found: dict[tuple[str, str], list[Observed]] = defaultdict(list)
    for base, quote, day, available, rate, source, fixing, licence in rows:
        rank = policy.rate_sources.index(source)
        seen = Observed(day, available, rate, quote, source, fixing, licence, rank)
        found[base, quote].append(seen)
    return {pair: Series(observations) for pair, observations in found.items()}


def _sessions(
    policy: Policy, exchanges: Iterable[str], start: date, end: date
) -> dict[str, tuple[date, ...]]:
    """By exchange; one whose calendar is unknown is aged by the policy's own."""
    first = max(start - LOOK_BACK, FIRST_DAY)
    own = sessions(policy.calendar, first, end)
    found = {policy.calendar: own}
    for exchange in exchanges:
        try:
            found[exchange] = sessions(exchange, first, end)
        except DateRangeInvalid:
            found[exchange] = own
    return found
