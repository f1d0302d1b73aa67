"""What each holding, cash, charges and currencies added to the return; it sums exactly."""

from __future__ import annotations

from datetime import date

from patterns.context import Context
from patterns.registry import capability
from patterns.results import BpsFigure, CountFigure, FractionFigure, MoneyFigure, State
from portfolios.calc.contribution import (
    Contribution,
    Contributions,
    Kind,
    Source,
    contributions_of,
)
from portfolios.capabilities.inputs import Answer, OverPeriod
from portfolios.capabilities.span_figures import (
    asked_of,
    bps,
    fraction,
    lines_of,
    money,
    of_lines,
    state_of,
    unmade,
    why,
    withheld,
)
from portfolios.selectors.spans import Span, span_of

METHOD = "daily contributions to the capital at work"
LINKED = {"carino": "linked by Cariño", "frongello": "linked by Frongello: a day lost everything"}
MONEY = {
    Kind.CASH_FX: ("Cash FX", "What exchange rates did to balances"),
    Kind.FEES: ("Fees", "Charged to the portfolio"),
    Kind.TAXES: ("Taxes", "Borne by the portfolio"),
}
NAMED = 10
NEVER_AT_WORK = "It had no capital of its own at the start of any day."
ZERO_RETURN = "The portfolio's return is zero."
NO_VALUE = "The portfolio's value is not above zero."


class PartRow(Answer):
    """What every line of the sum has."""

    market_value_start: MoneyFigure
    market_value_end: MoneyFigure
    contribution: FractionFigure
    share: FractionFigure


class HoldingRow(PartRow):
    """One security over the period. Weights are of the whole portfolio; the mean weight is that
    of the capital at work, purchases of the day included. `share` is of the portfolio's return."""

    symbol: str
    name: str
    security: str
    currency: str
    sector: str
    weight_start: FractionFigure
    weight_end: FractionFigure
    mean_weight: FractionFigure
    time_weighted_return: FractionFigure


class OtherRow(PartRow):
    """What is no security: the balance of a currency, exchange rates on balances, charges."""

    label: str
    name: str


class StepRow(Answer):
    """One step from nothing to the portfolio's return."""

    label: str
    effect: FractionFigure


class PortfolioContribution(Answer):
    """Holdings and the others, each by contribution, largest first; together they sum to
    `total_return`. So do the steps, which name the largest of either sign and put the rest
    together. error_bps is the distance of the sum from the return chained from values and flows."""

    holdings: tuple[HoldingRow, ...]
    others: tuple[OtherRow, ...]
    steps: tuple[StepRow, ...]
    total_return: FractionFigure
    holdings_total: FractionFigure
    others_total: FractionFigure
    error_bps: BpsFigure
    linker: str | None
    observations: CountFigure
    start_date: date | None
    end_date: date | None
    state: State
    reason: str | None
    sources: tuple[str, ...]


@capability("attribution.contribution", version="2", agent="analyst")
def contribution(ctx: Context, args: OverPeriod) -> PortfolioContribution:
    """What every holding, every balance, exchange rates on balances, fees and taxes added to the
    time-weighted return of a period. The lines sum to it, trades included."""
    span = span_of(ctx, args.portfolio_id, asked_of(args))
    reason = unmade(span)
    if reason is not None:
        return _withheld(span, reason)
    found = contributions_of(lines_of(span), span.charges)
    ranked = ranked_lines(span, found)
    held = [line for line in ranked if line.source.kind is Kind.HOLDING]
    rest = [line for line in ranked if line.source.kind is not Kind.HOLDING]
    whole = found.total_return
    return PortfolioContribution(
        holdings=tuple(_holding(span, line, whole) for line in held),
        others=tuple(_other(span, line, whole) for line in rest),
        steps=_steps(span, ranked),
        total_return=fraction(span, whole),
        holdings_total=fraction(span, _sum(held), method=METHOD),
        others_total=fraction(span, _sum(rest), method=METHOD),
        error_bps=bps(span, found.error_bps),
        linker=LINKED[found.linker],
        observations=CountFigure(value=found.n),
        start_date=found.start,
        end_date=found.end,
        state=state_of(span),
        reason=why(span),
        sources=span.sources,
    )


