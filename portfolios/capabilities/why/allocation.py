"""Why a slice has its share: the worth of its members over the worth of all that is shared."""

from __future__ import annotations

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import Explanation, Formula
from portfolios.capabilities.allocation import (
    PortfolioAllocation,
    SectorAllocation,
    SliceRow,
    allocation,
    members_by,
    sector_allocation,
)
from portfolios.capabilities.inputs import OfPortfolio
from portfolios.capabilities.why.facts import of_figure
from portfolios.capabilities.why.worth import counted, coverage_parts, total
from portfolios.selectors.standing import Standing, standing

RULE = "valuation.8"


@explains("portfolio.sector_allocation")
def why_sectors(ctx: Context, args: OfPortfolio, path: Path) -> Explanation | None:
    """Sectors of what has a price."""
    now = standing(ctx, args.portfolio_id)
    found = sector_allocation(ctx, args)
    if path == ("coverage",):
        return _coverage(now, found)
    match path:
        case ("slices", number, name) if int(number) < len(found.slices):
            return _slice(now, "sector", found.slices, int(number), name)
    return None


@explains("portfolio.allocation")
def why_allocation(ctx: Context, args: OfPortfolio, path: Path) -> Explanation | None:
    """Holdings, currencies and asset classes, cash included."""
    now = standing(ctx, args.portfolio_id)
    found = allocation(ctx, args)
    if path == ("coverage",):
        return _coverage(now, found)
    match path:
        case (("by_holding" | "by_currency" | "by_asset_class") as breakdown, number, name):
            slices: tuple[SliceRow, ...] = getattr(found, breakdown)
            if int(number) < len(slices):
                return _slice(now, breakdown.removeprefix("by_"), slices, int(number), name)
    return None


def _slice(
    now: Standing, breakdown: str, slices: tuple[SliceRow, ...], number: int, name: str
) -> Explanation | None:
    row = slices[number]
    groups = members_by(now, breakdown)
    own = groups[row.label]
    if name == "market_value":
        return of_figure(
            row.market_value,
            row.label,
            Formula("sum", "its parts"),
            lambda: total(now, own, row.label).children,
            rule=RULE,
        )
    if name == "count":
        return counted(row.count, row.label, now, own)
    if name != "weight":
        return None
    whole = [part for each in slices for part in groups[each.label]]
    return of_figure(
        row.weight,
        f"share of {row.label}",
        Formula("quotient", "its worth / the worth of all slices"),
        lambda: [total(now, own, row.label), total(now, whole, "all slices")],
        rule=RULE,
    )


def _coverage(now: Standing, found: SectorAllocation | PortfolioAllocation) -> Explanation:
    return of_figure(
        found.coverage,
        "coverage",
        Formula("quotient", "positions with a value / positions"),
        lambda: coverage_parts(now),
        rule="valuation.5",
    )
