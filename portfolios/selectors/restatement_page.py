"""A restatement report as its page shows it: words for figures, values as they are displayed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from market.selectors.pages import digits
from market.selectors.restatements import FactChange, FactValue
from patterns.formats import display
from portfolios.selectors.restatement import MovedFigure, MovedPortfolio, RestatementReport

MINUS: Final = "−"
FACTS_SHOWN: Final = 100
FIGURES_SHOWN: Final = 60
BECAUSE_SHOWN: Final = 3
FIGURES: Final = {
    "total_value": "Total value",
    "twr_1d": "Day’s return",
    "twr_mtd": "Return, month to date",
    "twr_ytd": "Return, year to date",
    "twr_1y": "Return, one year",
    "twr_inception": "Return since inception",
    "volatility_1y": "Volatility, one year",
    "max_drawdown": "Deepest drawdown",
}
REASONS: Final = {
    "": "not known",
    "WITHHELD": "not everything held was priced",
    "BROKEN_CHAIN": "a day has no return",
    "NO_PACK": "the day had no pack",
    "NO_RETURNS": "no day has a return",
    "INSUFFICIENT_HISTORY": "younger than the period",
    "INSUFFICIENT": "fewer than 60 returns",
    "NO_DISPERSION": "the returns do not vary",
}


@dataclass(frozen=True, slots=True)
class SaidValue:
    """A number with its unit, and where it comes from."""

    number: str
    source: str
    age: str


@dataclass(frozen=True, slots=True)
class FactRow:
    """A row of a pack that is other than before; `place` is how figures refer to it."""

    place: int
    day: date
    name: str
    title: str
    old: SaidValue
    new: SaidValue
    known_at: datetime | None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Values as text, with as many decimals as the difference needs; none has its reason."""

    title: str
    asof_date: date
    old: str
    new: str
    difference: str
    direction: str
    because: tuple[int, ...]
    more: int


@dataclass(frozen=True, slots=True)
class PortfolioBlock:
    portfolio_id: UUID
    name: str
    base_currency: str
    asof_date: date
    days: tuple[FigureRow, ...]
    headlines: tuple[FigureRow, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class RestatementPage:
    """The report, and as much of it as a page can hold; the API has all of it."""

    report: RestatementReport
    facts: tuple[FactRow, ...]
    hidden_facts: int
    portfolios: tuple[PortfolioBlock, ...]


def restatement_page(report: RestatementReport) -> RestatementPage:
    shown = report.facts[:FACTS_SHOWN]
    return RestatementPage(
        report=report,
        facts=tuple(_fact(place, fact) for place, fact in enumerate(shown, start=1)),
        hidden_facts=len(report.facts) - len(shown),
        portfolios=tuple(_block(moved) for moved in report.portfolios),
    )


def _block(moved: MovedPortfolio) -> PortfolioBlock:
    rows = [(it, figure_row(it, moved.base_currency)) for it in moved.figures]
    days = [row for it, row in rows if it.move.figure in ("total_value", "twr_1d")]
    headlines = [row for it, row in rows if it.move.figure not in ("total_value", "twr_1d")]
    return PortfolioBlock(
        moved.portfolio_id,
        moved.name,
        moved.base_currency,
        moved.asof_date,
        tuple(days[:FIGURES_SHOWN]),
        tuple(headlines),
        max(0, len(days) - FIGURES_SHOWN),
    )


def figure_row(figure: MovedFigure, currency: str) -> FigureRow:
    """One figure in words and digits."""
    move = figure.move
    change = move.difference
    return FigureRow(
        title=FIGURES[move.figure],
        asof_date=move.asof_date,
        old=_number(move.old, move.old_reason, currency, change),
        new=_number(move.new, move.new_reason, currency, change),
        difference="" if change is None else _change(change, currency),
        direction=_direction(move.figure, change),
        because=tuple(place + 1 for place in figure.because[:BECAUSE_SHOWN]),
        more=max(0, len(figure.because) - BECAUSE_SHOWN),
    )


def _number(
    number: Decimal | float | None, reason: str, currency: str, change: Decimal | float | None
) -> str:
    if number is None:
        return f"none: {REASONS.get(reason, reason)}"
    if isinstance(number, Decimal):
        return display(number, "money", currency)
    return f"{number * 100:.{_places(change)}f} %".replace("-", MINUS)


def _change(change: Decimal | float, currency: str) -> str:
    if isinstance(change, Decimal):
        sign = "+" if change > 0 else ""
        return sign + display(change, "money", currency)
    return f"{change * 100:+.{_places(change)}f} points".replace("-", MINUS)


def _direction(figure: str, change: Decimal | float | None) -> str:
    """Whether it is a gain or a loss; more risk is neither."""
    if change is None or figure in ("volatility_1y", "max_drawdown"):
        return ""
    return "negative" if change < 0 else "positive"


def _places(change: Decimal | float | None) -> int:
    """Decimals of a percentage so that two digits of its change are seen: 4 to 10."""
    size = abs(float(change or 0)) * 100
    return 4 if size >= 0.001 or not size else min(10, 1 - math.floor(math.log10(size)))


def _fact(place: int, fact: FactChange) -> FactRow:
    old, new = _value(fact.old), _value(fact.new)
    return FactRow(place, fact.day, fact.symbol, fact.key, old, new, fact.known_at)


def _value(value: FactValue | None) -> SaidValue:
    if value is None:
        return SaidValue("none", "", "the pack had no value")
    number = f"{digits(Decimal(value.value))} {value.unit}"
    age = "of its day" if value.state == "exact" else f"carried from {value.asof_date}"
    return SaidValue(number, value.source, age)
