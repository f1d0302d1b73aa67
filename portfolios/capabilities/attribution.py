"""How much of the return came from markets, how much from currencies."""

from __future__ import annotations

from datetime import date

from patterns.context import Context
from patterns.registry import capability
from patterns.results import BpsFigure, CountFigure, FractionFigure, State
from portfolios.calc.attribution import CurrencyAttribution, Effects, currency_attribution
from portfolios.capabilities.inputs import Answer, OverLookback
from portfolios.capabilities.performance import SAID
from portfolios.selectors.attribution import Window, window_of

METHOD = "daily buckets by currency, linked over time"


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


class CurrencyEffects(Answer):
    """local + fx + interaction = total; `base_return_actual` comes by another road."""

    local_return: FractionFigure
    fx_return: FractionFigure
    interaction_return: FractionFigure
    total_return: FractionFigure
    base_return_actual: FractionFigure
    error_bps: BpsFigure
    effects: tuple[EffectRow, ...]
    by_currency: tuple[CurrencyRow, ...]
    observations: CountFigure
    start_date: date | None
    end_date: date | None
    sources: tuple[str, ...]


@capability("attribution.currency", version="1", agent="analyst")
def currency(ctx: Context, args: OverLookback) -> CurrencyEffects:
    """Local, currency and interaction effects over the last `lookback_days` valuation days; over
    all of them when there are fewer. They sum to the time-weighted return."""
    window = window_of(ctx, args.portfolio_id, args.lookback_days)
    found = currency_attribution(window.days, window.base_date) if window.days else None
    if found is None or found.effects is None:
        return _withheld(window, found)
    figures = _figures(window, found.effects, found)
    return CurrencyEffects(
        local_return=figures["local"],
        fx_return=figures["fx"],
        interaction_return=figures["interaction"],
        total_return=figures["total"],
        base_return_actual=_figure(window, found.chained or 0.0, found),
        error_bps=BpsFigure(value=found.error_bps, n=found.n),
        effects=tuple(
            EffectRow(label=label, effect=figures[name])
            for name, label in (("local", "Local"), ("fx", "FX"), ("interaction", "Interaction"))
        ),
        by_currency=tuple(
            CurrencyRow(currency=code, **_figures(window, effects, found))
            for code, effects in sorted(found.by_currency.items())
        ),
        observations=CountFigure(value=found.n),
        start_date=found.start,
        end_date=found.end,
        sources=window.sources,
    )


def _figures(
    window: Window, effects: Effects, found: CurrencyAttribution
) -> dict[str, FractionFigure]:
    names = ("local", "fx", "interaction", "total")
    return {name: _figure(window, getattr(effects, name), found) for name in names}


def _figure(window: Window, value: float, found: CurrencyAttribution) -> FractionFigure:
    state: State = "stale" if window.why_stale else "exact"
    return FractionFigure(
        value=value,
        state=state,
        reason=window.why_stale or None,
        n=found.n,
        asof_date=found.end,
        method=METHOD,
    )


def _withheld(window: Window, found: CurrencyAttribution | None) -> CurrencyEffects:
    said = SAID.get(found.reason or "" if found else "NO_RETURNS", "There is no history.")
    reason = f"{said} Not priced: {', '.join(window.missing)}." if window.missing else said
    unknown = FractionFigure.withheld(reason, missing=window.missing)
    return CurrencyEffects(
        local_return=unknown,
        fx_return=unknown,
        interaction_return=unknown,
        total_return=unknown,
        base_return_actual=unknown,
        error_bps=BpsFigure.withheld(reason, missing=window.missing),
        effects=tuple(
            EffectRow(label=label, effect=unknown) for label in ("Local", "FX", "Interaction")
        ),
        by_currency=(),
        observations=CountFigure(value=0),
        start_date=found.start if found else None,
        end_date=found.end if found else None,
        sources=window.sources,
    )
