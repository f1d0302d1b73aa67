"""The returns and the risk of a period, and why one of them is null.

Returns are fractions. The time-weighted return chains the links of `chain`; the money-weighted
one and Modified Dietz need only the two values and the flows between them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from portfolios.calc.dietz import FlowTiming, modified_dietz
from portfolios.calc.entries import ZERO
from portfolios.calc.evaluation.chain import Link, links
from portfolios.calc.evaluation.day_values import DayClose
from portfolios.calc.evaluation.document import Finding
from portfolios.calc.evaluation.flows import Flow
from portfolios.calc.money_weighted import InternalRate, xirr
from portfolios.calc.returns import annualise
from portfolios.calc.risk import MINIMUM_OBSERVATIONS, volatility

_FRIDAY = 4
_TINY = Decimal("1E-20")  # rounding of a chain that has come back to where it was
_WHY_NO_RATE = {
    "NO_SIGN_CHANGE": "All flows of the period run one way, so no rate brings them to nothing.",
    "NO_ROOT": "No yearly rate from −99.9 % to +99,900 % brings the flows to nothing.",
    "MULTIPLE_ROOTS": "Several yearly rates bring the flows to nothing; irr_candidates lists them.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """Fractions, but for longest_drawdown_days (calendar days). None has a finding."""

    twr: float | None = None
    twr_annualized: float | None = None
    irr: float | None = None
    irr_period: float | None = None
    irr_unique: bool | None = None
    irr_candidates: tuple[float, ...] = ()
    modified_dietz: float | None = None
    volatility: float | None = None
    max_drawdown: float | None = None
    longest_drawdown_days: int | None = None

    def as_dict(self) -> dict[str, object]:
        """By name, as the answer shows it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def performance(
    closes: Sequence[DayClose], flows: Sequence[Flow], timing: FlowTiming
) -> tuple[Performance, list[Finding]]:
    """The performance from the first close, the baseline, to the last.

    flows: those after the baseline's day, up to and including the last. Raises nothing; what is
    not defined is None and has a finding.
    """
    chained, findings = _chained(list(links(closes, timing)))
    found = dict(chained)
    ends = _ends(closes, flows)
    if ends is None:
        findings.append(
            _undefined(
                "returns.irr",
                "The value at an end of the period or the worth of a flow is not known.",
                "Give the prices and rates that are missing.",
            )
        )
        return Performance(**found), findings
    rate = xirr(_investor_flows(closes, flows, ends))
    if rate.reason is not None:
        findings.append(_no_rate(rate))
    found |= {
        "irr": rate.rate,
        "irr_period": rate.period_return,
        "irr_unique": len(rate.roots) == 1,
        "irr_candidates": rate.roots,
        "modified_dietz": _dietz(closes, flows, ends, timing),
    }
    if found["modified_dietz"] is None:
        findings.append(
            _undefined(
                "returns.modified_dietz",
                "The average capital of the period is not positive.",
                "Choose a period in which something is invested.",
            )
        )
    return Performance(**found), findings


def _ends(closes: Sequence[DayClose], flows: Sequence[Flow]) -> tuple[Decimal, Decimal] | None:
    opening, closing = closes[0].value, closes[-1].value
    if opening is None or closing is None or any(flow.base is None for flow in flows):
        return None
    return opening, closing


def _investor_flows(
    closes: Sequence[DayClose], flows: Sequence[Flow], ends: tuple[Decimal, Decimal]
) -> list[tuple[date, float]]:
    """With the investor's sign: the opening value and what comes in are paid by the investor."""
    paid = [(flow.on, -float(flow.base or ZERO)) for flow in flows]
    if ends[0]:
        paid.insert(0, (closes[0].day, -float(ends[0])))
    return [*paid, (closes[-1].day, float(ends[1]))]


def _dietz(
    closes: Sequence[DayClose],
    flows: Sequence[Flow],
    ends: tuple[Decimal, Decimal],
    timing: FlowTiming,
) -> float | None:
    dated = [(flow.on, flow.base or ZERO) for flow in flows]
    return modified_dietz(closes[0].day, closes[-1].day, ends, dated, timing).ret


