"""The leaves of explanations: ledger entries, prices and rates, each with the page it is on."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse

from market.calc.fx import PIVOTS
from market.selectors import PackRate, pack_prices
from market.selectors.pages import price_row_id, rate_row_id
from patterns.explanation import FACT, Explanation, Formula, Source
from patterns.results import Figure
from portfolios.calc.entries import Entry, SecurityKey
from portfolios.selectors.market_view import Rates
from portfolios.selectors.market_view import rate_of as turned

RATE_RULE = "valuation.10"


def of_figure(
    figure: Figure,
    label: str,
    formula: Formula,
    parts: Any = (),
    *,
    rule: str = "",
    source: Source | None = None,
) -> Explanation:
    """A node with value, unit and state of a figure of the capability itself."""
    return Explanation(
        label=label,
        value=figure.value,  # type: ignore[arg-type]  # no figure of ours has a text
        unit=figure.unit,
        currency=getattr(figure, "currency", ""),
        state=figure.state,
        reason=figure.reason or "",
        formula=formula,
        parts=parts,
        rule=rule,
        source=source,
    )


def dressed(figure: Figure, node: Explanation) -> Explanation:
    """A node as the figure itself: with its value, state and reason."""
    return of_figure(figure, node.label, node.formula, node.parts, rule=node.rule)


def entry_source(portfolio_id: UUID, seq: int) -> Source:
    return Source("entry", f"entry {seq}", reverse("portfolios:entry", args=[portfolio_id, seq]))


def price_source(pack_id: str, security: SecurityKey) -> Source:
    """The row of a close in its pack, or of what the pack lacks."""
    return Source("price", pack_id, f"{_pack(pack_id)}#{price_row_id(security)}")


def rate_source(pack_id: str, one: str, other: str) -> Source:
    """The row of a quoted pair in its pack."""
    return Source("rate", pack_id, f"{_pack(pack_id)}#{rate_row_id(one, other)}")


def day_source(pack_id: str) -> Source:
    """The pack that a day was valued by."""
    return Source("pack", pack_id, _pack(pack_id))


def _pack(pack_id: str) -> str:
    return reverse("market:pack", args=[pack_id])


def calendar_source(days: str) -> Source:
    """Days of the calendar, counted by the rule of periods."""
    return Source("calendar", days, reverse("methods:rule", args=["returns.4"]))


def series_source(name: str, rule: str = "risk.5") -> Source:
    """A series that is kept beside the packs; its rule says which it is and when it is known."""
    return Source("series", name, reverse("methods:rule", args=[rule]))


def of_entry(
    portfolio_id: UUID, entry: Entry, value: Decimal, unit: str, currency: str = ""
) -> Explanation:
    """What one entry did to something, as the ledger records it."""
    kind = entry.entry_type.value.replace("_", " ").lower()
    return Explanation(
        label=f"{kind} of {entry.transaction_date}",
        value=value,
        unit=unit,
        currency=currency,
        formula=FACT,
        source=entry_source(portfolio_id, entry.seq),
    )


def identity_rate(currency: str) -> Explanation:
    """A currency in itself: 1 by identity. No pack has a row of it."""
    return Explanation(
        label=f"{currency} for 1 {currency}",
        value=Decimal(1),
        unit="rate",
        source=Source(
            "identity",
            "1 by identity: no rate is looked up",
            reverse("methods:rule", args=[RATE_RULE]),
        ),
    )


def rate_at(pack_id: str, currency: str, base: str) -> Explanation | None:
    """Base per 1 unit of a currency in a pack; None where it has no way."""
    rates = pack_prices(pack_id).rates
    found = turned(rates, currency, base)
    return None if found is None else rate_of(rates, pack_id, currency, base, found.rate)


def rate_of(rates: Rates, pack_id: str, currency: str, base: str, rate: Decimal) -> Explanation:
    """Base per 1 unit of a currency, by the path that the pack's rates allow."""
    legs = _path(rates, currency, base)
    made = [_leg(rates, pack_id, one, other) for one, other in legs]
    if len(made) == 1:
        return made[0]
    return Explanation(
        label=f"{base} for 1 {currency}",
        value=rate,
        unit="rate",
        state="stale" if any(leg.state == "stale" for leg in made) else "exact",
        reason=" ".join(leg.reason for leg in made if leg.reason),
        formula=Formula("product", f"through {legs[0][1]}: one rate × the other"),
        parts=made,
        rule=RATE_RULE,
    )


def _path(rates: Rates, currency: str, base: str) -> Sequence[tuple[str, str]]:
    if _known(rates, currency, base):
        return [(currency, base)]
    pivot = next(p for p in PIVOTS if _known(rates, currency, p) and _known(rates, p, base))
    return [(currency, pivot), (pivot, base)]


def _known(rates: Rates, one: str, other: str) -> bool:
    return (one, other) in rates or (other, one) in rates


def _leg(rates: Rates, pack_id: str, one: str, other: str) -> Explanation:
    """Units of `other` for 1 of `one`: quoted so, or the inverse of what is quoted."""
    seen = rates.get((one, other))
    if seen is not None:
        return _quoted(seen, pack_id, one, other)
    quoted = _quoted(rates[other, one], pack_id, other, one)
    return Explanation(
        label=f"{other} for 1 {one}",
        value=Decimal(1) / rates[other, one].rate,
        unit="rate",
        state=quoted.state,
        reason=quoted.reason,
        formula=Formula("inverse", f"1 / ({one} for 1 {other})"),
        parts=[quoted],
        rule=RATE_RULE,
    )


def _quoted(seen: PackRate, pack_id: str, one: str, other: str) -> Explanation:
    stale = seen.state == "stale"
    return Explanation(
        label=f"{other} for 1 {one}, {seen.fixing} of {seen.asof_date}",
        value=seen.rate,
        unit="rate",
        state="stale" if stale else "exact",
        reason=f"The rate is of {seen.asof_date}." if stale else "",
        source=rate_source(pack_id, one, other),
    )
