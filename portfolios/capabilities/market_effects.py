"""Why the portfolio did better or worse than its benchmark: markets apart from currencies."""

from __future__ import annotations

from dataclasses import replace

from patterns.context import Context
from patterns.registry import capability
from patterns.results import FractionFigure
from portfolios.calc.market_excess import MarketExcess, attribute_markets, currencies_of
from portfolios.capabilities.excess_figures import (
    Excess,
    ExcessStep,
    compared,
    excess_figures,
    excess_withheld,
    unknown,
)
from portfolios.capabilities.inputs import AgainstBenchmark, Answer
from portfolios.capabilities.span_figures import fraction, lines_of
from portfolios.selectors.against import CashReturns, cash_returns
from portfolios.selectors.spans import Span

METHOD = "Karnosky–Singer, daily, linked"
EFFECTS = {
    "allocation": "Market allocation",
    "selection": "Selection",
    "interaction": "Interaction",
    "currency": "Currency",
    "cross": "Cross",
}


class MarketRow(Answer):
    """A market, which is everything in a currency; currency is by_assets + by_forwards."""

    market: str
    weight: FractionFigure
    benchmark_weight: FractionFigure
    allocation: FractionFigure
    selection: FractionFigure
    interaction: FractionFigure
    currency: FractionFigure
    by_assets: FractionFigure
    by_forwards: FractionFigure
    cross: FractionFigure
    total: FractionFigure


class MarketEffects(Excess):
    """The five effects and the trading remainder sum to the arithmetic excess."""

    markets: tuple[MarketRow, ...]
    steps: tuple[ExcessStep, ...]
    allocation: FractionFigure
    selection: FractionFigure
    interaction: FractionFigure
    currency: FractionFigure
    cross: FractionFigure
    trading: FractionFigure


@capability("attribution.karnosky_singer", version="2", agent="analyst")
def markets_and_currencies(ctx: Context, args: AgainstBenchmark) -> MarketEffects:
    """Karnosky–Singer effects: markets apart from currencies. Withheld where a local cash rate of
    a currency that either side holds is missing, which is then named."""
    both = compared(ctx, args)
    span = both.span
    cash = CashReturns({})
    if not both.gap:
        cash = cash_returns(lines_of(span), currencies_of(lines_of(span), both.index))
        both = replace(both, gap=cash.reason, missing=cash.missing)
    if both.gap:
        return MarketEffects(
            **unknown(both, (*EFFECTS, "trading")),
            **excess_withheld(both),
            markets=(),
            steps=(),
        )
    found = attribute_markets(lines_of(span), both.index, cash.returns)
    effects = {
        name: fraction(span, sum(_effect(one, name) for one in found.markets), method=METHOD)
        for name in EFFECTS
    }
    trading = fraction(span, found.trading, method="conversions and flows within a day")
    steps = [ExcessStep(label=EFFECTS[name], effect=one) for name, one in effects.items()]
    return MarketEffects(
        **excess_figures(both, found.whole),
        **effects,
        trading=trading,
        markets=tuple(_market(span, one) for one in found.markets),
        steps=(*steps, ExcessStep(label="Trading", effect=trading)),
    )


def _market(span: Span, one: MarketExcess) -> MarketRow:
    def shown(value: float) -> FractionFigure:
        return fraction(span, value, method=METHOD)

    return MarketRow(
        market=one.currency,
        weight=fraction(span, one.weight),
        benchmark_weight=fraction(span, one.index_weight),
        **{name: shown(_effect(one, name)) for name in EFFECTS},
        by_assets=shown(one.by_assets),
        by_forwards=shown(one.by_forwards),
        total=shown(one.total),
    )


def _effect(one: MarketExcess, name: str) -> float:
    """`currency` names the market there and the effect here."""
    value: float = getattr(one, "currency_effect" if name == "currency" else name)
    return value
