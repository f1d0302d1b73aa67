"""The restatement report: which figures of which portfolios moved, from what to what, and why.

Computed when asked, from two market heads and the ledger as it stands: the same question gives
the same bytes on every machine that was told the same facts. Its hash holds no id and no clock.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q

from market.calc.completeness import Required
from market.selectors import live_packs
from market.selectors.restatements import (
    FactChange,
    FactValue,
    Restatement,
    changed_facts,
    restatement_of,
)
from patterns.canonical import content_hash, plain
from portfolios.calc.restatement import DayFigures, History, Move, moves
from portfolios.calc.returns import ReturnSeries
from portfolios.models import Portfolio, Transaction
from portfolios.selectors.held import held_by
from portfolios.selectors.history import history_rows, series_of
from portfolios.selectors.ledger import ledger_head


@dataclass(frozen=True, slots=True)
class MovedFigure:
    """A figure that moved, and the places in the report's facts of the rows that it rests on."""

    move: Move
    because: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MovedPortfolio:
    """One portfolio with what moved of it; the headline figures are those of `asof_date`."""

    portfolio_id: UUID
    name: str
    base_currency: str
    asof_date: date
    ledger_commit_hash: str
    figures: tuple[MovedFigure, ...]


@dataclass(frozen=True)
class RestatementReport:
    """`portfolios` are those of which something moved, by name; `unmoved` counts the others."""

    restatement: Restatement
    facts: tuple[FactChange, ...]
    portfolios: tuple[MovedPortfolio, ...]
    unmoved: int

    @property
    def figures(self) -> int:
        return sum(len(portfolio.figures) for portfolio in self.portfolios)

    @cached_property
    def report_hash(self) -> str:
        """SHA-256 over the facts and the figures, by names and days alone."""
        said = sorted((_portfolio(it) for it in self.portfolios), key=str)
        return content_hash(
            {
                "policy": self.restatement.policy,
                "days": [[it.day, it.old_hash, it.new_hash] for it in self.restatement.days],
                "facts": [_fact(fact) for fact in self.facts],
                "portfolios": said,
            }
        )

    def as_dict(self) -> dict[str, Any]:
        """JSON-able: days as ISO text, money and prices as text, fractions as numbers."""
        what = self.restatement
        return {
            "report_hash": self.report_hash,
            "policy": what.policy,
            "reason": what.reason,
            "sealed_at": what.sealed_at.isoformat(),
            "packs": [
                {"asof_date": str(it.day), "superseded": it.old_id, "pack": it.new_id}
                for it in what.days
            ],
            "facts": [
                _fact(fact) | {"known_at": fact.known_at and fact.known_at.isoformat()}
                for fact in self.facts
            ],
            "portfolios": [
                _portfolio(it)
                | {"id": str(it.portfolio_id), "ledger_commit_hash": it.ledger_commit_hash}
                for it in self.portfolios
            ],
            "unmoved_portfolios": self.unmoved,
        }


def restatement_report(pack_id: str, portfolios: Iterable[Portfolio]) -> RestatementReport:
    """What the restatement behind a pack moved in the portfolios given.

    Whoever asks gives those that the reader may see; those priced by another policy are left
    out. Raises PackNotFound and RestatementNotFound.
    """
    restatement = restatement_of(pack_id)
    return report_between(restatement, changed_facts(restatement), portfolios)


def report_between(
    restatement: Restatement, facts: Sequence[FactChange], portfolios: Iterable[Portfolio]
) -> RestatementReport:
    """The report of a restatement whose facts are known already."""
    priced = [it for it in portfolios if it.pricing_policy == restatement.policy]
    latest = _latest_day(restatement)
    moved = [_moved(portfolio, restatement, facts, latest) for portfolio in priced]
    found = [it for it in moved if it is not None]
    found.sort(key=lambda it: (it.name, str(_portfolio(it))))
    return RestatementReport(restatement, tuple(facts), tuple(found), len(moved) - len(found))


def _latest_day(restatement: Restatement) -> date:
    """The newest day that has a pack, restated or not: as far as a figure can reach."""
    return live_packs(restatement.policy, date.max, restatement.new_head)[-1][0]


