"""What the samples show: one invented answer, known whole, in part, or not at all.

The numbers are invented and round, so that nobody takes them for a portfolio's.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from patterns.results import (
    CountFigure,
    Figure,
    Fraction,
    FractionFigure,
    MoneyFigure,
    PriceFigure,
    QuantityFigure,
    RatioFigure,
    State,
)

Look = Literal["exact", "partial", "stale", "estimated", "withheld", "empty", "failed", "loading"]

ASOF: Final = date(2013, 2, 28)
CURRENCY: Final = "CAD"
REASON: Final = "A sample of a figure that is not known."
TEXT: Final = "This is a sample of a text.\n\nIt has two paragraphs, and says nothing else."
MISSING: Final = ("a sample price",)
NAMES: Final = (
    ("Sample Energy A", "Energy", "400", "0.4000", "0.021"),
    ("Sample Energy B", "Energy", "150", "0.1500", "-0.008"),
    ("Sample Bank A", "Banks", "250", "0.2500", "0.004"),
    ("Sample Bank B", "Banks", "120", "0.1200", "-0.017"),
    ("Sample Rail", "Transport", "80", "0.0800", "0.000"),
)


class Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Holding(Closed):
    name: str
    sector: str
    quantity: QuantityFigure
    price: PriceFigure
    value: MoneyFigure
    share: FractionFigure
    change: FractionFigure
    before: FractionFigure


class Day(Closed):
    day: date
    first: Fraction | None
    second: Fraction | None
    third: Fraction | None
    observed: Fraction | None
    center: Fraction | None
    low_80: Fraction | None
    high_80: Fraction | None
    low_50: Fraction | None
    high_50: Fraction | None
    state: State = "exact"
    reason: str | None = None


class Event(Closed):
    day: date
    label: str
    kind: str
    detail: str | None
    urgency: Literal["high", "medium", "low"]
    link: str
    elsewhere: str
    source: str
    published: str
    amount: MoneyFigure


class Criterion(Closed):
    label: str
    detail: str
    value: FractionFigure
    threshold: FractionFigure
    verdict: Literal["met", "missed", "unknown"]


class Said(Closed):
    """A text, and how far it can be trusted."""

    text: str | None
    address: str | None
    phase: str | None
    state: State = "exact"
    reason: str | None = None


class Happened(Closed):
    events: tuple[Event, ...]
    state: State = "exact"
    reason: str | None = None


class Sample(Closed):
    holdings: tuple[Holding, ...]
    parts: tuple[Holding, ...]
    days: tuple[Day, ...]
    happened: Happened
    criteria: tuple[Criterion, ...]
    total: MoneyFigure
    total_before: MoneyFigure
    gain: MoneyFigure
    loss: MoneyFigure
    risk: FractionFigure
    risk_before: FractionFigure
    risk_change: FractionFigure
    score: RatioFigure
    count: CountFigure
    said: Said


def sample(look: Look) -> Sample:
    """The answer of a look. `failed` and `loading` have none, and are given the exact one."""
    said_state: State = look if look in {"partial", "stale", "estimated", "withheld"} else "exact"
    rows = look != "empty"
    return Sample(
        holdings=tuple(_holdings(look)) if rows else (),
        parts=tuple(_parts(look)) if rows else (),
        days=tuple(_days(look)) if rows else (),
        happened=Happened(
            events=tuple(_events(look)) if rows and look != "withheld" else (),
            state=said_state,
            reason=REASON if said_state != "exact" else None,
        ),
        criteria=tuple(_criteria(look)) if rows else (),
        total=_money("1000", look),
        total_before=_money("1040", look if look == "withheld" else "exact"),
        gain=_money("-40", "withheld" if look == "partial" else look),
        loss=_money("-40", look),
        risk=_figure(FractionFigure, 0.08, look),
        risk_before=_figure(FractionFigure, 0.11, "withheld" if look == "partial" else look),
        risk_change=_figure(FractionFigure, -0.03, "withheld" if look == "partial" else look),
        score=_figure(RatioFigure, 7.5, look),
        count=_figure(CountFigure, 5, "withheld" if look == "withheld" else "exact"),
        said=_said(look, said_state),
    )


def many(count: int) -> tuple[Holding, ...]:
    """As many rows as a long table has."""
    return tuple(
        _holding((f"Sample {at:04}", "Sample", str(at)), 1 / count, at % 7 / 100 - 0.03, "exact")
        for at in range(1, count + 1)
    )


def _holdings(look: Look) -> list[Holding]:
    found = []
    for index, (name, sector, value, share, change) in enumerate(NAMES):
        own: Look = look
        if look in {"partial", "stale", "estimated"} and index != 1:
            own = "exact"
        if look == "partial" and index == 1:
            own = "withheld"
        found.append(_holding((name, sector, value), float(share), float(change), own))
    return found


def _holding(named: tuple[str, str, str], share: float, change: float, look: Look) -> Holding:
    name, sector, value = named
    return Holding(
        name=name,
        sector=sector,
        quantity=_figure(
            QuantityFigure, Decimal(10), "withheld" if look == "withheld" else "exact"
        ),
        price=_figure(PriceFigure, Decimal(value) / 10, look, currency=CURRENCY),
        value=_money(value, look),
        share=_figure(FractionFigure, share, look),
        change=_figure(FractionFigure, change, look),
        before=_figure(FractionFigure, change / 2 + 0.001, look),
    )


def _parts(look: Look) -> list[Holding]:
    """Steps that add up to a loss of 40: of a waterfall, none may be missing in part."""
    steps = (
        ("Sample prices", "-90", -0.09),
        ("Sample income", "35", 0.035),
        ("Sample rates", "15", 0.015),
    )
    own: Look = look if look in {"withheld", "stale", "estimated"} else "exact"
    return [
        _holding((name, "Sample", value), abs(share), share, own) for name, value, share in steps
    ]


def _days(look: Look) -> list[Day]:
    """Twelve months that were observed and six of a forecast; in part, one month is not known."""
    return [_day(index, look) for index in range(18)]


def _day(index: int, look: Look) -> Day:
    day = date(2012, 2, 28) + timedelta(days=30 * index)
    unknown = look == "withheld" or (look == "partial" and index == 5)
    seen = index < 12
    level = 0.02 + 0.004 * index - (0.02 if index in {3, 8} else 0)
    wide = 0.006 * (index - 10)
    own: State = "withheld" if unknown else "exact"
    if look in {"stale", "estimated"} and index in {5, 14}:
        own = look
    first = None if unknown else round(0.5 + 0.01 * (index % 4), 4)
    return Day(
        day=day,
        first=first,
        second=None if unknown else 0.3,
        third=None if first is None else round(1 - first - 0.3, 4),
        observed=None if unknown or not seen else round(level, 4),
        center=None if unknown or seen else round(level, 4),
        low_80=None if unknown or seen else round(level - wide, 4),
        high_80=None if unknown or seen else round(level + wide, 4),
        low_50=None if unknown or seen else round(level - wide / 2, 4),
        high_50=None if unknown or seen else round(level + wide / 2, 4),
        state=own,
        reason=REASON if own != "exact" else None,
    )


def _events(look: Look) -> list[Event]:
    told = (
        (-30, "Sample Rail", "split", "two for one", "low"),
        (0, "Sample Bank A", "dividend", "0.50 a share", "high"),
        (12, "Sample Energy A", "dividend", None, "medium"),
    )
    return [
        Event(
            day=ASOF + timedelta(days=days),
            label=label,
            kind=kind,
            detail=detail,
            urgency=urgency,
            link="/patterns/panels/",
            elsewhere="https://example.org/sample",
            source="Sample source",
            published=f"{ASOF + timedelta(days=days)} 09:30 UTC",
            amount=_money("-12.5" if days < 0 else "12.5", _of_second(look, second=days == 0)),
        )
        for days, label, kind, detail, urgency in told
    ]


def _criteria(look: Look) -> list[Criterion]:
    told = (
        ("Sample return on equity", 0.18, 0.15, "met"),
        ("Sample margin", 0.12, 0.20, "missed"),
        ("Sample payout", 0.55, 0.60, "met"),
    )
    return [
        Criterion(
            label=label,
            detail="of the last sample year",
            value=_figure(FractionFigure, value, _of_second(look, second=index == 1)),
            threshold=FractionFigure(value=threshold),
            verdict=verdict,
        )
        for index, (label, value, threshold, verdict) in enumerate(told)
    ]


def _of_second(look: Look, *, second: bool) -> Look:
    if look == "partial":
        return "withheld" if second else "exact"
    return look if second or look == "withheld" else "exact"


def _said(look: Look, state: State) -> Said:
    known = look not in {"withheld", "empty"}
    return Said(
        text=TEXT if known else None,
        address="/patterns/panels/sample-report/" if known else None,
        phase="Sample expansion" if known else None,
        state=state,
        reason=REASON if state != "exact" else None,
    )


def _money(value: str, look: Look) -> MoneyFigure:
    return _figure(MoneyFigure, Decimal(value), look, currency=CURRENCY)


def _figure(kind: type[Figure], value: Any, look: Look, **more: Any) -> Any:
    """A figure in the state of the look."""
    if look == "withheld":
        return kind.withheld(REASON, missing=MISSING, **more)
    if look == "partial":
        told: dict[str, Any] = {"reason": "2 of 3 are known.", "missing": MISSING, "coverage": 0.67}
    elif look == "stale":
        told = {"reason": "A sample of an older figure.", "asof_date": date(2013, 2, 20)}
    elif look == "estimated":
        told = {"reason": "A sample of a model’s output.", "method": "sample"}
    else:
        return kind(value=value, unit=_unit(kind), **more)
    return kind(value=value, unit=_unit(kind), state=look, **told, **more)


def _unit(kind: type[Figure]) -> str:
    return str(kind.model_fields["unit"].default)
