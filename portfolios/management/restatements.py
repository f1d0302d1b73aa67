"""A restatement report as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from market.selectors.restatements import FactChange, FactValue
from portfolios.selectors.restatement import MovedFigure, RestatementReport
from portfolios.selectors.restatement_page import FIGURES, REASONS

SHOWN = 20


def lines_of(report: RestatementReport, *, rehearsed: bool = False) -> Iterator[str]:
    """The packs, the rows that changed, and what moved because of them."""
    what = report.restatement
    would = "would be" if rehearsed else "were"
    days = f"{what.first}" if what.first == what.last else f"{what.first} to {what.last}"
    yield f"{len(what.days)} packs of {what.policy} {would} restated, {days}: {what.reason}"
    yield f"report {report.report_hash}"
    for place, fact in enumerate(report.facts[:SHOWN], start=1):
        yield f"  [{place}] {fact.day} {fact.key}: {_fact(fact)}"
    if len(report.facts) > SHOWN:
        yield f"  and {len(report.facts) - SHOWN} more rows"
    for portfolio in report.portfolios:
        yield f"{portfolio.name}, in {portfolio.base_currency}, as of {portfolio.asof_date}"
        for figure in portfolio.figures:
            yield f"  {_figure(figure)}"
    yield f"{len(report.portfolios)} portfolios moved, {report.unmoved} did not."


def _fact(fact: FactChange) -> str:
    known = f", known {fact.known_at:%Y-%m-%d %H:%M} UTC" if fact.known_at else ""
    return f"{_value(fact.old)} is now {_value(fact.new)}{known}"


def _value(value: FactValue | None) -> str:
    if value is None:
        return "nothing"
    return f"{value.value} {value.unit} ({value.state}, of {value.asof_date}, {value.source})"


def _figure(figure: MovedFigure) -> str:
    move = figure.move
    rows = ", ".join(f"[{place + 1}]" for place in figure.because[:5])
    old, new = _number(move.old, move.old_reason), _number(move.new, move.new_reason)
    by = f", by {_number(move.difference, '')}" if move.difference is not None else ""
    return f"{FIGURES[move.figure]} of {move.asof_date}: {old} is now {new}{by}, because of {rows}"


def _number(number: Decimal | float | None, reason: str) -> str:
    if number is None:
        return f"none ({REASONS.get(reason, reason)})"
    return f"{number:,}" if isinstance(number, Decimal) else f"{number:.6%}"