def _moved(
    portfolio: Portfolio, restatement: Restatement, facts: Sequence[FactChange], latest: date
) -> MovedPortfolio | None:
    held = held_by(portfolio, restatement.first, restatement.last)
    if not _touched(portfolio, facts, held):
        return None
    head = ledger_head(portfolio.pk)
    asof = min(portfolio.default_asof_date or latest, latest)
    sides = [
        _history(portfolio, latest, market_head, head.seq)
        for market_head in (restatement.old_head, restatement.new_head)
    ]
    found = moves(sides[0], sides[1], [it.day for it in restatement.days], asof)
    if not found:
        return None
    return MovedPortfolio(
        portfolio_id=portfolio.pk,
        name=portfolio.name,
        base_currency=portfolio.base_currency,
        asof_date=asof,
        ledger_commit_hash=head.entry_hash,
        figures=_explained(found, facts, held),
    )


def _touched(
    portfolio: Portfolio, facts: Sequence[FactChange], held: Callable[[date], Required]
) -> bool:
    """Whether a changed fact can have moved anything: without one nothing is computed.

    A listing counts from the first entry that names it; it may be booked at its price.
    """
    symbols = {fact.symbol for fact in facts if fact.kind == "price"}
    named = Q(security__symbol__in=symbols) | Q(to_security__symbol__in=symbols)
    if symbols and Transaction.objects.filter(named, portfolio=portfolio).exists():
        return True
    return any(fact.kind == "fx" and _rests_on(fact, held(fact.day)) for fact in facts)


def _history(portfolio: Portfolio, asof: date, market_head: int, ledger_seq: int) -> History:
    rows = history_rows(portfolio, asof=asof, market_head=market_head, ledger_seq=ledger_seq)
    return History(
        days={
            row.asof_date: DayFigures(row.total_value, row.time_weighted_return, row.state)
            for row in rows
        },
        series=series_of(rows) or ReturnSeries(asof, (), ()),
    )


def _explained(
    found: Sequence[Move], facts: Sequence[FactChange], held: Callable[[date], Required]
) -> tuple[MovedFigure, ...]:
    """Each figure with the changed rows between its first and its last day that it can rest on.
    Facts are in order of day."""
    needs = {day: held(day) for day in {fact.day for fact in facts}}
    own = [place for place, fact in enumerate(facts) if _rests_on(fact, needs[fact.day])]
    days = [facts[place].day for place in own]
    return tuple(
        MovedFigure(
            move,
            tuple(own[bisect_left(days, move.start) : bisect_right(days, move.asof_date)]),
        )
        for move in found
    )


def _rests_on(fact: FactChange, needs: Required) -> bool:
    if fact.kind == "price":
        return fact.key in needs.listings
    return fact.key.split("/")[1] in needs.currencies  # the other side is the pivot's


def _portfolio(moved: MovedPortfolio) -> dict[str, Any]:
    return {
        "name": moved.name,
        "base_currency": moved.base_currency,
        "asof_date": str(moved.asof_date),
        "figures": [_figure(figure) for figure in moved.figures],
    }


def _figure(figure: MovedFigure) -> dict[str, Any]:
    move = figure.move
    return {
        "figure": move.figure,
        "unit": move.unit,
        "start": str(move.start),
        "asof_date": str(move.asof_date),
        "old": _number(move.old),
        "new": _number(move.new),
        "difference": _number(move.difference),
        "old_reason": move.old_reason,
        "new_reason": move.new_reason,
        "because": list(figure.because),
    }


def _number(number: Decimal | float | None) -> str | float | None:
    found: str | float | None = plain(number)
    return found


def _fact(fact: FactChange) -> dict[str, Any]:
    return {
        "day": str(fact.day),
        "kind": fact.kind,
        "key": fact.key,
        "old": _value(fact.old),
        "new": _value(fact.new),
    }


def _value(value: FactValue | None) -> dict[str, str] | None:
    if value is None:
        return None
    return {
        "value": value.value,
        "unit": value.unit,
        "asof_date": str(value.asof_date),
        "source": value.source,
        "state": value.state,
    }
