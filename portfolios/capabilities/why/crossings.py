"""What the ledger entries between two closes moved into, out of and within currencies.

Each posting alone goes through what values all of a day's together (`calc.replay`,
`calc.history`), so that an amount is the very one that the day was cut with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patterns.explanation import Explanation, Formula
from portfolios.calc.day_lines import Line
from portfolios.calc.entries import Entry, SecurityKey
from portfolios.calc.history import Flow, flows_of
from portfolios.calc.lots import Posting
from portfolios.calc.money import decimal_from_float
from portfolios.calc.replay import replay
from portfolios.capabilities.why.facts import entry_source, of_entry, price_source, rate_at
from portfolios.capabilities.why.told import booked_amount
from portfolios.selectors.standing import Standing

RULE = "currency-attribution.2"


@dataclass(frozen=True)
class Crossed:
    """A posting and a flow that it made. generated: because it paid for a security, or was paid
    by one, in another currency than that of the price; it then makes two."""

    posting: Posting
    flow: Flow
    generated: bool


@dataclass(frozen=True)
class Moves:
    """The postings after one close up to another. `now` is None where nothing is booked yet."""

    now: Standing | None
    postings: tuple[Posting, ...]
    crossed: tuple[Crossed, ...]

    @classmethod
    def of(
        cls, now: Standing | None, listed: Mapping[SecurityKey, str], after: date, upto: date
    ) -> Moves:
        if now is None:
            return cls(None, (), ())
        journal = now.booked.book.journal
        postings = tuple(one for one in journal if after < one.on <= upto)
        found = []
        for posting in postings:
            (state,) = replay([posting], [posting.on])
            flows, _ = flows_of(state, now.marks, listed)
            crossings = len(state.crossings)
            found += [Crossed(posting, flow, at >= crossings) for at, flow in enumerate(flows)]
        return cls(now, postings, tuple(found))

    @property
    def traded(self) -> list[Posting]:
        """The postings by which a security brought or cost money."""
        return [
            one for one in self.postings if one.security is not None and one.cash + one.receivable
        ]

    def of_line(self, line: Line) -> list[Crossed]:
        return [one for one in self.crossed if (one.flow.currency, one.flow.security) == line]

    def given(self, posting: Posting, sign: int) -> Explanation:
        """What a security brought by one posting; with sign −1 what money lost to it."""
        amount = sign * (posting.cash + posting.receivable)
        return self._entry(posting, amount, "money", posting.currency)

    def local(self, one: Crossed) -> Explanation:
        """What a flow brought into its currency."""
        flow, brought = one.flow, self._brought(one)
        if brought.currency == flow.currency:
            return brought
        if flow.currency == self._now.valuation.base_currency:
            return self.base(one)
        return Explanation(
            label=f"{self._name(one.posting)}, in {flow.currency}",
            value=flow.local,
            unit="money",
            currency=flow.currency,
            formula=Formula("quotient", "worth / the day's rate"),
            parts=lambda: [self.base(one), self._rate(flow.currency)],
            rule="currency-attribution.6",
        )

    def base(self, one: Crossed) -> Explanation:
        """What a flow is worth in the portfolio's currency."""
        posting, flow = one.posting, one.flow
        base = self._now.valuation.base_currency
        if not one.generated and posting.crossing_base is not None:
            if posting.currency == base:
                return self._entry(posting, flow.base, "money", base)
            source = entry_source(self._now.portfolio.pk, posting.seq)
            return booked_amount(self._now, self._name(posting), flow.base, posting.on, source)
        brought = self._brought(one)
        if brought.currency == base:
            return brought
        return Explanation(
            label=f"{self._name(posting)}, in {base}",
            value=flow.base,
            unit="money",
            currency=base,
            formula=Formula("product", "amount × the day's rate"),
            parts=lambda: [brought, self._rate(brought.currency)],
            rule=RULE,
        )

    def _brought(self, one: Crossed) -> Explanation:
        """The amount that a flow comes from, in the currency that it was in."""
        posting = one.posting
        if one.generated:
            amount = posting.cash + posting.receivable
            signed = amount if one.flow.currency == posting.currency else -amount
            return self._entry(posting, signed, "money", posting.currency)
        if posting.crossing is None:
            return self._delivered(posting)
        return self._entry(posting, posting.crossing, "money", posting.currency)

    def _delivered(self, posting: Posting) -> Explanation:
        """Shares whose entry states no worth: their number at the close of the day."""
        mark = self._now.marks.prices[posting.security]
        return Explanation(
            label=self._name(posting),
            value=posting.quantity * mark.close,
            unit="money",
            currency=mark.currency,
            formula=Formula("product", "quantity × the day's close"),
            parts=lambda: [
                self._entry(posting, posting.quantity, "quantity", ""),
                Explanation(
                    label=f"close of {mark.asof_date}",
                    value=mark.close,
                    unit="price",
                    currency=mark.currency,
                    source=price_source(self._now.pack_id, posting.security),
                ),
            ],
            rule=RULE,
        )

    @property
    def _now(self) -> Standing:
        if self.now is None:
            raise ValueError("nothing is booked before the first close")
        return self.now

    def _rate(self, currency: str) -> Explanation:
        found = rate_at(self._now.pack_id, currency, self._now.valuation.base_currency)
        if found is None:
            raise ValueError(f"{self._now.pack_id} has no rate for {currency}")
        return found

    def recorded(self, posting: Posting, amount: float, currency: str) -> Explanation:
        """An amount of a posting that was a float on its way."""
        return self.stated(posting, decimal_from_float(amount), currency)

    def stated(self, posting: Posting, amount: Decimal, currency: str) -> Explanation:
        """An amount of a posting, as its entry states it."""
        return self._entry(posting, amount, "money", currency)

    def entry(self, posting: Posting) -> Entry:
        accepted = self._now.booked.book.accepted
        return next(entry for entry in accepted if entry.seq == posting.seq)

    def _name(self, posting: Posting) -> str:
        entry = self.entry(posting)
        return f"{entry.entry_type.value.replace('_', ' ').lower()} of {entry.transaction_date}"

    def _entry(self, posting: Posting, value: Decimal, unit: str, currency: str) -> Explanation:
        return of_entry(self._now.portfolio.pk, self.entry(posting), value, unit, currency)
