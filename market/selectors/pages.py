"""What the pages of packs show."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from market.calc.packs import plain_text
from market.calc.quote_units import in_quote_unit
from market.models import FxRate, Price, PricingPack
from market.selectors.content import PackGap, pack_prices
from market.selectors.health import PackHealth, pack_health
from market.selectors.packs import pack_by_id, revisions
from market.selectors.policies import policy_named

PAGE_SIZE: Final = 50
REASONS: Final = {
    "no_price_source": "No price source is connected",
    "no_observation": "Nothing was observed on or before this day",
    "too_old": "The last observation is too old to be carried",
}


@dataclass(frozen=True, slots=True)
class ValueRow:
    """A close or a rate as it is sealed: every digit, its own day, and its state. `quoted` is the
    close as its exchange prints it, where that is not in whole units of the currency. `row_id` is
    its place on the page."""

    row_id: str
    name: str
    title: str
    value: str
    unit: str
    asof_date: date
    source: str
    state: str
    quoted: str = ""


@dataclass(frozen=True, slots=True)
class GapRow:
    """`required` says that somebody held it when the pack was built."""

    row_id: str
    name: str
    reason: str
    last_observed_on: date | None
    required: bool


@dataclass(frozen=True, slots=True)
class PackPage:
    """One pack with its identity, lineage, sources, content and freshness."""

    pack: PricingPack
    policy_description: str
    carry_sessions: int
    successor: PricingPack | None
    revisions: tuple[PricingPack, ...]
    prices: tuple[ValueRow, ...]
    rates: tuple[ValueRow, ...]
    gaps: tuple[GapRow, ...]
    coverage: Mapping[str, Any]
    health: PackHealth


@dataclass(frozen=True, slots=True)
class PackList:
    """A page of packs, the newest day first; pages count from 1."""

    rows: tuple[PricingPack, ...]
    page: int
    pages: int
    total: int


def price_row_id(security_id: Hashable) -> str:
    """Where the page of a pack has the close of a security, or says that there is none."""
    return f"price-{security_id}"


def rate_row_id(base: str, quote: str) -> str:
    """Where the page of a pack has the rate of a quoted pair."""
    return f"rate-{base}-{quote}"


def pack_list(page: int = 1, page_size: int = PAGE_SIZE) -> PackList:
    """A page outside the range is answered with the nearest one that exists."""
    packs = PricingPack.objects.select_related("freshness", "superseded_by")
    total = packs.count()
    pages = max(1, -(-total // page_size))
    number = min(max(page, 1), pages)
    start = (number - 1) * page_size
    return PackList(tuple(packs[start : start + page_size]), number, pages, total)


def pack_page(pack_id: str) -> PackPage:
    pack = pack_by_id(pack_id)
    policy = policy_named(pack.policy)
    lineage = revisions(pack)
    prices = Price.objects.in_pack(pack.pk).select_related("security").order_by("security__symbol")
    rates = FxRate.objects.in_pack(pack.pk).order_by("base_currency", "quote_currency")
    return PackPage(
        pack=pack,
        policy_description=policy.description,
        carry_sessions=policy.carry_sessions,
        successor=next((other for other in lineage if other.supersedes_id == pack.pk), None),
        revisions=tuple(lineage),
        prices=tuple(_price_row(price) for price in prices),
        rates=tuple(_rate_row(rate) for rate in rates),
        gaps=tuple(
            _gap_row(gap)
            for gap in sorted(pack_prices(pack.pk).gaps, key=lambda gap: not gap.required)
        ),
        coverage=_coverage(pack),
        health=pack_health(pack_id=pack.pk),
    )


def _coverage(pack: PricingPack) -> Mapping[str, Any]:
    """As it was judged, its shares in percent; empty where nobody judged."""
    if not pack.coverage:
        return {}
    shares = {name: Decimal(pack.coverage[name]) * 100 for name in ("priced", "observed")}
    return pack.coverage | {name: f"{share:.1f}" for name, share in shares.items()}


def _price_row(price: Price) -> ValueRow:
    return ValueRow(
        row_id=price_row_id(price.security_id),
        name=price.security.symbol,
        title=f"{price.security.name}, {price.security.exchange}",
        value=digits(price.close),
        unit=price.currency,
        asof_date=price.asof_date,
        source=price.source,
        state=price.state,
        quoted=_quoted(price),
    )


def _quoted(price: Price) -> str:
    unit = price.security.quote_unit
    return f"{digits(in_quote_unit(price.close, unit))} {unit}" if unit else ""


def _rate_row(rate: FxRate) -> ValueRow:
    return ValueRow(
        row_id=rate_row_id(rate.base_currency, rate.quote_currency),
        name=f"{rate.base_currency}/{rate.quote_currency}",
        title=rate.fixing,
        value=digits(rate.rate),
        unit=f"{rate.quote_currency} per {rate.base_currency}",
        asof_date=rate.asof_date,
        source=rate.source,
        state=rate.state,
    )


def _gap_row(gap: PackGap) -> GapRow:
    reason = REASONS.get(gap.reason, gap.reason)
    row_id = (
        rate_row_id(*gap.key.split("/", 1)) if gap.kind == "fx" else price_row_id(gap.security_id)
    )
    return GapRow(row_id, gap.symbol, reason, gap.last_observed_on, gap.required)


def digits(number: Decimal) -> str:
    """At least two decimals, and every one that is sealed."""
    text = plain_text(number)
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"
