"""Why a benchmark earned what it did on a day: its members' weights and returns, down to closes.

A row is a day of the benchmark's own series, a column one of its members.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

import numpy as np
from django.urls import reverse

from market.selectors import live_packs, pack_prices
from patterns.explanation import Explanation, Formula, Number, Source
from portfolios.calc.benchmark import BlendReturns
from portfolios.calc.returns import Floats
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.facts import price_source, rate_at, series_source
from portfolios.capabilities.why.grouping import Daily
from portfolios.selectors.benchmarks import BenchmarkTrack
from portfolios.selectors.standing import portfolio_of

RULE, HEDGE_RULE = "returns.10", "benchmark-attribution.9"


@dataclass(frozen=True)
class Members:
    """A benchmark beside a portfolio's days."""

    days: Days
    track: BenchmarkTrack

    @property
    def blend(self) -> BlendReturns:
        if self.track.blend is None:
            raise ValueError(self.track.reason)
        return self.track.blend

    @cached_property
    def rows(self) -> dict[date, int]:
        return {day: row for row, day in enumerate(self.track.series.dates)}

    @cached_property
    def earned(self) -> Floats:
        """Weighted returns in base by row and member, unhedged; NaN where one is not known."""
        blend = self.blend
        base = (1.0 + blend.local) * (1.0 + blend.fx) - 1.0
        found: Floats = np.where(blend.weights > 0, blend.weights * base, 0.0)
        return found

    def chain(self, dates: Sequence[date], values: Floats) -> Daily:
        """Its returns of some days, all known."""
        return Daily(
            name=f"return of {self.track.name}",
            dates=dates,
            values=values,
            day=lambda place: self.day(dates[place]),
            kind="chain",
            rule=RULE,
        )

    def day(self, day: date) -> Explanation:
        """The benchmark's return of a day, hedged where it is."""
        row = self.rows[day]
        value = self.track.series.returns[row]
        unhedged = self.unhedged(row)
        if not self.track.hedged or value is None:
            return unhedged
        return Explanation(
            label=f"{self.track.name} on {day}, hedged",
            value=value,
            unit="fraction",
            formula=Formula("sum", "unhedged + what the forwards earned"),
            parts=lambda: [unhedged, self._hedge(row, value)],
            rule=HEDGE_RULE,
        )

    def unhedged(self, row: int) -> Explanation:
        """The weighted returns of its members."""
        day, value = self.track.series.dates[row], self.blend.series.returns[row]
        unknown = value is None
        return Explanation(
            label=f"{self.track.name} on {day}",
            value=value,
            unit="fraction",
            state="withheld" if unknown else "exact",
            reason=f"{self.track.name} has no return on {day}." if unknown else "",
            formula=Formula("sum", "every member's weight × return"),
            parts=() if unknown else partial(self.contributions, row, self.columns(row)),
            rule=RULE,
        )

    def columns(self, row: int) -> list[int]:
        """The members that it holds on a day."""
        found: list[int] = np.flatnonzero(self.blend.weights[row] > 0).tolist()
        return found

    def contributions(self, row: int, columns: Sequence[int]) -> list[Explanation]:
        return [self.contribution(row, column) for column in columns]

    def contribution(self, row: int, column: int) -> Explanation:
        return self._product(
            f"{self._symbol(column)} in {self.track.name}",
            float(self.earned[row, column]),
            "weight × return",
            lambda: [self.weight(row, column), self.base_return(row, column)],
            RULE,
        )

    def _product(
        self,
        label: str,
        value: float,
        text: str,
        parts: Callable[[], list[Explanation]],
        rule: str,
    ) -> Explanation:
        return Explanation(
            label=label,
            value=value,
            unit="fraction",
            formula=Formula("product", text),
            parts=parts,
            rule=rule,
        )

    def _symbol(self, column: int) -> str:
        return self.track.securities[column].symbol

    def weight(self, row: int, column: int) -> Explanation:
        """A member's weight at the start of a day: its target, drifted since it was bought."""
        bought = int(self.blend.bought[row])
        own, whole = self._since(bought, row, column), self._blend_since(bought, row)
        if bought == row or own is None or whole is None:
            return self._target(row, column)
        return Explanation(
            label=f"weight of {self._symbol(column)} at the start of {self._date(row)}",
            value=float(self.blend.weights[row, column]),
            unit="fraction",
            formula=Formula(
                "statistic",
                "target × (1 + its return since) / (1 + the benchmark's)",
                compute=_drifted,
            ),
            parts=lambda: [self._target(bought, column), own, whole],
            rule=RULE,
        )

    def _date(self, row: int) -> date:
        return self.track.series.dates[row]

    def _target(self, row: int, column: int) -> Explanation:
        page = reverse("portfolios:benchmarks")
        return Explanation(
            label=f"weight of {self._symbol(column)} when it was bought, before {self._date(row)}",
            value=float(self.blend.weights[row, column]),
            unit="fraction",
            source=Source("benchmark", self.track.name, page),
        )

    def _since(self, bought: int, row: int, column: int) -> Explanation | None:
        """What a member earned since the blend was bought; None where a day of it is not known."""
        blend = self.blend
        local, fx = blend.local[bought:row, column], blend.fx[bought:row, column]
        values = (1.0 + local) * (1.0 + fx) - 1.0
        name = f"return of {self._symbol(column)}"
        return self._over(
            name, bought, row, values, lambda at: self.base_return(bought + at, column)
        )

    def _blend_since(self, bought: int, row: int) -> Explanation | None:
        returns = self.blend.series.returns[bought:row]
        values = np.array([np.nan if one is None else one for one in returns])
        name = f"return of {self.track.name}"
        return self._over(name, bought, row, values, lambda at: self.unhedged(bought + at))

    def _over(
        self, name: str, first: int, last: int, values: Floats, day: Callable[[int], Explanation]
    ) -> Explanation | None:
        if np.isnan(values).any() or not len(values):
            return None
        dates = self.track.series.dates[first:last]
        found = Daily(name=name, dates=dates, values=values, day=day, kind="chain", rule=RULE)
        return found.node(f"{name} from {dates[0]} to {dates[-1]}")

    def base_return(self, row: int, column: int) -> Explanation:
        """A member's return in the portfolio's currency."""
        blend, home = self.blend, self.track.securities[column].currency == self._base
        local, fx = float(blend.local[row, column]), float(blend.fx[row, column])
        if home:
            return self.local_return(row, column)
        return Explanation(
            label=f"return of {self._symbol(column)} on {self._date(row)}, in {self._base}",
            value=(1.0 + local) * (1.0 + fx) - 1.0,
            unit="fraction",
            formula=Formula("chain", "in its currency, compounded with that of the rate"),
            parts=lambda: [self.local_return(row, column), self.fx_return(row, column)],
            rule=RULE,
        )

    def local_return(self, row: int, column: int) -> Explanation:
        """In its own currency, with what it paid."""
        return Explanation(
            label=f"return of {self._symbol(column)} on {self._date(row)}",
            value=float(self.blend.local[row, column]),
            unit="fraction",
            formula=Formula("growth", "worth at the end / close before − 1"),
            parts=lambda: [self._end(row, column), self._close(self._at(row) - 1, column)],
            rule=RULE,
        )

    def fx_return(self, row: int, column: int) -> Explanation:
        """What its currency did."""
        code = self.track.securities[column].currency
        found = [
            rate_at(self._packs[self.track.close_days[at]], code, self._base)
            for at in (self._at(row), self._at(row) - 1)
        ]
        return Explanation(
            label=f"return of {code} on {self._date(row)}",
            value=float(self.blend.fx[row, column]),
            unit="fraction",
            formula=Formula("growth", "rate at the end / rate before − 1"),
            parts=[rate for rate in found if rate is not None],
            rule=RULE,
        )

    def _end(self, row: int, column: int) -> Explanation:
        """The close; where there was a split or a dividend, of all that one share has become."""
        at, symbol = self._at(row), self._symbol(column)
        closes, close = self.track.closes[column], self._close(self._at(row), column)
        paid, ratio = float(closes.income[at]), float(closes.ratios[at])
        if not paid and ratio == 1.0:
            return close
        page = reverse("portfolios:security", args=[self.track.securities[column].pk])
        source = Source("action", f"corporate actions of {symbol}", page)
        return Explanation(
            label=f"what one share of {symbol} has become",
            value=ratio * (float(closes.prices[at]) + paid),
            unit="price",
            currency=close.currency,
            formula=Formula(
                "statistic", "shares × (close + what a share was paid)", compute=_become
            ),
            parts=lambda: [
                Explanation(label="shares", value=ratio, unit="ratio", source=source),
                close,
                Explanation(
                    label=f"paid by {symbol}, net",
                    value=paid,
                    unit="price",
                    currency=close.currency,
                    source=source,
                ),
            ],
            rule=RULE,
        )

    def _at(self, row: int) -> int:
        """The close that ends a row's day; the series begins at the first purchase."""
        return self._closes[self._date(row)]

    @cached_property
    def _closes(self) -> dict[date, int]:
        return {day: at for at, day in enumerate(self.track.close_days)}

    def _close(self, at: int, column: int) -> Explanation:
        security, day = self.track.securities[column], self.track.close_days[at]
        seen = pack_prices(self._packs[day]).prices.get(security.pk)
        observed = day if seen is None else seen.asof_date
        return Explanation(
            label=f"close of {security.symbol}, {observed}",
            value=float(self.track.closes[column].prices[at]),
            unit="price",
            currency=security.currency,
            state="stale" if observed != day else "exact",
            reason=f"The price is of {observed}." if observed != day else "",
            source=price_source(self._packs[day], security.pk),
        )

    @cached_property
    def _packs(self) -> dict[date, str]:
        ctx = self.days.ctx
        policy = portfolio_of(ctx, self.days.portfolio_id).pricing_policy
        last = self.track.close_days[-1]
        return {day: pack for day, pack, _ in live_packs(policy, last, ctx.market_head or 0)}

    @property
    def _base(self) -> str:
        return self.days.ctx.base_currency or ""

    def _hedge(self, row: int, hedged: float) -> Explanation:
        """What selling its currencies forward earned on a day."""
        foreign = [
            column
            for column in self.columns(row)
            if self.track.securities[column].currency != self._base
        ]
        return Explanation(
            label=f"forwards on {self._date(row)}",
            value=hedged - (self.blend.series.returns[row] or 0.0),
            unit="fraction",
            formula=Formula("sum", "every member's weight × cover"),
            parts=lambda: [self._covered(row, column) for column in foreign],
            rule=HEDGE_RULE,
        )

    def _covered(self, row: int, column: int) -> Explanation:
        forwards = self.track.forwards
        forward = float("nan") if forwards is None else float(forwards[row, column])
        cover = forward - float(self.blend.fx[row, column])
        code = self.track.securities[column].currency
        rates = Explanation(
            label=f"forward of {code} over its spot, from both cash rates",
            value=forward,
            unit="fraction",
            source=series_source(
                f"cash rates of {code} and {self._base}", "benchmark-attribution.8"
            ),
        )
        return self._product(
            f"forward on {self._symbol(column)}",
            float(self.blend.weights[row, column]) * cover,
            "weight × what the forward earned",
            lambda: [
                self.weight(row, column),
                Explanation(
                    label=f"what a forward of {code} earned",
                    value=cover,
                    unit="fraction",
                    formula=Formula("difference", "forward − move of the rate"),
                    parts=lambda: [rates, self.fx_return(row, column)],
                    rule=HEDGE_RULE,
                ),
            ],
            HEDGE_RULE,
        )


def _drifted(values: Sequence[Number]) -> float:
    target, own, whole = (float(one) for one in values)
    return target * (1.0 + own) / (1.0 + whole)


def _become(values: Sequence[Number]) -> float:
    shares, close, paid = (float(one) for one in values)
    return shares * (close + paid)
