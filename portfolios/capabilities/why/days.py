"""Why a day's value and return are what they are: the leaves of every chain of returns.

The value of a past day is explained at its own pack, as today's is: positions, lots, prices and
rates. Its flows are the ledger entries that crossed the portfolio's border since the close before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from market.selectors import pack_prices
from patterns.context import Context
from patterns.explanation import Explanation, Formula, Source
from patterns.memo import once_a_context
from portfolios.calc.entries import ZERO
from portfolios.calc.lots import Posting
from portfolios.calc.marks import Mark
from portfolios.calc.replay import EXTERNAL
from portfolios.capabilities.why.facts import entry_source, price_source, rate_of
from portfolios.capabilities.why.told import booked_amount
from portfolios.capabilities.why.worth import total
from portfolios.selectors.performance import Track, track
from portfolios.selectors.standing import Standing, standing
from portfolios.selectors.stored_days import HistoryDay

VALUE_RULE, RETURN_RULE, FLOW_RULE = "valuation.7", "returns.1", "booking.16"


@dataclass(frozen=True)
class Days:
    """The daily values of a context, and what can be asked of each day."""

    ctx: Context
    portfolio_id: UUID

    @cached_property
    def path(self) -> Track:
        return track(self.ctx, self.portfolio_id)

    @cached_property
    def places(self) -> dict[date, int]:
        """Where each day stands in the history."""
        return {row.asof_date: place for place, row in enumerate(self.path.rows)}

    def value(self, day: date) -> Explanation:
        """The total value of a close; zero before the first."""
        if day not in self.places:
            return _nothing(day, self.path)
        row = self.path.rows[self.places[day]]
        return Explanation(
            label=f"value on {day}",
            value=row.total_value,
            unit="money",
            currency=row.currency,
            state=row.state,  # type: ignore[arg-type]  # a text of the same five words
            reason=_reason(row),
            formula=Formula("rounded", "positions and cash at the day's own pack, rounded once"),
            parts=lambda: self._parts_of(row),
            rule=VALUE_RULE,
        )

    def daily_return(self, day: date) -> Explanation:
        """The return of a day: what was gained over what was there to gain it."""
        row, before = self._around(day)
        earned = row.time_weighted_return
        return Explanation(
            label=f"return of {day}",
            value=earned,
            unit="fraction",
            state="withheld" if earned is None else "exact",
            reason="" if earned is not None else "There is no return on this day.",
            formula=Formula("quotient", "gain / capital at work"),
            parts=lambda: [self.gain(day), self._capital(row, before)],
            rule=RETURN_RULE,
        )

    def gain(self, day: date) -> Explanation:
        """V1 + outflows − V0 − inflows."""
        row, before = self._around(day)
        known = (row.total_value, row.outflow, self._worth(before), row.inflow)
        if any(amount is None for amount in known):
            return Explanation(
                label=f"gain of {day}",
                value=None,
                unit="money",
                currency=row.currency,
                state="withheld",
                reason="A value or a flow of the day is not known.",
            )
        end, out, start, into = (amount or ZERO for amount in known)
        return Explanation(
            label=f"gain of {day}",
            value=end + out - start - into,
            unit="money",
            currency=row.currency,
            formula=Formula("difference", "value and what was taken out − value before − paid in"),
            parts=lambda: [
                Explanation(
                    label="value and what was taken out",
                    value=end + out,
                    unit="money",
                    currency=row.currency,
                    formula=Formula("sum", "value + outflows"),
                    parts=[self.value(day), self.flow(day, -1)],
                ),
                self.value(before),
                self.flow(day, 1),
            ],
            rule=RETURN_RULE,
        )

    def flow(self, day: date, sign: int) -> Explanation:
        """What came in (sign 1) or went out (sign −1) since the close before, ≥ 0."""
        row, before = self._around(day)
        amount = row.inflow if sign > 0 else row.outflow
        name = "paid in" if sign > 0 else "taken out"
        if amount is None:
            return Explanation(
                label=f"{name} until {day}",
                value=None,
                unit="money",
                currency=row.currency,
                state="withheld",
                reason="A flow of the day could not be valued.",
            )
        return Explanation(
            label=f"{name} until {day}",
            value=amount,
            unit="money",
            currency=row.currency,
            formula=Formula("sum", "the ledger entries that crossed the portfolio's border"),
            parts=lambda: self._flows(row, before, sign),
            rule=FLOW_RULE,
        )

    def close_before(self, day: date) -> date:
        """The last valued day up to a day; the day itself where nothing is valued by then."""
        return max((one for one in self.places if one <= day), default=day)

    def standing_at(self, row: HistoryDay) -> Standing:
        """The portfolio as it stood at the close of a past day."""
        return _stood(self.ctx, self.portfolio_id, row.asof_date, row.pack_id)

    def _parts_of(self, row: HistoryDay) -> list[Explanation]:
        now = self.standing_at(row)
        return [total(now, now.parts, "sum of positions and cash")]

    def _around(self, day: date) -> tuple[HistoryDay, date]:
        """A day's row and the close before it."""
        place = self.places[day]
        before = self.path.rows[place - 1].asof_date if place else self.path.series.base_date
        return self.path.rows[place], before

    def _worth(self, day: date) -> Decimal | None:
        return self.path.rows[self.places[day]].total_value if day in self.places else ZERO

    def _capital(self, row: HistoryDay, before: date) -> Explanation:
        worth = self._worth(before)
        return Explanation(
            label="capital at work",
            value=None if worth is None or row.inflow is None else worth + row.inflow,
            unit="money",
            currency=row.currency,
            state="exact",
            reason="" if worth is not None else "The value before is not known.",
            formula=Formula("sum", "value before + inflows"),
            parts=[self.value(before), self.flow(row.asof_date, 1)],
            rule=RETURN_RULE,
        )

    def _flows(self, row: HistoryDay, before: date, sign: int) -> list[Explanation]:
        now = self.standing_at(row)
        found = []
        for posting in now.booked.book.journal:
            if not before < posting.on <= row.asof_date or posting.movement not in EXTERNAL:
                continue
            node = _crossing(now, row, posting, sign)
            if node is not None and node.value is not None and node.value > 0:
                found.append(node)
        return found


