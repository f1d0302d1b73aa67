"""A restatement report as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from market.selectors.restatements import FactChange, FactValue
from portfolios.selectors.restatement import MovedFigure, RestatementReport
from portfolios.selectors.restatement_page import figure_row

SHOWN = 20


def lines_of(report: RestatementReport, *, rehearsed: bool = False) -> Iterator[str]:
    """The packs, the rows that changed, and what moved because of them."""
    what = report.restatement
    were = "was" if len(what.days) == 1 else "were"
    would = "would be" if rehearsed else were
    days = f"{what.first}" if what.first == what.last else f"{what.first} to {what.last}"
    packs = _count(len(what.days), "pack")
    yield f"{packs} of {what.policy} {would} restated, {days}: {what.reason}"
    yield f"report {report.report_hash}"
    for place, fact in enumerate(report.facts[:SHOWN], start=1):
        yield f"  [{place}] {fact.day} {fact.key}: {_fact(fact)}"
    if len(report.facts) > SHOWN:
        yield f"  and {len(report.facts) - SHOWN} more rows"
    for portfolio in report.portfolios:
        yield f"{portfolio.name}, in {portfolio.base_currency}, as of {portfolio.asof_date}"
        for figure in portfolio.figures:
            yield f"  {_figure(figure, portfolio.base_currency)}"
    yield f"{_count(len(report.portfolios), 'portfolio')} moved, {report.unmoved} did not."


def _fact(fact: FactChange) -> str:
    known = f", known {fact.known_at:%Y-%m-%d %H:%M} UTC" if fact.known_at else ""
    return f"{_value(fact.old)} is now {_value(fact.new)}{known}"


def _value(value: FactValue | None) -> str:
    if value is None:
        return "nothing"
    return f"{value.value} {value.unit} ({value.state}, of {value.asof_date}, {value.source})"


def _figure(figure: MovedFigure, currency: str) -> str:
    row = figure_row(figure, currency)
    rows = ", ".join(f"[{place}]" for place in row.because)
    more = f" and {row.more} more" if row.more else ""
    by = f", {row.difference}" if row.difference else ""
    why = f", because of {rows}{more}" if rows else ""
    return f"{row.title} of {row.asof_date}: {row.old} is now {row.new}{by}{why}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
