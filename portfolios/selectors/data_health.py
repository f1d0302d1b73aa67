"""How far the data behind a user's portfolios can be trusted: packs, holdings, differences.

Everything is named: what is carried from an earlier day, what has no price or rate and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count

from accounts.models import User
from market.models import Price, PricingPack
from market.selectors import PackHealth, health_of, latest_packs, policies
from market.selectors.pages import REASONS
from market.selectors.quarantine import waiting_count
from portfolios.selectors.composition import Composition, compositions
from portfolios.selectors.dashboard import Line, dashboard_lines
from portfolios.selectors.market_view import rate_of
from portfolios.selectors.together import Rates, rates_of

NOT_IN_PACK = "It is not in the pack"


@dataclass(frozen=True, slots=True)
class PolicyHealth:
    """The newest pack of one policy: its state, and how much of what is held it has."""

    policy: str
    description: str
    pack: PricingPack | None
    health: PackHealth | None
    exact: int = 0
    carried: int = 0

    @property
    def coverage(self) -> Mapping[str, Any]:
        """As it was judged when the pack was built; empty where nobody said what is held."""
        return self.pack.coverage if self.pack else {}

    @property
    def sources(self) -> Sequence[Mapping[str, str]]:
        return self.pack.sources if self.pack else ()


@dataclass(frozen=True, slots=True)
class CountedHolding:
    """A holding, and the pack that has a price of its day, one of an earlier day, or none."""

    portfolio: str
    symbol: str
    security_id: UUID
    pack_id: str
    priced: Literal["exact", "stale", "unpriced"]


@dataclass(frozen=True, slots=True)
class Weak:
    """A holding or a rate that is stale (carried from `observed_on`) or withheld (`reason`)."""

    portfolio_id: UUID
    portfolio: str
    kind: Literal["price", "rate"]
    name: str
    security_id: UUID | None
    state: Literal["stale", "withheld"]
    observed_on: date | None
    reason: str
    pack_id: str


@dataclass(frozen=True, slots=True)
class DataHealth:
    """`waiting` counts the observations in quarantine, of the whole house."""

    policies: tuple[PolicyHealth, ...]
    lines: tuple[Line, ...]
    weak: tuple[Weak, ...]
    holdings: tuple[CountedHolding, ...]
    waiting: int

    @property
    def with_price(self) -> tuple[CountedHolding, ...]:
        return tuple(it for it in self.holdings if it.priced != "unpriced")

    @property
    def priced(self) -> int:
        return len(self.with_price)

    @property
    def stale(self) -> tuple[Weak, ...]:
        return tuple(it for it in self.weak if it.state == "stale")

    @property
    def withheld(self) -> tuple[Weak, ...]:
        return tuple(it for it in self.weak if it.state == "withheld")

    @property
    def differences(self) -> int:
        return sum(line.differences for line in self.lines)


def data_health(user: User, portfolio_id: UUID | None = None) -> DataHealth:
    """Of all visible portfolios, or of one; the number of queries depends on neither."""
    lines = [
        line
        for line in dashboard_lines(user)
        if portfolio_id is None or line.portfolio.pk == portfolio_id
    ]
    held = compositions({it.portfolio.pk: it.value.pack_id for it in lines if it.value})
    packs = PricingPack.objects.in_bulk({it.value.pack_id for it in lines if it.value})
    rates = rates_of(lines)
    weak = [
        item
        for line in lines
        if line.value
        for item in _weak(line, held.get(line.portfolio.pk, Composition()), packs, rates)
    ]
    used = {line.portfolio.pricing_policy for line in lines}
    names = sorted(used & policies().keys()) if portfolio_id else sorted(policies())
    return DataHealth(
        policies=tuple(_policies(names)),
        lines=tuple(lines),
        weak=tuple(sorted(weak, key=lambda it: (it.state == "stale", it.portfolio, it.name))),
        holdings=counted_holdings(lines, held),
        waiting=waiting_count(),
    )


def counted_holdings(
    lines: Iterable[Line], held: Mapping[UUID, Composition]
) -> tuple[CountedHolding, ...]:
    """What each portfolio holds, and how it is priced by the pack of its value."""
    return tuple(
        CountedHolding(
            line.portfolio.name,
            it.symbol,
            it.security_id,
            line.value.pack_id,
            "unpriced"
            if it.market_value is None
            else "stale"
            if it.price_state == "stale"
            else "exact",
        )
        for line in lines
        if line.value is not None
        for it in held.get(line.portfolio.pk, Composition()).held
        if it.security_id is not None
    )


def _policies(names: Sequence[str]) -> Iterator[PolicyHealth]:
    packs = latest_packs((name, None) for name in names)
    counted = Price.objects.in_packs(pack.pk for pack in packs.values()).order_by()
    rows = counted.values_list("pack_id", "state").annotate(count=Count("pk"))
    counts = {(pack_id, state): count for pack_id, state, count in rows}
    for name in names:
        pack = packs.get((name, None))
        said = policies()[name].description
        if pack is None:
            yield PolicyHealth(name, said, None, None)
            continue
        exact, carried = counts.get((pack.pk, "exact"), 0), counts.get((pack.pk, "stale"), 0)
        yield PolicyHealth(name, said, pack, health_of(pack, latest=True), exact, carried)


def _weak(
    line: Line,
    composition: Composition,
    packs: Mapping[str, PricingPack],
    rates: Mapping[str, Rates],
) -> Iterator[Weak]:
    pack_id = line.value.pack_id if line.value else ""
    gaps = {gap["symbol"]: gap for gap in packs[pack_id].gaps if gap["kind"] == "price"}
    portfolio = line.portfolio
    for it in composition.unpriced:
        gap = gaps.get(it.symbol, {})
        seen = gap.get("last_observed_on")
        reason = REASONS.get(gap.get("reason", ""), NOT_IN_PACK)
        day = date.fromisoformat(seen) if seen else None
        yield Weak(
            portfolio.pk, portfolio.name, "price", it.symbol, it.security_id, "withheld",
            day, reason, pack_id,
        )  # fmt: skip
    for it in composition.carried:
        said = "Carried from an earlier day"
        yield Weak(
            portfolio.pk, portfolio.name, "price", it.symbol, it.security_id, "stale",
            it.price_asof_date, said, pack_id,
        )  # fmt: skip
    yield from _weak_rates(line, {it.currency for it in composition.held}, rates.get(pack_id, {}))


def _weak_rates(line: Line, currencies: Iterable[str], table: Rates) -> Iterator[Weak]:
    portfolio = line.portfolio
    pack_id = line.value.pack_id if line.value else ""
    for code in sorted(set(currencies) - {portfolio.base_currency}):
        name = f"{code}/{portfolio.base_currency}"
        rate = rate_of(table, code, portfolio.base_currency)
        if rate is None:
            said = "The pack has no rate and no way through another currency"
            yield Weak(
                portfolio.pk, portfolio.name, "rate", name, None, "withheld", None, said, pack_id
            )
        elif rate.state == "stale":
            said = "Carried from an earlier day"
            yield Weak(
                portfolio.pk, portfolio.name, "rate", name, None, "stale",
                rate.asof_date, said, pack_id,
            )  # fmt: skip
