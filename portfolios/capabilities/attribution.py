"""How much of the return came from markets, how much from currencies."""

from __future__ import annotations

from datetime import date

from patterns.context import Context
from patterns.registry import capability
from patterns.results import BpsFigure, CountFigure, FractionFigure, State
from portfolios.calc.attribution import CurrencyAttribution, Effects, currency_attribution
from portfolios.calc.day_lines import Line
from portfolios.capabilities.inputs import Answer, OverPeriod
from portfolios.capabilities.span_figures import (
    asked_of,
    bps,
    fraction,
    lines_of,
    state_of,
    unmade,
    why,
    withheld,
)
from portfolios.selectors.spans import Span, span_of

METHOD = "daily buckets by currency, linked over time"
IDENTITY_BPS = 0.1
LABELS = (("local", "Local"), ("fx", "FX"), ("interaction", "Interaction"))


class EffectRow(Answer):
    """One signed effect on the portfolio's return."""

    label: str
    effect: FractionFigure


class CurrencyRow(Answer):
    """What one currency's bucket contributed to the portfolio's return."""

    currency: str
    local: FractionFigure
    fx: FractionFigure
    interaction: FractionFigure
    total: FractionFigure


class PositionEffectRow(Answer):
    """What one position, or the cash of a currency, contributed to the portfolio's return."""

    label: str
    name: str
    security: str
    currency: str
    local: FractionFigure
    fx: FractionFigure
    interaction: FractionFigure
    total: FractionFigure


class CurrencyEffects(Answer):
    """local + fx + interaction = total; `base_return_actual` comes by another road, from values
    and flows. error_bps is their distance, worst_day_bps that of the worst single day."""

    local_return: FractionFigure
    fx_return: FractionFigure
    interaction_return: FractionFigure
    total_return: FractionFigure
    base_return_actual: FractionFigure
    error_bps: BpsFigure
    worst_day_bps: BpsFigure
    identity_holds: bool | None
    effects: tuple[EffectRow, ...]
    by_currency: tuple[CurrencyRow, ...]
    by_position: tuple[PositionEffectRow, ...]
    linker: str | None
    observations: CountFigure
    start_date: date | None
    end_date: date | None
    state: State
    reason: str | None
    sources: tuple[str, ...]


@capability("attribution.currency", version="3", agent="analyst")
def currency(ctx: Context, args: OverPeriod) -> CurrencyEffects:
    """Local, currency and interaction effects of a period: in all, by currency and by position.
    They sum to the time-weighted return, and their identity is shown."""
    span = span_of(ctx, args.portfolio_id, asked_of(args))
    reason = unmade(span)
    if reason is not None:
        return _withheld(span, reason)
    found = currency_attribution(lines_of(span))
    if found.effects is None or found.error_bps is None or found.worst_day_bps is None:
        raise ValueError(found.reason)
    figures = _figures(span, found.effects)
    return CurrencyEffects(
        local_return=figures["local"],
        fx_return=figures["fx"],
        interaction_return=figures["interaction"],
        total_return=figures["total"],
        base_return_actual=fraction(span, found.chained, method="chained from values and flows"),
        error_bps=bps(span, found.error_bps),
        worst_day_bps=bps(span, found.worst_day_bps),
        identity_holds=max(found.error_bps, found.worst_day_bps) <= IDENTITY_BPS,
        effects=tuple(EffectRow(label=label, effect=figures[name]) for name, label in LABELS),
        by_currency=tuple(
            CurrencyRow(currency=code, **_figures(span, effects))
            for code, effects in sorted(found.by_currency.items())
        ),
        by_position=_positions(span, found),
        linker=found.linker,
        observations=CountFigure(value=found.n),
        start_date=found.start,
        end_date=found.end,
        state=state_of(span),
        reason=why(span),
        sources=span.sources,
    )


def _figures(span: Span, effects: Effects) -> dict[str, FractionFigure]:
    names = ("local", "fx", "interaction", "total")
    return {name: fraction(span, getattr(effects, name), method=METHOD) for name in names}


def ranked(found: CurrencyAttribution) -> list[tuple[Line, Effects]]:
    """Lines with their effects, the largest first, of either sign."""
    return sorted(found.by_line.items(), key=lambda item: -abs(item[1].total))


def _positions(span: Span, found: CurrencyAttribution) -> tuple[PositionEffectRow, ...]:
    return tuple(_position(span, line, effects) for line, effects in ranked(found))


def _position(span: Span, line: Line, effects: Effects) -> PositionEffectRow:
    code, key = line
    security = span.securities.get(key)
    return PositionEffectRow(
        label=f"Cash {code}" if security is None else security.symbol,
        name=f"Cash and receivables in {code}" if security is None else security.name,
        security="" if security is None else security.key,
        currency=code,
        **_figures(span, effects),
    )


def _withheld(span: Span, reason: str) -> CurrencyEffects:
    unknown = withheld(span, reason)
    gap = BpsFigure.withheld(reason, missing=span.missing)
    lines = span.lines
    return CurrencyEffects(
        local_return=unknown,
        fx_return=unknown,
        interaction_return=unknown,
        total_return=unknown,
        base_return_actual=unknown,
        error_bps=gap,
        worst_day_bps=gap,
        identity_holds=None,
        effects=tuple(EffectRow(label=label, effect=unknown) for _, label in LABELS),
        by_currency=(),
        by_position=(),
        linker=None,
        observations=CountFigure(value=0),
        start_date=lines.base_date if lines else None,
        end_date=lines.dates[-1] if lines and lines.dates else None,
        state="withheld",
        reason=reason,
        sources=span.sources,
    )
