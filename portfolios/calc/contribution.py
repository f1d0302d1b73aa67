"""What every holding, and what cash, charges and currencies added to a return (methods §3.5).

Daily, c = PnL / (V0 + I), with a line for each security (price, income, trading costs and its
currency together) and four kinds of line for money:

    cash      what a currency's balance earned by itself: interest, paid or received
    cash FX   what exchange rates did to all balances, conversions at another rate included
    fees      charged to the portfolio, to no security
    taxes     likewise

The lines of a day sum to its time-weighted return, trades included. Linked by Cariño they sum to
the period's; where a day is at or below −100 % Frongello is used, and said so.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from portfolios.calc.day_lines import DayLines, Flags
from portfolios.calc.entries import Entry, EntryType, SecurityKey
from portfolios.calc.linking import Linker, link_factors
from portfolios.calc.lots import Movement, Posting
from portfolios.calc.returns import Floats, chain

TAXES = frozenset({EntryType.TAX, EntryType.TAX_REFUND})
CARRY_CHARGES = frozenset({Movement.CHARGE, Movement.FLOW, Movement.EXCHANGE, Movement.TRANSFER})
HELD = 1e-12  # a capital below this share of the portfolio is rounding


class Kind(StrEnum):
    HOLDING = "holding"
    CASH = "cash"
    CASH_FX = "cash_fx"
    FEES = "fees"
    TAXES = "taxes"


@dataclass(frozen=True, slots=True)
class Source:
    """A line of contributions: a security, the cash of a currency, or one of the others."""

    kind: Kind
    currency: str = ""
    security: SecurityKey | None = None


Charge = tuple[Kind, str]
Charges = Mapping[Charge, Mapping[date, float]]
"""Fees and taxes of no security by kind and currency: local amounts by day, negative for a cost."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line over a period. value_start and value_end: its worth in base; weight_start and
    weight_end: of the portfolio; mean_weight: of the capital at work, a day's mean. total_return:
    its own, time-weighted over the days it was held; None where it never had a capital."""

    source: Source
    contribution: float
    value_start: float
    value_end: float
    weight_start: float | None
    weight_end: float | None
    mean_weight: float
    total_return: float | None


@dataclass(frozen=True, slots=True)
class Contributions:
    """lines sum to total_return, the compound of the daily returns. error_bps is the distance of
    their sum from the return that is chained from values and flows alone."""

    start: date
    end: date
    n: int
    lines: tuple[Contribution, ...]
    total_return: float
    error_bps: float
    linker: Linker


def charges_of(journal: Iterable[Posting], accepted: Iterable[Entry]) -> Charges:
    """What was charged to no security: cash that moved and entered or left no other currency.

    Charges of a deposit or a conversion are among them.
    """
    kinds = {entry.seq: entry.entry_type for entry in accepted}
    found: defaultdict[Charge, defaultdict[date, float]] = defaultdict(lambda: defaultdict(float))
    for posting in journal:
        if posting.security is not None or posting.movement not in CARRY_CHARGES:
            continue
        amount = posting.cash - (posting.crossing or 0)
        if amount:
            kind = Kind.TAXES if kinds.get(posting.seq) in TAXES else Kind.FEES
            found[kind, posting.currency][posting.on] += float(amount)
    return found


def contributions_of(lines: DayLines, charges: Charges) -> Contributions:
    """Linked contributions over unbroken days. Raises ValueError where a day has no return."""
    if not len(lines.dates) or not lines.has_return.all():
        raise ValueError("contributions need a return on every day")
    factors, linker = link_factors(lines.returns.tolist())
    profits = profits_of(lines, charges)
    scale = np.array(factors) / lines.capital
    linked = {source: float(scale @ profit) for source, profit in profits.items()}
    total = chain(lines.returns.tolist())
    independent = chain(lines.value_returns.tolist())
    return Contributions(
        start=lines.base_date,
        end=lines.dates[-1],
        n=len(lines.dates),
        lines=tuple(_line(lines, source, linked[source], profits[source]) for source in profits),
        total_return=total,
        error_bps=abs(sum(linked.values()) - independent) * 1e4,
        linker=linker,
    )


def profits_of(lines: DayLines, charges: Charges) -> dict[Source, Floats]:
    """Daily profit of every source in base; those that never had any part are left out."""
    found: dict[Source, Floats] = {}
    charged = charged_by_day(lines, charges)
    for index, (currency, security) in enumerate(lines.lines):
        if security is not None:
            source = Source(Kind.HOLDING, security=security)
            found[source] = found.get(source, 0.0) + lines.profit[:, index]
            continue
        own = lines.local[:, index] + lines.interaction[:, index]
        for kind in (Kind.FEES, Kind.TAXES):
            if (kind, currency) in charged:
                own = own - charged[kind, currency]
                source = Source(kind)
                found[source] = found.get(source, 0.0) + charged[kind, currency]
        found[Source(Kind.CASH, currency)] = own
        source = Source(Kind.CASH_FX)
        found[source] = found.get(source, 0.0) + lines.fx[:, index]
    return {source: profit for source, profit in found.items() if _took_part(lines, source, profit)}


def _took_part(lines: DayLines, source: Source, profit: Floats) -> bool:
    worth = lines.opening[:, columns_of(lines, source)]
    return bool(np.any(np.abs(profit) > HELD * lines.capital) or worth.any())


def charged_by_day(lines: DayLines, charges: Charges) -> dict[Charge, Floats]:
    """Charges in base on the valuation day that they belong to: the first on or after their own."""
    found = {}
    for charge, by_day in charges.items():
        column = lines.lines.index((charge[1], None))
        amounts = np.zeros(len(lines.dates))
        for on, amount in by_day.items():
            at = bisect_left(lines.dates, on)
            if lines.base_date < on and at < len(amounts):
                amounts[at] += amount
        if amounts.any():
            found[charge] = amounts * lines.rate_after[:, column]
    return found


def columns_of(lines: DayLines, source: Source) -> list[int]:
    """The lines whose worth belongs to a source; charges and cash FX have none."""
    if source.kind is Kind.HOLDING:
        return [at for at, (_, security) in enumerate(lines.lines) if security == source.security]
    if source.kind is Kind.CASH:
        return [lines.lines.index((source.currency, None))]
    return []


def _line(lines: DayLines, source: Source, contribution: float, profit: Floats) -> Contribution:
    columns = columns_of(lines, source)
    start = float((lines.opening * lines.rate_before)[0, columns].sum())
    end = float((lines.closing * lines.rate_after)[-1, columns].sum())
    invested = lines.invested[:, columns].sum(axis=1)
    return Contribution(
        source=source,
        contribution=contribution,
        value_start=start,
        value_end=end,
        weight_start=_share(start, float((lines.opening * lines.rate_before)[0].sum())),
        weight_end=_share(end, float((lines.closing * lines.rate_after)[-1].sum())),
        mean_weight=float(np.mean(invested / lines.capital)),
        total_return=own_return(profit, invested, lines.capital)
        if source.kind is Kind.HOLDING
        else None,
    )


def own_return(profit: Floats, invested: Floats, capital: Floats) -> float | None:
    """The time-weighted return of a part over the days on which it had a capital of its own."""
    held = held_days(invested, capital)
    if not held.any():
        return None
    return chain((profit[held] / invested[held]).tolist())


def held_days(invested: Floats, capital: Floats) -> Flags:
    """The days on which a part had a capital of its own."""
    held: Flags = np.abs(invested) > HELD * capital
    return held


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