def ranked_lines(span: Span, found: Contributions) -> list[Contribution]:
    """Lines by contribution, the largest first."""
    return sorted(found.lines, key=lambda line: (-line.contribution, label_of(span, line.source)))


def label_of(span: Span, source: Source) -> str:
    """What a line of contributions is called."""
    if source.kind is Kind.HOLDING:
        return span.symbol(source.security)
    return f"Cash {source.currency}" if source.kind is Kind.CASH else MONEY[source.kind][0]


def _holding(span: Span, line: Contribution, whole: float) -> HoldingRow:
    security = span.securities[line.source.security]
    own = of_lines(span, [line.source.security])
    return HoldingRow(
        symbol=security.symbol,
        name=security.name,
        security=security.key,
        currency=security.currency,
        sector=security.sector,
        market_value_start=money(own, line.value_start),
        market_value_end=money(own, line.value_end),
        weight_start=fraction(span, line.weight_start, NO_VALUE),
        weight_end=fraction(span, line.weight_end, NO_VALUE),
        mean_weight=fraction(span, line.mean_weight),
        time_weighted_return=fraction(
            own, line.total_return, NEVER_AT_WORK, method="over the days it was held"
        ),
        contribution=fraction(span, line.contribution, method=METHOD),
        share=_share(span, line, whole),
    )


def _other(span: Span, line: Contribution, whole: float) -> OtherRow:
    source = line.source
    name = "Interest on it" if source.kind is Kind.CASH else MONEY[source.kind][1]
    own = of_lines(span, [None])
    return OtherRow(
        label=label_of(span, line.source),
        name=name,
        market_value_start=money(own, line.value_start),
        market_value_end=money(own, line.value_end),
        contribution=fraction(span, line.contribution, method=METHOD),
        share=_share(span, line, whole),
    )


def _share(span: Span, line: Contribution, whole: float) -> FractionFigure:
    return fraction(span, line.contribution / whole if whole else None, ZERO_RETURN)


def _sum(lines: list[Contribution]) -> float:
    return sum(line.contribution for line in lines)


def _steps(span: Span, ranked: list[Contribution]) -> tuple[StepRow, ...]:
    """The largest of either sign in their order, and all others as one."""
    named, rest = named_and_rest(ranked)
    steps = [
        StepRow(label=label_of(span, line.source), effect=fraction(span, line.contribution))
        for line in named
    ]
    if rest:
        steps.append(StepRow(label=f"{len(rest)} others", effect=fraction(span, _sum(rest))))
    return tuple(steps)


def named_and_rest(
    ranked: list[Contribution],
) -> tuple[list[Contribution], list[Contribution]]:
    """The lines that are steps of their own, and those that are one step together."""
    by_size = sorted(ranked, key=lambda line: -abs(line.contribution))
    named = {line.source for line in by_size[:NAMED]}
    return (
        [line for line in ranked if line.source in named],
        [line for line in ranked if line.source not in named],
    )


def _withheld(span: Span, reason: str) -> PortfolioContribution:
    unknown = withheld(span, reason)
    lines = span.lines
    return PortfolioContribution(
        holdings=(),
        others=(),
        steps=(),
        total_return=unknown,
        holdings_total=unknown,
        others_total=unknown,
        error_bps=BpsFigure.withheld(reason, missing=span.missing),
        linker=None,
        observations=CountFigure(value=0),
        start_date=lines.base_date if lines else None,
        end_date=lines.dates[-1] if lines and lines.dates else None,
        state="withheld",
        reason=reason,
        sources=span.sources,
    )
