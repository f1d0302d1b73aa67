"""What a user's portfolios are worth together in one currency, and in what it is invested.

Each is turned by the rates of the pack that valued it. Whoever has no such rate, no whole value,
or a value too old to stand beside the others is left out of the sum and named.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from market.models import FxRate, Security
from market.selectors import PackRate
from patterns.results import MoneyFigure
from portfolios.calc.consolidation import (
    Part,
    Share,
    in_currency,
    shares_of,
    stands_beside,
    ties_out,
)
from portfolios.calc.entries import ZERO
from portfolios.calc.marks import Rate
from portfolios.calc.money import coin, round_money
from portfolios.selectors.composition import CASH, Composition, Held
from portfolios.selectors.dashboard import Line
from portfolios.selectors.market_view import rate_of

Rates = Mapping[tuple[str, str], PackRate]
CLASSES = dict(Security.Type.choices)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A portfolio that is not counted, and why."""

    portfolio_id: UUID
    name: str
    reason: str
    asof_date: date | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """The sum and its two cuts. `shown` has every portfolio in the common currency, those that are
    left out of the sum as well; `not_cut` are in the sum and not in the cuts."""

    currency: str
    currencies: tuple[str, ...]
    bases: frozenset[str]
    asof_date: date | None
    total: MoneyFigure
    counted: int
    shown: Mapping[UUID, MoneyFigure]
    left_out: tuple[LeftOut, ...]
    by_currency: tuple[Share, ...]
    by_asset_class: tuple[Share, ...]
    not_cut: tuple[LeftOut, ...]
    others: tuple[date, ...] = field(default=())  # days of the portfolios that are left out for age

    @property
    def converts(self) -> bool:
        """Whether some portfolio has another base currency."""
        return bool(self.bases - {self.currency})


def usual_currency(lines: Iterable[Line]) -> str:
    """The base currency of most portfolios; the first by name of several, "" of none."""
    found = Counter(line.portfolio.base_currency for line in lines)
    return min(found, key=lambda code: (-found[code], code), default="")


def rates_of(lines: Iterable[Line]) -> dict[str, Rates]:
    """The rates of every pack that values a portfolio, in one query."""
    packs = {line.value.pack_id for line in lines if line.value}
    found: dict[str, dict[tuple[str, str], PackRate]] = defaultdict(dict)
    rows = FxRate.objects.in_packs(packs).values_list(
        "pack_id",
        "base_currency",
        "quote_currency",
        "rate",
        "asof_date",
        "source",
        "fixing",
        "state",
    )
    for pack_id, base, quote, rate, day, source, fixing, state in rows.order_by():
        found[pack_id][base, quote] = PackRate(rate, day, source, fixing, state)
    return dict(found)


def together(
    lines: Sequence[Line],
    compositions: Mapping[UUID, Composition],
    rates: Mapping[str, Rates],
    currency: str,
) -> Together:
    """All of it in `currency`. A portfolio without an entry has nothing to add."""
    lines = [line for line in lines if not line.is_empty]
    turned = {line.portfolio.pk: _turned(line, rates, currency) for line in lines}
    newest = max((line.asof_date for line in lines if line.asof_date), default=None)
    left_out = [out for line in lines if (out := _left_out(line, turned, newest)) is not None]
    without = {out.portfolio_id for out in left_out}
    counted = [line for line in lines if line.portfolio.pk not in without]
    cuts, not_cut = _cuts(counted, compositions, rates)
    to_common = {str(it.portfolio.pk): _factor(it, rates, currency) or ZERO for it in counted}
    parts = in_currency(cuts, to_common)
    return Together(
        currency=currency,
        currencies=_offered(lines, rates),
        bases=frozenset(line.portfolio.base_currency for line in lines),
        asof_date=newest,
        total=_total(counted, turned, left_out, currency, newest),
        counted=len(counted),
        shown=turned,
        left_out=tuple(left_out),
        by_currency=shares_of((part.currency, part.market_value) for part in parts),
        by_asset_class=shares_of((part.asset_class, part.market_value) for part in parts),
        not_cut=tuple(not_cut),
        others=_other_days(left_out, lines, newest),
    )


def _turned(line: Line, rates: Mapping[str, Rates], currency: str) -> MoneyFigure:
    """A portfolio's value in the common currency, in the worse state of value and rate."""
    own = line.total_value
    if own.value is None or line.value is None:
        return MoneyFigure.withheld(own.reason or "", currency=currency)
    factor = _factor(line, rates, currency)
    if factor is None:
        base, pack = line.portfolio.base_currency, line.value.pack_id
        said = f"{pack} has no rate between {base} and {currency}."
        return MoneyFigure.withheld(said, missing=(f"{base}/{currency}",), currency=currency)
    fields: dict[str, Any] = own.model_dump(
        include={"state", "reason", "missing", "coverage", "asof_date"}
    )
    rate = _rate(line, rates, currency)
    if rate is not None and rate.state == "stale" and own.state == "exact":
        pair = f"{line.portfolio.base_currency}/{currency}"
        fields |= {"state": "stale", "reason": f"The rate {pair} is of {rate.asof_date}."}
    return MoneyFigure(value=round_money(own.value * factor, currency), currency=currency, **fields)


