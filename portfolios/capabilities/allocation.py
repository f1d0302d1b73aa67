"""Where the money is: by sector, holding, currency and asset class."""

from __future__ import annotations

from decimal import Decimal

from patterns.context import Context
from patterns.registry import capability
from patterns.results import CountFigure, FractionFigure, MoneyFigure, State
from portfolios.calc.allocation import Allocation, by_currency, by_sector
from portfolios.calc.entries import ZERO
from portfolios.calc.money import allocate, half_even
from portfolios.capabilities.inputs import Answer, OfPortfolio
from portfolios.selectors.standing import Standing, standing

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


@capability("portfolio.sector_allocation", version="1", agent="analyst")
def sector_allocation(ctx: Context, args: OfPortfolio) -> SectorAllocation:
    """Weights by sector over the positions that have a price."""
    now = standing(ctx, args.portfolio_id)
    found = by_sector(now.valuation, {key: s.sector for key, s in now.securities.items()})
    return SectorAllocation(
        slices=_slices(now, found),
        state=found.state,
        reason=_why(now, found.reason),
        coverage=FractionFigure(value=found.coverage),
        unpriced=now.symbols(found.unpriced),
        sources=now.sources,
    )


@capability("portfolio.allocation", version="1", agent="analyst")
def allocation(ctx: Context, args: OfPortfolio) -> PortfolioAllocation:
    """Weights by holding, by currency and by asset class, cash included."""
    now = standing(ctx, args.portfolio_id)
    currencies = by_currency(now.valuation)
    names = {key: security.symbol for key, security in now.securities.items()}
    kinds = {key: s.get_security_type_display() for key, s in now.securities.items()}
    return PortfolioAllocation(
        by_holding=_with_cash(now, names),
        by_currency=_slices(now, currencies),
        by_asset_class=_with_cash(now, kinds),
        state=currencies.state,
        reason=_why(now, currencies.reason),
        coverage=FractionFigure(value=currencies.coverage),
        unpriced=now.symbols(currencies.unpriced),
        sources=now.sources,
    )


def _slices(now: Standing, found: Allocation) -> tuple[SliceRow, ...]:
    return tuple(
        _slice(now, part.label, part.weight, part.market_value, part.count) for part in found.slices
    )


def _with_cash(now: Standing, labels: dict[object, str]) -> tuple[SliceRow, ...]:
    """Slices of positions by label, and one of all cash and receivables."""
    worths: dict[str, list[Decimal]] = {}
    for position in now.valuation.positions:
        if position.market_value is not None:
            worths.setdefault(labels[position.security], []).append(position.market_value)
    money = (*now.valuation.cash, *now.valuation.receivables)
    for part in money:
        if part.market_value:
            worths.setdefault(CASH, []).append(part.market_value)
    totals = {label: sum(parts, ZERO) for label, parts in worths.items()}
    if sum(totals.values(), ZERO) <= 0:
        return ()
    weights = allocate(Decimal(1), list(totals.values()), WEIGHT_PLACES)
    rows = [
        _slice(now, label, weight, totals[label], len(worths[label]))
        for label, weight in zip(totals, weights, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: (-(row.market_value.value or ZERO), row.label)))


def _slice(now: Standing, label: str, weight: Decimal, worth: Decimal, count: int) -> SliceRow:
    state, reason = now.valuation.state, _why(now, None)
    base = now.valuation.base_currency
    coverage = now.valuation.coverage if state == "partial" else None
    return SliceRow(
        label=label,
        weight=FractionFigure(value=float(weight), state=state, reason=reason, coverage=coverage),
        market_value=MoneyFigure(
            value=half_even(worth, PLACES),
            currency=base,
            state=state,
            reason=reason,
            coverage=coverage,
        ),
        count=CountFigure(value=count),
    )


def _why(now: Standing, reason: str | None) -> str | None:
    if reason == "NOTHING_PRICED":
        return f"Nothing held has a price in {now.pack_id}."
    if now.missing:
        return f"A share of the priced part only; not priced: {', '.join(now.missing)}."
    if now.valuation.state == "stale":
        return now.why_stale()
    return None
