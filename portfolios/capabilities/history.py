"""The value of a portfolio day by day, each day at its own pack."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from pydantic import TypeAdapter

from patterns.context import Context
from patterns.registry import capability
from patterns.results import CountFigure, Fraction, FractionFigure, Money, MoneyFigure, State
from portfolios.calc.drawdown import drawdown_series
from portfolios.calc.entries import ZERO
from portfolios.calc.returns import is_unbroken, known, since_funding
from portfolios.capabilities.inputs import Answer, OverLookback
from portfolios.selectors.performance import Track, track
from portfolios.selectors.stored_days import HistoryDay

UNPRICED = "Not everything held was priced on that day."


class NavPoint(Answer):
    """One close. Null where it is not known, and `reason` says why."""

    asof_date: date
    total_value: Money | None
    positions_value: Money | None
    cash_balance: Money | None
    currency: str
    time_weighted_return: Fraction | None
    drawdown: Fraction | None
    state: State
    reason: str | None
    coverage: Fraction
    pack_id: str


class NavChange(Answer):
    """From the first to the last point: what was gained, and what came in or went out."""

    start_date: date | None
    end_date: date | None
    value_change: MoneyFigure
    net_flows: MoneyFigure
    gain: MoneyFigure
    gain_fraction: FractionFigure


class HistoricalNav(Answer):
    points: tuple[NavPoint, ...]
    changes: NavChange
    observations: CountFigure
    sources: tuple[str, ...]


_POINTS: Final = TypeAdapter(tuple[NavPoint, ...])  # all rows at once: see `wealth`


@capability("portfolio.historical_nav", version="1", agent="analyst")
def historical_nav(ctx: Context, args: OverLookback) -> HistoricalNav:
    """Daily values over the last `lookback_days` valuation days and the close before them, with
    the drawdown from the highest wealth since funding."""
    path = track(ctx, args.portfolio_id)
    rows = path.rows[-args.lookback_days - 1 :]
    falls = _drawdowns(path)
    return HistoricalNav(
        points=_POINTS.validate_python([_point(row, falls.get(row.asof_date)) for row in rows]),
        changes=_changes(path, rows),
        observations=CountFigure(value=len(rows)),
        sources=path.sources,
    )


def _drawdowns(path: Track) -> dict[date, float]:
    """Drawdown by day; nothing when the chain of returns is broken."""
    series = since_funding(path.series)
    if not len(series) or not is_unbroken(series):
        return {}
    falls = drawdown_series(known(series)).tolist()
    return dict(zip(series.dates, falls, strict=True))


def _point(row: HistoryDay, fall: float | None) -> dict[str, object]:
    return {
        "asof_date": row.asof_date,
        "total_value": row.total_value,
        "positions_value": row.positions_value,
        "cash_balance": row.cash_balance,
        "currency": row.currency,
        "time_weighted_return": row.time_weighted_return,
        "drawdown": fall,
        "state": row.state,
        "reason": _why(row),
        "coverage": row.coverage,
        "pack_id": row.pack_id,
    }


def _why(row: HistoryDay) -> str | None:
    if row.state in ("partial", "withheld"):
        return UNPRICED
    return "A price or a rate was carried forward." if row.state == "stale" else None


def _changes(path: Track, rows: tuple[HistoryDay, ...]) -> NavChange:
    currency = rows[0].currency if rows else ""
    first, last = (rows[0], rows[-1]) if rows else (None, None)
    flows = _flows(rows[1:])
    begun, ended = _whole_value(first), _whole_value(last)
    if first is None or last is None or begun is None or ended is None or flows is None:
        return _unknown(path, first, last, currency)
    change = ended - begun
    state: State = "stale" if "stale" in (first.state, last.state) else "exact"
    why = path.reason_of(state)

    def money(value: Decimal) -> MoneyFigure:
        return MoneyFigure(value=value, currency=currency, state=state, reason=why)

    gain = change - flows
    return NavChange(
        start_date=first.asof_date,
        end_date=last.asof_date,
        value_change=money(change),
        net_flows=MoneyFigure(value=flows, currency=currency),
        gain=money(gain),
        gain_fraction=(
            FractionFigure(value=float(gain / begun), state=state, reason=why)
            if begun
            else FractionFigure.withheld("The first value is zero.")
        ),
    )


def _whole_value(row: HistoryDay | None) -> Decimal | None:
    """The value of a partial day is not one of the whole."""
    return row.total_value if row is not None and row.state in ("exact", "stale") else None


def _flows(rows: tuple[HistoryDay, ...]) -> Decimal | None:
    total = ZERO
    for row in rows:
        if row.inflow is None or row.outflow is None:
            return None
        total += row.inflow - row.outflow
    return total


def _unknown(
    path: Track,
    first: HistoryDay | None,
    last: HistoryDay | None,
    currency: str,
) -> NavChange:
    named = f" Not priced: {', '.join(path.missing)}." if path.missing else ""
    reason = f"{UNPRICED}{named}" if first is not None else "There is no history."
    unknown = MoneyFigure.withheld(reason, missing=path.missing, currency=currency)
    return NavChange(
        start_date=first.asof_date if first is not None else None,
        end_date=last.asof_date if last is not None else None,
        value_change=unknown,
        net_flows=unknown,
        gain=unknown,
        gain_fraction=FractionFigure.withheld(reason, missing=path.missing),
    )
