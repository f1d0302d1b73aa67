"""What money earned by itself, what exchange rates did to it, and what it was charged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from patterns.explanation import Explanation, Formula
from portfolios.calc.contribution import Charge, Kind, charged_by_day, charges_of
from portfolios.calc.returns import Floats
from portfolios.capabilities.why.cut import Cut

RULE, CHARGE_RULE = "contribution.2", "contribution.3"


@dataclass(frozen=True)
class Charging:
    """The money lines of a cut period."""

    cut: Cut

    def interest(self, place: int, line: int, profit: Floats) -> Explanation:
        """What a currency's balance earned by itself: its gain, charges apart."""
        code, _ = self.cut.lines.lines[line]
        charges = [kind for kind in (Kind.FEES, Kind.TAXES) if self._base(place, (kind, code))]
        return self.cut.in_base(
            f"interest on {self.cut.name(line)} on {self.cut.date_of(place)}",
            profit[place],
            Formula("difference", "gain at the day's rate" + " − charges" * bool(charges)),
            lambda: [
                self._gain(place, line),
                *(self._in_base(place, kind, code) for kind in charges),
            ],
            RULE,
        )

    def _gain(self, place: int, line: int) -> Explanation:
        gain = self.cut.gain(place, line)
        if self.cut.is_home(line):
            return gain
        return self.cut.in_base(
            f"{gain.label}, in {self.cut.lines.base_currency}",
            self.cut.lines.gain[place, line] * self.cut.lines.rate_after[place, line],
            Formula("product", "gain × rate"),
            lambda: [gain, self.cut.rate(place, line, before=False)],
            RULE,
        )

    def cash_fx(self, place: int, profit: Floats) -> Explanation:
        """What exchange rates did to all balances."""
        lines = self.cut.lines
        money = self.cut.lines_in(lambda _, key: key is None)
        return self.cut.in_base(
            f"exchange rates on balances on {self.cut.date_of(place)}",
            profit[place],
            Formula("sum", "each currency's balance"),
            lambda: [self.cut.fx(place, line) for line in money if lines.fx[place, line]],
            RULE,
        )

    def charged(self, place: int, kind: Kind, profit: Floats) -> Explanation:
        """Fees or taxes of no security, negative for a cost."""
        codes = sorted({code for of, code in self.cut.span.charges if of is kind})
        return self.cut.in_base(
            f"{kind.value} on {self.cut.date_of(place)}",
            profit[place],
            Formula("sum", "what was charged in each currency"),
            lambda: [
                self._in_base(place, kind, code)
                for code in codes
                if self._base(place, (kind, code))
            ],
            CHARGE_RULE,
        )

    def _base(self, place: int, charge: Charge) -> float:
        found = charged_by_day(self.cut.lines, self.cut.span.charges).get(charge)
        return 0.0 if found is None else float(found[place])

    def _in_base(self, place: int, kind: Kind, code: str) -> Explanation:
        value = self._base(place, (kind, code))
        line = self.cut.lines.lines.index((code, None))
        local = Explanation(
            label=f"{kind.value} in {code}",
            value=value / float(self.cut.lines.rate_after[place, line]),
            unit="money",
            currency=code,
            formula=Formula("sum", "each ledger entry since the close before"),
            parts=lambda: [*self._entries(place, kind, code)],
            rule=CHARGE_RULE,
        )
        if self.cut.is_home(line):
            return local
        return self.cut.in_base(
            f"{local.label}, in {self.cut.lines.base_currency}",
            value,
            Formula("product", "amount × rate"),
            lambda: [local, self.cut.rate(place, line, before=False)],
            CHARGE_RULE,
        )

    def _entries(self, place: int, kind: Kind, code: str) -> Iterable[Explanation]:
        """The postings that `charges_of` counts, each by itself."""
        moves = self.cut.moves(place)
        for posting in moves.postings:
            if posting.on <= self.cut.date_of(place - 1):
                continue
            found = charges_of([posting], [moves.entry(posting)]).get((kind, code), {})
            for amount in found.values():
                yield moves.recorded(posting, amount, code)