def _rate(line: Line, rates: Mapping[str, Rates], currency: str) -> Rate | None:
    table = rates.get(line.value.pack_id, {}) if line.value else {}
    return rate_of(table, line.portfolio.base_currency, currency)


def _factor(line: Line, rates: Mapping[str, Rates], currency: str) -> Decimal | None:
    """Units of the common currency for one of the base currency; None without a way."""
    if line.portfolio.base_currency == currency:
        return ONE
    rate = _rate(line, rates, currency)
    return None if rate is None else rate.rate


def _left_out(
    line: Line, turned: Mapping[UUID, MoneyFigure], newest: date | None
) -> LeftOut | None:
    """Why a portfolio is not in the sum; None for one that is."""
    portfolio, day = line.portfolio, line.asof_date
    figure = turned[portfolio.pk]
    if figure.value is None:
        return LeftOut(portfolio.pk, portfolio.name, figure.reason or "", day)
    if day is None or newest is None or not stands_beside(day, newest):
        return LeftOut(
            portfolio.pk, portfolio.name, f"Its value is of {day}, too long before {newest}.", day
        )
    return None


def _total(
    counted: Sequence[Line],
    turned: Mapping[UUID, MoneyFigure],
    left_out: Sequence[LeftOut],
    currency: str,
    newest: date | None,
) -> MoneyFigure:
    if not counted:
        return MoneyFigure.withheld(
            "No portfolio has a value that can be added.", currency=currency
        )
    figures = [turned[line.portfolio.pk] for line in counted]
    whole = sum((figure.value or ZERO for figure in figures), ZERO)
    fields: dict[str, Any] = {"asof_date": newest}
    older = sorted({str(line.asof_date) for line in counted if line.asof_date != newest})
    if left_out:
        fields |= {
            "state": "partial",
            "reason": "Not every portfolio is in it.",
            "missing": tuple(out.name for out in left_out),
            "coverage": len(counted) / (len(counted) + len(left_out)),
        }
    elif any(figure.state == "partial" for figure in figures):
        names = [
            line.portfolio.name for line in counted if turned[line.portfolio.pk].state == "partial"
        ]
        fields |= {"state": "partial", "reason": f"Only partly valued: {', '.join(names)}."}
    elif older:
        fields |= {"state": "stale", "reason": f"Some values are of {', '.join(older)}."}
    elif any(figure.state != "exact" for figure in figures):
        names = [
            line.portfolio.name for line in counted if turned[line.portfolio.pk].state != "exact"
        ]
        fields |= {"state": "stale", "reason": f"From earlier observations: {', '.join(names)}."}
    return MoneyFigure(value=whole, currency=currency, **fields)


def _cuts(
    counted: Sequence[Line],
    compositions: Mapping[UUID, Composition],
    rates: Mapping[str, Rates],
) -> tuple[dict[str, list[Part]], list[LeftOut]]:
    """The parts of each portfolio in its base currency, where they are those of its value."""
    found: dict[str, list[Part]] = {}
    not_cut: list[LeftOut] = []
    for line in counted:
        pk, value = line.portfolio.pk, line.value
        if value is None or value.total_value is None:
            continue
        base = line.portfolio.base_currency
        held = compositions.get(pk, Composition()).held
        parts = _parts(held, base, rates.get(value.pack_id, {}))
        if ties_out(parts, value.total_value, coin(base) * 2):
            found[str(pk)] = parts
            continue
        said = f"What it holds now is not what its value of {line.asof_date} consisted of."
        not_cut.append(LeftOut(pk, line.portfolio.name, said, line.asof_date))
    return found, not_cut


def _parts(held: Iterable[Held], base: str, rates: Rates) -> list[Part]:
    """What has a price and a rate; what has not is not in the stored value either."""
    found: list[Part] = []
    for it in held:
        if it.market_value is None:
            continue
        rate = None if it.currency == base else rate_of(rates, it.currency, base)
        if it.currency != base and rate is None:
            continue
        worth = it.market_value if rate is None else it.market_value * rate.rate
        kind = CASH if it.security_id is None else CLASSES.get(it.security_type, it.security_type)
        found.append(Part(it.currency, kind, worth))
    return found


def _offered(lines: Sequence[Line], rates: Mapping[str, Rates]) -> tuple[str, ...]:
    """Every currency that some portfolio has or some pack knows."""
    found = {line.portfolio.base_currency for line in lines}
    for table in rates.values():
        found |= {code for pair in table for code in pair}
    return tuple(sorted(found))


def _other_days(
    left_out: Iterable[LeftOut], lines: Iterable[Line], newest: date | None
) -> tuple[date, ...]:
    names = {out.portfolio_id for out in left_out}
    days = {line.asof_date for line in lines if line.portfolio.pk in names and line.asof_date}
    return tuple(sorted((day for day in days if day != newest), reverse=True))
