"""What each line of a period was worth and earned on a day, in the portfolio's own currency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from patterns.explanation import SUM, Explanation, Formula, Number
from portfolios.capabilities.why.lines import DAY_RULE, EFFECT_RULE, Lines

CAPITAL_RULE, OWN_RULE = "returns.1", "contribution.5"
ONE = "its currency is the portfolio's: no exchange rate moves it"
Parts = Sequence[Explanation] | Callable[[], Sequence[Explanation]]


@dataclass(frozen=True)
class Cut(Lines):
    """Profits and effects of lines, and the capital that they are measured against."""

    def in_base(
        self,
        label: str,
        value: float,
        formula: Formula,
        parts: Parts,
        rule: str = DAY_RULE,
    ) -> Explanation:
        """An amount in the portfolio's currency."""
        return Explanation(
            label=label,
            value=float(value),
            unit="money",
            currency=self.lines.base_currency,
            formula=formula,
            parts=parts,
            rule=rule,
        )

    def local(self, place: int, line: int) -> Explanation:
        """A day's local effect in base: the gain at the rate of the start."""
        if self.is_home(line):
            return self.gain(place, line)
        return self.in_base(
            f"local effect of {self.name(line)} on {self.date_of(place)}",
            self.lines.local[place, line],
            Formula("product", "gain × rate at the start"),
            lambda: [self.gain(place, line), self.rate(place, line, before=True)],
            EFFECT_RULE,
        )

    def interaction(self, place: int, line: int) -> Explanation:
        """Both at once: the gain at the change of the rate."""
        label = f"interaction of {self.name(line)} on {self.date_of(place)}"
        value = self.lines.interaction[place, line]
        if self.is_home(line):
            return self.in_base(label, value, Formula("sum", ONE), (), EFFECT_RULE)
        return self.in_base(
            label,
            value,
            Formula("product", "gain × move of the rate"),
            lambda: [self.gain(place, line), self.move(place, line)],
            EFFECT_RULE,
        )

    def fx(self, place: int, line: int) -> Explanation:
        """What the rate did to what was there, and to what entered at another one."""
        lines = self.lines
        label = f"currency effect on {self.name(line)} on {self.date_of(place)}"
        value = lines.fx[place, line]
        entered = bool(lines.entered[place, line] or lines.worth[place, line])
        if self.is_home(line) and not entered:
            return self.in_base(label, value, Formula("sum", ONE), (), EFFECT_RULE)
        if not entered:
            return self.in_base(
                label,
                value,
                Formula("product", "worth at the start × move of the rate"),
                lambda: [self.worth(place - 1, line), self.move(place, line)],
                EFFECT_RULE,
            )
        return self.in_base(
            label,
            value,
            SUM,
            lambda: [self._moved_by_rate(place, line), self._beside_rate(place, line)],
            EFFECT_RULE,
        )

    def _moved_by_rate(self, place: int, line: int) -> Explanation:
        lines = self.lines
        move = lines.rate_after[place, line] - lines.rate_before[place, line]
        return self.in_base(
            f"on what was there of {self.name(line)}",
            lines.opening[place, line] * move,
            Formula("product", "worth at the start × move of the rate"),
            lambda: [self.worth(place - 1, line), self.move(place, line)],
            EFFECT_RULE,
        )

    def _beside_rate(self, place: int, line: int) -> Explanation:
        lines = self.lines
        at_close = lines.entered[place, line] * lines.rate_after[place, line]
        return self.in_base(
            f"on what entered {self.name(line)}",
            at_close - lines.worth[place, line],
            Formula("difference", "what entered at the day's rate − its worth"),
            lambda: [self._at_close(place, line), self.put_in(place, line)],
            EFFECT_RULE,
        )

    def _at_close(self, place: int, line: int) -> Explanation:
        if self.is_home(line):
            return self.entered(place, line)
        value = self.lines.entered[place, line] * self.lines.rate_after[place, line]
        return self._converted("at the day's rate", value, self.entered(place, line), place, line)

    def opening(self, place: int, line: int) -> Explanation:
        """What a line was worth at the start of a day, in base."""
        value = self.lines.opening[place, line] * self.lines.rate_before[place, line]
        local = self.worth(place - 1, line)
        if self.is_home(line):
            return local
        label = f"{local.label}, in {self.lines.base_currency}"
        return self._converted(label, value, local, place, line, before=True)

    def closing(self, place: int, line: int) -> Explanation:
        """What it was worth at the end of the day, in base."""
        value = self.lines.closing[place, line] * self.lines.rate_after[place, line]
        local = self.worth(place, line)
        if self.is_home(line):
            return local
        label = f"{local.label}, in {self.lines.base_currency}"
        return self._converted(label, value, local, place, line)

    def given_in_base(self, place: int, line: int) -> Explanation:
        """What a line gave off, at the rate of the day's close."""
        value = self.lines.moved[place, line] * self.lines.rate_after[place, line]
        local = self.given(place, line)
        if self.is_home(line):
            return local
        label = f"{local.label}, in {self.lines.base_currency}"
        return self._converted(label, value, local, place, line)

    def _converted(
        self,
        label: str,
        value: float,
        local: Explanation,
        place: int,
        line: int,
        *,
        before: bool = False,
    ) -> Explanation:
        return self.in_base(
            label,
            value,
            Formula("product", "amount × rate"),
            lambda: [local, self.rate(place, line, before=before)],
            "valuation.1",
        )

    def profit(self, place: int, line: int) -> Explanation:
        """What a line earned on a day in base."""
        lines = self.lines
        moved, worth = lines.moved[place, line], lines.worth[place, line]
        text = "worth at the end" + " and what it gave off" * bool(moved) + " − at the start"
        return self.in_base(
            f"profit of {self.name(line)} on {self.date_of(place)}",
            lines.profit[place, line],
            Formula("difference", text + " − worth of what entered" * bool(worth)),
            lambda: [
                self._all_at_end(place, line) if moved else self.closing(place, line),
                self.opening(place, line),
                *([self.put_in(place, line)] if worth else []),
            ],
        )

    def _all_at_end(self, place: int, line: int) -> Explanation:
        lines = self.lines
        value = lines.closing[place, line] + lines.moved[place, line]
        return self.in_base(
            f"{self.name(line)} at the end, and what it gave off",
            value * lines.rate_after[place, line],
            SUM,
            lambda: [self.closing(place, line), self.given_in_base(place, line)],
        )

    def invested(self, place: int, line: int) -> Explanation:
        """What a line had to work with on a day: what it was worth, and what was put into it."""
        _, key = self.lines.lines[line]
        label = f"capital of {self.name(line)} on {self.date_of(place)}"
        value = self.lines.invested[place, line]
        if key is not None:
            parts = self._put_into_security
        elif self.is_home(line):
            return self.in_base(
                label,
                value,
                Formula("difference", "capital at work − what all else had of it"),
                lambda: [self.capital(place), *self._invested_elsewhere(place, line)],
                OWN_RULE,
            )
        else:
            parts = self._put_into_cash
        return self.in_base(label, value, SUM, lambda: parts(place, line), OWN_RULE)

    def _invested_elsewhere(self, place: int, line: int) -> list[Explanation]:
        row = self.lines.invested[place]
        return [self.invested(place, at) for at in row.nonzero()[0].tolist() if at != line]

    def _put_into_security(self, place: int, line: int) -> list[Explanation]:
        """Its worth, what was paid in, and a purchase: from elsewhere or with its own money."""
        lines = self.lines
        paid = lines.moved[place, line] * lines.rate_after[place, line]
        inside = lines.worth[place, line] - lines.external[place, line]
        found = [self.opening(place, line)]
        if lines.inflow[place, line]:
            found.append(self.paid_in(place, line))
        if inside or paid < 0:
            found.append(self._bought(place, line, max(inside - paid, 0.0)))
        return found

    def _bought(self, place: int, line: int, value: float) -> Explanation:
        return self.in_base(
            f"bought of {self.name(line)}",
            value,
            Formula(
                "statistic",
                "what entered − what crossed the border − what it gave off, at least 0",
                compute=_purchase,
            ),
            lambda: [
                self.put_in(place, line),
                self.from_outside(place, line),
                self.given_in_base(place, line),
            ],
            OWN_RULE,
        )

    def _put_into_cash(self, place: int, line: int) -> list[Explanation]:
        """Its worth, what came in or was exchanged, less what was paid for securities."""
        lines = self.lines
        code, _ = lines.lines[line]
        inside = lines.worth[place, line] - lines.external[place, line]
        found = [self.opening(place, line)]
        if lines.inflow[place, line]:
            found.append(self.paid_in(place, line))
        if inside:
            found.append(
                self.in_base(
                    f"exchanged into {self.name(line)}",
                    inside,
                    Formula("difference", "what entered − what crossed the border"),
                    lambda: [self.put_in(place, line), self.from_outside(place, line)],
                    OWN_RULE,
                )
            )
        mates = self.lines_in(lambda other, key: other == code and key is not None)
        found += [self.given_in_base(place, at) for at in mates if lines.moved[place, at] < 0]
        return found

    def capital(self, place: int) -> Explanation:
        """What the whole portfolio had to work with on a day: its value before, and inflows."""
        lines = self.lines
        opened = lines.opening[place] * lines.rate_before[place]
        return self.in_base(
            f"capital at work on {self.date_of(place)}",
            lines.capital[place],
            Formula("sum", "value before + inflows"),
            lambda: [
                self.summed(
                    f"value on {self.date_of(place - 1)}",
                    float(opened.sum()),
                    [self.opening(place, line) for line in opened.nonzero()[0].tolist()],
                ),
                self.summed(
                    f"paid in until {self.date_of(place)}",
                    float(lines.inflow[place].sum()),
                    [
                        self.paid_in(place, line)
                        for line in lines.inflow[place].nonzero()[0].tolist()
                    ],
                ),
            ],
            CAPITAL_RULE,
        )

    def summed(
        self, label: str, value: float, parts: Sequence[Explanation], rule: str = DAY_RULE
    ) -> Explanation:
        """A plain sum in base."""
        return self.in_base(label, value, SUM, parts, rule)

    def of_capital(
        self, label: str, amount: float, place: int, part: Callable[[], Explanation], rule: str
    ) -> Explanation:
        """An amount of a day as a fraction of what the portfolio had to work with."""
        return Explanation(
            label=label,
            value=float(amount / self.lines.capital[place]),
            unit="fraction",
            formula=Formula("quotient", "amount / capital at work"),
            parts=lambda: [part(), self.capital(place)],
            rule=rule,
        )


def _purchase(values: Sequence[Number]) -> float:
    entered, crossed, given = (float(one) for one in values)
    return max(entered - crossed - given, 0.0)
