"""Lots that were sold, or partly: with how many shares a lot began, and what each disposal took,
brought and realised. The page of lots shows them, and no run does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import prod
from typing import Final

from patterns.explanation import FACT, Explanation, Formula
from portfolios.calc.entries import ZERO
from portfolios.calc.lots import Closure, Lot
from portfolios.calc.money import coin
from portfolios.capabilities.why.facts import entry_source, of_entry
from portfolios.capabilities.why.holdings import LOT_RULE, LotHistories, of_closure
from portfolios.capabilities.why.told import booked_amount, booked_rate
from portfolios.selectors.standing import Standing

RULE: Final = "booking.8"
ONE_RATE: Final = "one rate at both ends: all of the result is price"
CAUSE: Final = {
    "price": "result from the price",
    "currency": "result from the currency",
    "both": "result from price and currency together",
}
UNKNOWN: Final = "The cost of this lot or a rate of exchange is not known."


def began_with(now: Standing, lot: Lot) -> Explanation:
    """The shares of a lot when it was opened, in shares as they are now."""
    label = f"shares of lot {lot.label} when it was opened"
    changes = LotHistories(now, lot.security).changes.get((lot.label, lot.account), [])
    ratios = [
        Explanation(
            label=f"{one.entry.new_shares:f} for {one.entry.old_shares:f}",
            value=one.entry.new_shares / one.entry.old_shares,
            unit="ratio",
            source=entry_source(now.portfolio.pk, one.entry.seq),
        )
        for one in changes[1:]
        if one.entry.new_shares and one.entry.old_shares
    ]
    opened = abs(changes[0].quantity) if changes else ZERO
    if not ratios or opened * prod(Decimal(one.value or 0) for one in ratios) != (
        lot.quantity_original
    ):
        return Explanation(
            label=label,
            value=lot.quantity_original,
            unit="quantity",
            source=entry_source(now.portfolio.pk, lot.open_seq),
            rule=LOT_RULE,
        )
    return Explanation(
        label=label,
        value=lot.quantity_original,
        unit="quantity",
        formula=Formula("product", "as it was booked × what became of a share since"),
        parts=[of_entry(now.portfolio.pk, changes[0].entry, opened, "quantity"), *ratios],
        rule=LOT_RULE,
    )


@dataclass(frozen=True)
class OneDisposal:
    """What a disposal took from one lot, and the causes of its result. Of a short lot the proceeds
    came when it was opened and the cost when it was covered."""

    now: Standing
    closure: Closure

    def quantity(self) -> Explanation:
        return Explanation(
            label=f"taken from {self._lot} on {self.closure.close_date}",
            value=self.closure.quantity,
            unit="quantity",
            source=entry_source(self.now.portfolio.pk, self.closure.close_seq),
            rule=LOT_RULE,
        )

    def proceeds(self) -> Explanation:
        return self._local("proceeds", self.closure.proceeds_local, opening=self.closure.is_short)

    def cost(self) -> Explanation:
        return self._local("cost", self.closure.cost_local, opening=not self.closure.is_short)

    def result(self) -> Explanation:
        return of_closure(self.now, self.closure)

    def price(self) -> Explanation:
        """(P − C) at the rate of the opening."""
        rates = self._rates()
        if rates is None:
            return self._part("price", Formula("same", ONE_RATE), lambda: [self.result()])
        opened, _ = rates
        return self._product("price", "gain × the rate of the opening", [self._gain(), opened])

    def currency(self) -> Explanation:
        """What was opened × how the rate moved; what a short is owed for moves against it."""
        if not self.closure.is_short:
            return self._moved("currency", "cost × how the rate moved", self.cost())
        owed = self._amount(
            "proceeds, which are owed",
            -self.closure.proceeds_local,
            self.closure.currency,
            Formula("negative", "− proceeds"),
            lambda: [self.proceeds()],
        )
        return self._moved("currency", "− proceeds × how the rate moved", owed)

    def both(self) -> Explanation:
        """(P − C) × how the rate moved."""
        return self._moved("both", "gain × how the rate moved", self._gain())

    def fx_rate(self) -> Explanation:
        """The rate at which the lot was opened."""
        return self._rate(opening=True) or Explanation(
            label=f"the rate of {self._lot}",
            value=None,
            unit="rate",
            state="withheld",
            reason="The rate of its purchase is not known.",
        )

    @property
    def _lot(self) -> str:
        return f"lot {self.closure.open_seq}.{self.closure.number}"

    @property
    def _home(self) -> str:
        return self.now.valuation.base_currency

    def _local(self, name: str, amount: Decimal | None, *, opening: bool) -> Explanation:
        found = self.closure
        return Explanation(
            label=f"{name} of {found.quantity.normalize():f} of {self._lot}",
            value=amount,
            unit="money",
            currency=found.currency,
            state="withheld" if amount is None else "exact",
            reason="The cost basis is not known." if amount is None else "",
            source=entry_source(
                self.now.portfolio.pk, found.open_seq if opening else found.close_seq
            ),
            rule=RULE,
        )

    def _gain(self) -> Explanation:
        return self._amount(
            f"gain in {self.closure.currency}",
            self.closure.gain_local,
            self.closure.currency,
            Formula("difference", "proceeds − cost"),
            lambda: [self.proceeds(), self.cost()],
        )

    def _moved(self, name: str, text: str, amount: Explanation) -> Explanation:
        rates = self._rates()
        if rates is None:
            return self._part(name, Formula("sum", ONE_RATE), list)
        opened, closed = rates
        moved = Explanation(
            label="how the rate moved",
            value=Decimal(closed.value or 0) - Decimal(opened.value or 0),
            unit="rate",
            formula=Formula("difference", "rate of the disposal − rate of the opening"),
            parts=[closed, opened],
        )
        return self._product(name, text, [amount, moved])

    def _product(self, name: str, text: str, parts: list[Explanation]) -> Explanation:
        """A cause, rounded. The parts of a result sum to it: the largest takes a stray cent."""
        stored = self._causes[name]
        exact = prod((Decimal(part.value or 0) for part in parts), start=Decimal(1))
        if stored is not None and exact.quantize(coin(self._home), ROUND_HALF_UP) != stored:
            others = [each for each in ("price", "currency", "both") if each != name]
            left = Formula("difference", "the result − its other parts, with the stray cent")
            return self._part(
                name, left, lambda: [self.result(), *(CAUSES[one](self) for one in others)]
            )
        unrounded = self._amount(
            f"{name}, unrounded", exact, self._home, Formula("product", text), lambda: parts
        )
        return self._part(name, Formula("rounded", f"{text}, rounded once"), lambda: [unrounded])

    def _part(
        self, name: str, formula: Formula, parts: Callable[[], list[Explanation]]
    ) -> Explanation:
        label = f"{CAUSE[name]}, of {self._lot} on {self.closure.close_date}"
        return self._amount(label, self._causes[name], self._home, formula, parts)

    @property
    def _causes(self) -> Mapping[str, Decimal | None]:
        found = self.closure
        return {"price": found.price_pnl, "currency": found.fx_pnl, "both": found.cross_pnl}

    def _amount(
        self,
        label: str,
        value: Decimal | None,
        currency: str,
        formula: Formula,
        parts: Callable[[], list[Explanation]],
    ) -> Explanation:
        return Explanation(
            label=label,
            value=value,
            unit="money",
            currency=currency,
            state="withheld" if value is None else "exact",
            reason=UNKNOWN if value is None else "",
            formula=FACT if value is None else formula,
            parts=() if value is None else parts,
            rule=RULE,
        )

    def _rates(self) -> tuple[Explanation, Explanation] | None:
        """Of opening and disposal; None where there is one rate, or none."""
        opened, closed = self._rate(opening=True), self._rate(opening=False)
        if opened is None or closed is None or opened.value == closed.value:
            return None
        return opened, closed

    def _rate(self, *, opening: bool) -> Explanation | None:
        """As it was booked, or as the settled amount implies it."""
        found = self.closure
        proceeds = opening == found.is_short
        local = found.proceeds_local if proceeds else found.cost_local
        settled = found.proceeds_settled if proceeds else found.cost_settled
        rate, on = found.fx_close, found.close_date
        source = entry_source(self.now.portfolio.pk, found.close_seq)
        if opening:
            rate, on = found.fx_open, found.open_date
            source = entry_source(self.now.portfolio.pk, found.open_seq)
        label = f"{self._home} for 1 {found.currency} on {on}"
        if settled is not None and local:
            paid = booked_amount(self.now, "as it was settled", settled, on, source)
            return Explanation(
                label=label,
                value=settled / local,
                unit="rate",
                formula=Formula("quotient", "as it was settled / the amount"),
                parts=[paid, self.proceeds() if proceeds else self.cost()],
                rule=RULE,
            )
        if rate is None:
            return None
        return booked_rate(self.now, label, found.currency, rate, on, source)


CAUSES: Final[Mapping[str, Callable[[OneDisposal], Explanation]]] = {
    "price": OneDisposal.price,
    "currency": OneDisposal.currency,
    "both": OneDisposal.both,
}
FIGURES: Final[Mapping[str, Callable[[OneDisposal], Explanation]]] = {
    "taken": OneDisposal.quantity,
    "proceeds_local": OneDisposal.proceeds,
    "cost_local": OneDisposal.cost,
    "realized_pnl": OneDisposal.result,
    "price_pnl": OneDisposal.price,
    "fx_pnl": OneDisposal.currency,
    "cross_pnl": OneDisposal.both,
    "fx_open": OneDisposal.fx_rate,
}
