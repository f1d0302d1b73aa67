"""Where the money is: by sector, holding, currency and asset class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from patterns.context import Context
from patterns.registry import capability
from patterns.results import CountFigure, FractionFigure, MoneyFigure, State
from portfolios.calc.allocation import UNCLASSIFIED, Allocation, by_currency, by_sector
from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.money import allocate, half_even
from portfolios.calc.valuation import ValuedPosition, coverage_of, sum_state
from portfolios.capabilities.inputs import Answer, OfPortfolio
from portfolios.selectors.standing import Part, Standing, standing

CASH = "Cash"
PLACES = 10
WEIGHT_PLACES = 12


class SliceRow(Answer):
    """One share of the priced part. The shares of a breakdown sum to 1."""

    label: str
    weight: FractionFigure
    market_value: MoneyFigure
    count: CountFigure


class SectorAllocation(Answer):
    """Positions by sector; cash is no sector. `unpriced` names what is in no slice."""

    slices: tuple[SliceRow, ...]
    state: State
    reason: str | None
    coverage: FractionFigure
    unpriced: tuple[str, ...]
    sources: tuple[str, ...]


class PortfolioAllocation(Answer):
    """Three breakdowns of the same money, cash and receivables included."""

    by_holding: tuple[SliceRow, ...]
    by_currency: tuple[SliceRow, ...]
    by_asset_class: tuple[SliceRow, ...]
    state: State
    reason: str | None
    coverage: FractionFigure
    unpriced: tuple[str, ...]
    sources: tuple[str, ...]


@capability("portfolio.sector_allocation", version="2", agent="analyst")
def sector_allocation(ctx: Context, args: OfPortfolio) -> SectorAllocation:
    """Weights by sector over the positions that have a price."""
    now = standing(ctx, args.portfolio_id)
    found = by_sector(now.valuation, _sectors(now))
    return SectorAllocation(
        slices=_slices(now, found, members_by(now, "sector")),
        state=found.state,
        reason=_why(now, found.reason),
        coverage=FractionFigure(value=found.coverage),
        unpriced=now.symbols(found.unpriced),
        sources=now.sources,
    )


@capability("portfolio.allocation", version="2", agent="analyst")
def allocation(ctx: Context, args: OfPortfolio) -> PortfolioAllocation:
    """Weights by holding, by currency and by asset class, cash included."""
    now = standing(ctx, args.portfolio_id)
    currencies = by_currency(now.valuation)
    return PortfolioAllocation(
        by_holding=_with_cash(now, members_by(now, "holding")),
        by_currency=_slices(now, currencies, members_by(now, "currency")),
        by_asset_class=_with_cash(now, members_by(now, "asset_class")),
        state=currencies.state,
        reason=_why(now, currencies.reason),
        coverage=FractionFigure(value=currencies.coverage),
        unpriced=now.symbols(currencies.unpriced),
        sources=now.sources,
    )


def members_by(now: Standing, breakdown: str) -> dict[str, list[Part]]:
    """All parts of each label of a breakdown: sector, holding, currency or asset_class. Cash is
    no sector; as a holding or an asset class all of it is one."""
    if breakdown == "currency":
        return _grouped((part.currency, part) for part in now.parts)
    if breakdown == "sector":
        sectors = _sectors(now)
        return _grouped(
            (sectors.get(part.security) or UNCLASSIFIED, part) for part in now.valuation.positions
        )
    found = now.valuation
    return _grouped(
        (
            *((_label(now, part, breakdown), part) for part in found.positions),
            *((CASH, part) for part in (*found.cash, *found.receivables)),
        )
    )


def _sectors(now: Standing) -> dict[SecurityKey, str]:
    return {key: security.sector for key, security in now.securities.items()}


def _label(now: Standing, part: ValuedPosition, breakdown: str) -> str:
    security = now.securities[part.security]
    return security.symbol if breakdown == "holding" else security.get_security_type_display()


def _grouped(parts: Iterable[tuple[str, Part]]) -> dict[str, list[Part]]:
    """All parts of each label, those without a value too."""
    groups: dict[str, list[Part]] = {}
    for label, part in parts:
        groups.setdefault(label, []).append(part)
    return groups


def _slices(
    now: Standing, found: Allocation, members: Mapping[str, list[Part]]
) -> tuple[SliceRow, ...]:
    return tuple(
        _slice(now, part.label, part.weight, part.market_value, members[part.label])
        for part in found.slices
    )


def _with_cash(now: Standing, members: Mapping[str, list[Part]]) -> tuple[SliceRow, ...]:
    """Slices of positions by label, and one of all cash and receivables."""
    totals = {
        label: sum((part.market_value or ZERO for part in parts), ZERO)
        for label, parts in members.items()
        if any(part.market_value for part in parts)
    }
    if now.valuation.total_value is None or sum(totals.values(), ZERO) <= 0:
        return ()
    weights = allocate(Decimal(1), list(totals.values()), WEIGHT_PLACES)
    rows = [
        _slice(now, label, weight, totals[label], members[label])
        for label, weight in zip(totals, weights, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: (-(row.market_value.value or ZERO), row.label)))


def _slice(
    now: Standing, label: str, weight: Decimal, worth: Decimal, members: list[Part]
) -> SliceRow:
    """A share is as good as the whole that it is a share of; an amount, as its own parts."""
    whole, own = now.valuation.state, sum_state(members)
    missing = now.missing_in(members)
    reasons = {
        "partial": f"Not counted, for want of a price or a rate: {', '.join(missing)}.",
        "stale": now.why_stale(members),
    }
    return SliceRow(
        label=label,
        weight=FractionFigure(
            value=float(weight),
            state=whole,
            reason=_why(now, None),
            coverage=now.valuation.coverage if whole == "partial" else None,
        ),
        market_value=MoneyFigure(
            value=half_even(worth, PLACES),
            currency=now.valuation.base_currency,
            state=own,
            reason=reasons.get(own),
            missing=missing,
            coverage=coverage_of(members) if own == "partial" else None,
        ),
        count=CountFigure(value=sum(bool(part.market_value) for part in members)),
    )


def _why(now: Standing, reason: str | None) -> str | None:
    if reason == "NOTHING_PRICED":
        return f"Nothing held has a price in {now.pack_id}."
    if now.missing:
        return f"A share of the priced part only; not priced: {', '.join(now.missing)}."
    if now.valuation.state == "stale":
        return now.why_stale()
    return None