@once_a_context
def _stood(ctx: Context, portfolio_id: UUID, day: date, pack_id: str) -> Standing:
    """A day is opened from many sides: as a value, as the one before, for each of its flows."""
    return standing(replace(ctx, asof_date=day, pricing_pack_id=pack_id), portfolio_id)


def _crossing(now: Standing, row: HistoryDay, posting: Posting, sign: int) -> Explanation | None:
    """One entry's worth in base: as it recorded it, else at the day's close and rate; None where
    the day does not know one of them, and the flow is withheld."""
    label = f"entry {posting.seq} of {posting.on}"
    source = entry_source(now.portfolio.pk, posting.seq)
    if posting.crossing_base is not None:
        amount = sign * posting.crossing_base
        if posting.currency == row.currency:
            return _money(label, amount, row.currency, source)
        return booked_amount(now, label, amount, posting.on, source)
    if posting.crossing is not None:
        local, currency = sign * posting.crossing, posting.currency
        parts = [_money(label, local, currency, source)]
    elif (mark := now.marks.prices.get(posting.security)) is not None:
        local, currency = sign * posting.quantity * mark.close, mark.currency
        price = price_source(row.pack_id, posting.security)
        parts = _delivered(label, sign * posting.quantity, mark, source, price)
    else:
        return None
    rate = now.marks.rate_of(currency)
    if rate is None:
        return None
    if currency != row.currency:
        rates = pack_prices(row.pack_id).rates
        parts.append(rate_of(rates, row.pack_id, currency, row.currency, rate.rate))
    if len(parts) == 1:
        return parts[0]
    return Explanation(
        label=label,
        value=local * rate.rate,
        unit="money",
        currency=row.currency,
        formula=Formula("product", "what crossed, at the day's close and rate"),
        parts=parts,
        rule=FLOW_RULE,
    )


def _money(label: str, amount: Decimal, currency: str, source: Source) -> Explanation:
    return Explanation(label=label, value=amount, unit="money", currency=currency, source=source)


def _delivered(
    label: str, quantity: Decimal, mark: Mark, source: Source, price: Source
) -> list[Explanation]:
    """Shares whose entry states no worth: their number, and the close of the day."""
    return [
        Explanation(label=label, value=quantity, unit="quantity", source=source),
        Explanation(
            label=f"close of {mark.asof_date}",
            value=mark.close,
            unit="price",
            currency=mark.currency,
            source=price,
        ),
    ]


def _nothing(day: date, path: Track) -> Explanation:
    """Before the first valued day nothing was held: a sum without parts."""
    return Explanation(
        label=f"value on {day}, before the first valued day",
        value=ZERO,
        unit="money",
        currency=path.rows[0].currency if path.rows else "",
        formula=Formula("sum", "nothing was held yet"),
        rule=VALUE_RULE,
    )


def _reason(row: HistoryDay) -> str:
    if row.state in ("partial", "withheld"):
        return "Not everything held was priced on that day."
    return "A price or a rate was carried forward." if row.state == "stale" else ""
