"""One day of a gain: by currency what prices did, what came in as income, what was charged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from patterns.explanation import SUM, Explanation, Formula
from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.gain_parts import GainDay, buckets, charged_by_day, local_amounts
from portfolios.calc.history import DayValue
from portfolios.calc.lots import Posting
from portfolios.capabilities.why.crossings import Moves
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.facts import rate_at
from portfolios.capabilities.why.worth import balance, price, quantity
from portfolios.selectors.standing import Standing

RULE = "returns.9"
WHAT = {
    "price": "what prices did",
    "income": "gross income",
    "fees": "fees",
    "taxes": "taxes",
    "fx": "exchange rates",
}


@dataclass(frozen=True)
class OfDay:
    """What can be asked of a day of the gain."""

    days: Days
    day: GainDay

    def part(self, name: str) -> Explanation:
        made = {"price": self.price, "fx": self.fx}.get(name)
        return made() if made else self.charged(name)

    def price(self) -> Explanation:
        """Amounts of each currency at the rates of the close before."""
        amounts = {code: amount for code, amount in local_amounts(self.day).items() if amount}
        return self._base(
            "price",
            self.day.price,
            Formula("sum", "each currency's, at the rate of the close before"),
            lambda: [
                self._converted(self.moved(code, amount), amount, before=True)
                for code, amount in sorted(amounts.items())
            ],
        )

    def charged(self, name: str) -> Explanation:
        """Income, fees or taxes of each currency at the day's rate."""
        amounts: Mapping[str, Decimal] = getattr(self.day.charged, name, {})
        return self._base(
            name,
            getattr(self.day, name),
            Formula("sum", "each currency's, at the day's rate"),
            lambda: [
                self._converted(self._entries(name, code, amount), amount, before=False)
                for code, amount in sorted(amounts.items())
                if amount
            ],
        )

    def fx(self) -> Explanation:
        """What is left of the day's gain."""
        day = self.day
        charged = [name for name in ("fees", "taxes") if getattr(day, name)]
        text = "gain" + " and what was charged" * bool(charged) + " − what prices did"
        return self._base(
            "fx",
            day.fx,
            Formula("difference", text + " − income" * bool(day.income)),
            lambda: [
                self._with_charges(charged) if charged else self.gain(),
                self.price(),
                *([self.charged("income")] if day.income else []),
            ],
        )

    def _with_charges(self, names: list[str]) -> Explanation:
        return self._amount(
            "gain and what was charged",
            self.day.gain + self.day.fees + self.day.taxes,
            self._home,
            SUM,
            lambda: [self.gain(), *map(self.charged, names)],
        )

    def gain(self) -> Explanation:
        """V1 + O − V0 − I, unrounded."""
        day = self.day
        out, into = day.after.outflow or ZERO, day.after.inflow or ZERO
        text = "value" + " + taken out" * bool(out) + " − value before" + " − paid in" * bool(into)
        return self._amount(
            f"gain of {day.after.asof_date}",
            day.gain,
            self._home,
            Formula("difference", text),
            lambda: [
                self._value(day.after, out),
                self._value(day.before, ZERO),
                *([self._flows(1)] if into else []),
            ],
        )

    def _value(self, of: DayValue, out: Decimal) -> Explanation:
        """The unrounded value of a close, by currency; with what was taken out on it."""
        value = of.total_value or ZERO
        is_after = of is self.day.after
        bases = {code: amount for code, amount in buckets(of).items() if amount}
        node = self._amount(
            f"value on {of.asof_date}",
            value,
            self._home,
            Formula("sum", "all that was held, by currency"),
            lambda: [
                self._converted(self.held(of, code), amount, before=not is_after)
                for code, amount in sorted(bases.items())
            ],
        )
        if not out:
            return node
        label = "value and what was taken out"
        return self._amount(label, value + out, self._home, SUM, lambda: [node, self._flows(-1)])

    def _flows(self, sign: int) -> Explanation:
        found = [
            one for one in self.moves.crossed if one.flow.external and one.flow.base * sign > 0
        ]
        total = sum((abs(one.flow.base) for one in found), ZERO)
        node = self._amount(
            "paid in" if sign > 0 else "taken out, as a negative flow",
            total * sign,
            self._home,
            Formula("sum", "each ledger entry since the close before"),
            lambda: [self.moves.base(one) for one in found],
        )
        if sign > 0:
            return node
        formula = Formula("negative", "− the flow")
        return self._amount("taken out", total, self._home, formula, lambda: [node])

    def moved(self, code: str, amount: Decimal) -> Explanation:
        """What prices did to everything in a currency, in that currency."""
        after = buckets(self.day.after)[code]
        flows = [one for one in self.moves.crossed if one.flow.currency == code]
        entered = sum((one.flow.local for one in flows), ZERO)
        charged = self.day.charged
        income = charged.income.get(code, ZERO) if charged else ZERO
        costs = {
            name: getattr(charged, name).get(code, ZERO) if charged else ZERO
            for name in ("fees", "taxes")
        }
        paid = sum(costs.values(), ZERO)
        text = "worth at the end" + " and what was charged" * bool(paid) + " − at the start"
        text += " − what entered" * bool(entered) + " − income" * bool(income)

        def parts() -> list[Explanation]:
            end = self.held(self.day.after, code)
            if paid:
                named = [self._entries(name, code, cost) for name, cost in costs.items() if cost]
                label = "worth at the end, and what was charged"
                end = self._amount(label, after + paid, code, SUM, [end, *named])
            found = [end, self.held(self.day.before, code)]
            if entered:
                each = [self.moves.local(one) for one in flows]
                formula = Formula("sum", "each ledger entry since the close before")
                found.append(self._amount(f"entered {code}", entered, code, formula, each))
            if income:
                found.append(self._entries("income", code, income))
            return found

        label = f"what prices did in {code} on {self.day.after.asof_date}"
        return self._amount(label, amount, code, Formula("difference", text), parts)

    def held(self, of: DayValue, code: str) -> Explanation:
        """What everything in a currency was worth at a close, in that currency."""
        now = self.standing(of)
        return self._amount(
            f"all in {code} on {of.asof_date}",
            buckets(of)[code],
            code,
            Formula("sum", "positions, cash and receivables" if now else "nothing was held yet"),
            lambda: [] if now is None else _parts_in(now, code),
        )

    def _entries(self, name: str, code: str, amount: Decimal) -> Explanation:
        """What each entry brought or cost, as the day counts it."""

        def parts() -> list[Explanation]:
            closes = [self.day.before.asof_date, self.day.after.asof_date]
            found = []
            for seq in dict.fromkeys(posting.seq for posting in self.moves.postings):
                own = [posting for posting in self.moves.postings if posting.seq == seq]
                entry = self.moves.entry(own[0])
                known = self._all_of(seq)
                charged = charged_by_day([entry], known, closes).get(closes[1])
                value = getattr(charged, name).get(code, ZERO) if charged else ZERO
                if value:
                    found.append(self.moves.stated(own[0], value, code))
            return found

        label = f"{WHAT[name]} in {code}"
        formula = Formula("sum", "each ledger entry since the close before")
        return self._amount(label, amount, code, formula, parts)

    def _all_of(self, seq: int) -> list[Posting]:
        now = self.standing(self.day.after)
        return [] if now is None else [one for one in now.booked.book.journal if one.seq == seq]

    @cached_property
    def moves(self) -> Moves:
        before, after = self.day.before, self.day.after
        return Moves.of(self.standing(after), self._listed, before.asof_date, after.asof_date)

    @property
    def _listed(self) -> dict[SecurityKey, str]:
        """The currency of each security's price, at either close."""
        return {
            key: holding.currency
            for of in (self.day.before, self.day.after)
            for key, holding in of.holdings.items()
        }

    def standing(self, of: DayValue) -> Standing | None:
        at = self.days.places.get(of.asof_date)
        return None if at is None else self.days.standing_at(self.days.path.rows[at])

    def _converted(self, local: Explanation, amount: Decimal, *, before: bool) -> Explanation:
        """An amount in base, at the rate of the close before or of the day's."""
        if local.currency == self._home:
            return local
        first, then = self.day.before, self.day.after
        closes = (first, then) if before else (then, first)
        rate = next(rate for of in closes if (rate := of.marks.rate_of(local.currency)) is not None)

        def parts() -> list[Explanation]:
            for of in closes:
                at = self.days.places.get(of.asof_date)
                row = None if at is None else self.days.path.rows[at]
                found = row and rate_at(row.pack_id, local.currency, self._home)
                if found:
                    return [local, found]
            return [local]

        return self._amount(
            f"{local.label}, in {self._home}",
            amount * rate.rate,
            self._home,
            Formula("product", "amount × rate"),
            parts,
        )

    @property
    def _home(self) -> str:
        return self.day.after.marks.base_currency

    def _base(
        self, name: str, value: Decimal, formula: Formula, parts: Callable[[], list[Explanation]]
    ) -> Explanation:
        label = f"{WHAT[name]} on {self.day.after.asof_date}"
        return self._amount(label, value, self._home, formula, parts)

    def _amount(
        self,
        label: str,
        value: Decimal,
        currency: str,
        formula: Formula,
        parts: Callable[[], list[Explanation]] | list[Explanation],
    ) -> Explanation:
        return Explanation(
            label=label,
            value=value,
            unit="money",
            currency=currency,
            formula=formula,
            parts=parts,
            rule=RULE,
        )


def _parts_in(now: Standing, code: str) -> list[Explanation]:
    """Positions, cash and receivables in a currency, in that currency."""
    found = [
        Explanation(
            label=f"{now.symbol(part.security)} in {code}",
            value=part.quantity * (part.price or ZERO),
            unit="money",
            currency=code,
            formula=Formula("product", "quantity × price"),
            parts=[quantity(now, part), price(now, part)],
            rule="valuation.1",
        )
        for part in now.valuation.positions
        if part.currency == code
    ]
    owned = [part for part in now.valuation.cash if part.currency == code]
    owed = [part for part in now.valuation.receivables if part.currency == code]
    found += [balance(now, part, owed=False) for part in owned]
    return found + [balance(now, part, owed=True) for part in owed]
