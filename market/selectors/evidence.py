"""All that packs are built from, loaded for a span of days."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from market.calc.assembly import Evidence, Listing
from market.calc.carry import Observed, Series
from market.calc.policies import Policy
from market.exceptions import DateRangeInvalid
from market.models import FxObservation, PriceObservation, Security
from market.selectors.calendars import FIRST_DAY, sessions
from market.selectors.securities import active_securities

# More sessions than any policy carries a value over, holidays included.
LOOK_BACK = timedelta(days=45)


def load_evidence(policy: Policy, start: date, end: date, known_at: datetime) -> Evidence:
    """Listings, observations up to `end` that were known at `known_at`, and sessions."""
    securities = active_securities(policy)
    return Evidence(
        listings=[_listing(security) for security in securities],
        prices=_price_series(policy, end, known_at),
        rates=_rate_series(policy, end, known_at),
        sessions=_sessions(policy, {security.exchange for security in securities}, start, end),
    )


def _listing(security: Security) -> Listing:
    return Listing(
        security.key, security.symbol, security.exchange, has_source=bool(security.price_source)
    )


def _price_series(policy: Policy, end: date, known_at: datetime) -> dict[str, Series]:
    rows = (
        PriceObservation.objects.up_to(end)
        .known_at(known_at)
        .from_own_source()
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
        )
    )
    found: dict[str, list[Observed]] = defaultdict(list)
    for symbol, exchange, basis, day, available, close, currency, source, licence in rows:
        found[f"{symbol}.{exchange}.{basis}"].append(
            Observed(day, available, close, currency, source, "", licence)
        )
    return {key: Series(observations) for key, observations in found.items()}


def _rate_series(policy: Policy, end: date, known_at: datetime) -> dict[tuple[str, str], Series]:
    rows = (
        FxObservation.objects.up_to(end)
        .known_at(known_at)
        .from_source(policy.rate_source)
        .filter(base_currency=policy.pivot, quote_currency__in=policy.currencies)
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
        found[base, quote].append(Observed(day, available, rate, quote, source, fixing, licence))
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