def _chained(all_links: list[Link]) -> tuple[dict[str, Any], list[Finding]]:
    while all_links and not all_links[0].invested:
        del all_links[0]
    while all_links and not all_links[-1].invested:
        del all_links[-1]
    earned = [link.earned for link in all_links if link.earned is not None]
    if not earned or len(earned) < len(all_links):
        return {}, [_broken(all_links)]
    start, end = all_links[0].start, all_links[-1].end
    wealth = [Decimal(1)]
    for one in earned:
        wealth.append(wealth[-1] * (1 + one))
    found: dict[str, Any] = {"twr": float(wealth[-1] - 1)}
    found |= _falls([start, *(link.end for link in all_links)], wealth)
    findings = _annualised(found, _first_day(all_links[0]), end) + _volatility(found, all_links)
    return found, findings


def _first_day(link: Link) -> date:
    """From where a year is counted: the baseline's close, or the day of the first funding."""
    return link.funded_on or link.start


def _annualised(found: dict[str, Any], start: date, end: date) -> list[Finding]:
    total = float(found["twr"] or 0.0)
    yearly = annualise(total, start, end)
    if yearly.reason == "TOTAL_LOSS" and total == -1.0:
        found["twr_annualized"] = -1.0  # nothing is left after a year, whatever its length
        return []
    found["twr_annualized"] = yearly.value
    if yearly.value is not None:
        return []
    if yearly.reason == "TOTAL_LOSS":
        return [
            _undefined(
                "returns.twr_annualized",
                "More than everything was lost; a power of that is not a number.",
                "Read twr.",
            )
        ]
    return [
        Finding(
            "insufficient_history",
            None,
            "returns.twr_annualized",
            f"From {start} to {end} are less than twelve months; such a return is not annualised.",
            "Read twr, or ask for a longer period.",
        )
    ]


def _volatility(found: dict[str, Any], all_links: Sequence[Link]) -> list[Finding]:
    """Of the returns of business days, those without any change included as 0."""
    returns = np.array([one for link in all_links for one in _business_days(link)])
    found["volatility"] = None
    if len(returns) >= MINIMUM_OBSERVATIONS:
        found["volatility"] = volatility(returns)
        return []
    return [
        Finding(
            "insufficient_history",
            None,
            "returns.volatility",
            f"{len(returns)} daily returns are too few; {MINIMUM_OBSERVATIONS} are needed.",
            "Ask for a longer period.",
        )
    ]


def _business_days(link: Link) -> Iterator[float]:
    """The daily returns within a link: a bridge over days without a value has none."""
    if link.days > 1 or link.earned is None:
        return
    day = link.start + timedelta(days=1)
    if link.funded_on is None:
        while day < link.end:
            if day.weekday() <= _FRIDAY:
                yield 0.0
            day += timedelta(days=1)
    if link.end.weekday() <= _FRIDAY:
        yield float(link.earned)


def _falls(days: Sequence[date], wealth: Sequence[Decimal]) -> dict[str, Any]:
    """The deepest fall from a peak, and the longest time from a peak until it is reached again.

    The peak is its last day at that height, the recovery the first close at or above it; a fall
    that has not recovered lasts until the end.
    """
    peak, peak_day = wealth[0], days[0]
    deepest, longest = ZERO, 0
    under = False
    for day, level in zip(days, wealth, strict=True):
        if level >= peak - _TINY:
            if under:
                longest = max(longest, (day - peak_day).days)
            peak, peak_day, under = max(peak, level), day, False
        else:
            under = True
            deepest = max(deepest, 1 - level / peak)
    if under:
        longest = max(longest, (days[-1] - peak_day).days)
    return {"max_drawdown": float(deepest), "longest_drawdown_days": longest}


def _broken(all_links: Sequence[Link]) -> Finding:
    broken = next((link for link in all_links if link.earned is None), None)
    if broken is None:
        return _undefined(
            "returns.twr",
            "Nothing was invested in the period.",
            "Choose a period in which something is held.",
        )
    return _undefined(
        "returns.twr",
        f"From {broken.start} to {broken.end} no return is defined: a value is not known when "
        "money moved, or nothing was invested.",
        "Give the prices and rates of these days, or ask for a period that leaves them out.",
    )


def _undefined(name: str, message: str, suggestion: str) -> Finding:
    return Finding("undefined_return", None, name, message, suggestion)


def _no_rate(rate: InternalRate) -> Finding:
    reason = str(rate.reason)
    return Finding(
        reason.lower(), None, "returns.irr", _WHY_NO_RATE[reason], "Read twr or modified_dietz."
    )
