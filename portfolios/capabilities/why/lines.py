"""What each line of a period was worth on a day, what moved it, and what it earned.

The values are those of the arrays that attribution is calculated from (`calc.day_lines`). A line
is a security in the currency of its price, or the cash and receivables of a currency; a place is
the index of a day, −1 the close before the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from patterns.context import Context
from patterns.explanation import SUM, Explanation, Formula
from portfolios.calc.day_lines import DayLines
from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.valuation import ValuedPosition
from portfolios.capabilities.span_figures import lines_of
from portfolios.capabilities.why.crossings import Crossed, Moves
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.facts import identity_rate, rate_at
from portfolios.capabilities.why.worth import balance, price, quantity
from portfolios.selectors.spans import Span
from portfolios.selectors.standing import Standing
from portfolios.selectors.stored_days import HistoryDay

DAY_RULE = "contribution.1"
EFFECT_RULE = "currency-attribution.3"


def in_all_accounts(now: Standing, held: Sequence[ValuedPosition]) -> Explanation:
    """How much is held of one security; it stands in at least one account."""
    if len(held) == 1:
        return quantity(now, held[0])
    return Explanation(
        label=f"{now.symbol(held[0].security)} in all accounts",
        value=sum((part.quantity for part in held), ZERO),
        unit="quantity",
        formula=Formula("sum", "the accounts"),
        parts=[quantity(now, part) for part in held],
        rule="booking.7",
    )


@dataclass(frozen=True)
class Lines:
    """A span, and what can be asked of its lines on its days."""

    ctx: Context
    span: Span
    days: Days
    _standings: dict[date, Standing] = field(default_factory=dict)
    _moves: dict[int, Moves] = field(default_factory=dict)

    @property
    def lines(self) -> DayLines:
        return lines_of(self.span)

    def date_of(self, place: int) -> date:
        return self.lines.dates[place] if place >= 0 else self.lines.base_date

    def name(self, line: int) -> str:
        """A line as a reader calls it."""
        code, key = self.lines.lines[line]
        return f"cash in {code}" if key is None else self.span.symbol(key)

    def is_home(self, line: int) -> bool:
        return self.lines.lines[line][0] == self.lines.base_currency

    def worth(self, place: int, line: int) -> Explanation:
        """What a line was worth at a close, in its own currency."""
        code, key = self.lines.lines[line]
        lines = self.lines
        value = lines.closing[place, line] if place >= 0 else lines.opening[0, line]
        held = bool(value) and key is not None
        return Explanation(
            label=f"{self.name(line)} on {self.date_of(place)}",
            value=float(value),
            unit="money",
            currency=code,
            formula=Formula("product", "quantity × price")
            if held
            else Formula("sum", "what was there"),
            parts=partial(self._held, place, line),
            rule="valuation.1",
        )

    def _held(self, place: int, line: int) -> list[Explanation]:
        code, key = self.lines.lines[line]
        now = self.standing(place)
        if now is None:
            return []
        if key is None:
            owned = [part for part in now.valuation.cash if part.currency == code]
            owed = [part for part in now.valuation.receivables if part.currency == code]
            return [
                *(balance(now, part, owed=False) for part in owned),
                *(balance(now, part, owed=True) for part in owed),
            ]
        held = [part for part in now.valuation.positions if part.security == key]
        return [in_all_accounts(now, held), price(now, held[0])] if held else []

    def moves(self, place: int) -> Moves:
        """What the ledger did between two closes."""
        if place not in self._moves:
            now = self.standing(place)
            first = place == 0 and self._row(-1) is None
            after = date.min if first else self.date_of(place - 1)
            self._moves[place] = Moves.of(now, self._listed, after, self.date_of(place))
        return self._moves[place]

    @property
    def _listed(self) -> dict[SecurityKey, str]:
        """The currency of each security's price; listings come first among the lines."""
        found: dict[SecurityKey, str] = {}
        for code, key in self.lines.lines:
            if key is not None:
                found.setdefault(key, code)
        return found

    def given(self, place: int, line: int) -> Explanation:
        """What a security brought in cash and receivables; of cash, what securities took."""
        code, key = self.lines.lines[line]
        sign = 1 if key is not None else -1
        what = "gave off" if key is not None else "was given to securities"
        return self._of_entries(
            f"what {self.name(line)} {what}" if key is not None else f"{what} in {code}",
            self.lines.moved[place, line],
            code,
            lambda: [
                self.moves(place).given(posting, sign)
                for posting in self.moves(place).traded
                if posting.currency == code and key in (None, posting.security)
            ],
        )

    def entered(self, place: int, line: int) -> Explanation:
        """What came into the line from outside its currency, in that currency."""
        code, _ = self.lines.lines[line]
        return self._of_entries(
            f"what entered {self.name(line)}",
            self.lines.entered[place, line],
            code,
            lambda: [self.moves(place).local(one) for one in self._crossed(place, line)],
        )

    def put_in(self, place: int, line: int) -> Explanation:
        """The worth of what entered, in the portfolio's currency."""
        return self._of_entries(
            f"worth of what entered {self.name(line)}",
            self.lines.worth[place, line],
            self.lines.base_currency,
            lambda: [self.moves(place).base(one) for one in self._crossed(place, line)],
        )

    def paid_in(self, place: int, line: int) -> Explanation:
        """Of that, what came into the portfolio from outside."""
        return self._of_entries(
            f"paid into {self.name(line)}",
            self.lines.inflow[place, line],
            self.lines.base_currency,
            lambda: [
                self.moves(place).base(one)
                for one in self._crossed(place, line)
                if one.flow.external and one.flow.base > 0
            ],
        )

    def from_outside(self, place: int, line: int) -> Explanation:
        """Of what entered, all that crossed the portfolio's border, in either direction."""
        return self._of_entries(
            f"paid into {self.name(line)} less taken out",
            self.lines.external[place, line],
            self.lines.base_currency,
            lambda: [
                self.moves(place).base(one)
                for one in self._crossed(place, line)
                if one.flow.external
            ],
        )

    def _crossed(self, place: int, line: int) -> list[Crossed]:
        return self.moves(place).of_line(self.lines.lines[line])

    def _of_entries(
        self, label: str, value: float, currency: str, parts: Callable[[], list[Explanation]]
    ) -> Explanation:
        return Explanation(
            label=label,
            value=float(value),
            unit="money",
            currency=currency,
            formula=Formula("sum", "each ledger entry since the close before"),
            parts=parts if value else (),
            rule="currency-attribution.2",
        )

    def gain(self, place: int, line: int) -> Explanation:
        """What a line earned in its own currency."""
        lines = self.lines
        code, _ = lines.lines[line]
        moved, entered = lines.moved[place, line], lines.entered[place, line]
        text = "worth at the end" + " and what it gave off" * bool(moved) + " − at the start"
        return Explanation(
            label=f"gain of {self.name(line)} on {self.date_of(place)}",
            value=float(lines.gain[place, line]),
            unit="money",
            currency=code,
            formula=Formula("difference", text + " − what entered" * bool(entered)),
            parts=lambda: [
                self._end(place, line) if moved else self.worth(place, line),
                self.worth(place - 1, line),
                *([self.entered(place, line)] if entered else []),
            ],
            rule=EFFECT_RULE,
        )

    def _end(self, place: int, line: int) -> Explanation:
        code, _ = self.lines.lines[line]
        return Explanation(
            label=f"{self.name(line)} at the end, and what it gave off",
            value=float(self.lines.closing[place, line] + self.lines.moved[place, line]),
            unit="money",
            currency=code,
            formula=SUM,
            parts=lambda: [self.worth(place, line), self.given(place, line)],
            rule=DAY_RULE,
        )

    def rate(self, place: int, line: int, *, before: bool) -> Explanation:
        """Base per unit of a line's currency, at the close of a day or the one before it."""
        lines = self.lines
        code, _ = lines.lines[line]
        if self.is_home(line):
            return identity_rate(code)
        value = (lines.rate_before if before else lines.rate_after)[place, line]
        closes = (place - 1, place) if before else (place, place - 1)
        for close in closes:
            row = self._row(close)
            found = None if row is None else rate_at(row.pack_id, code, lines.base_currency)
            if found is not None:
                return found
        return Explanation(
            label=f"{lines.base_currency} for 1 {code}",
            value=float(value),
            unit="rate",
            formula=Formula("sum", "no rate is known, and nothing is converted at it"),
        )

    def move(self, place: int, line: int) -> Explanation:
        """By how much a currency moved on a day."""
        lines = self.lines
        code, _ = lines.lines[line]
        return Explanation(
            label=f"move of {code} on {self.date_of(place)}",
            value=float(lines.rate_after[place, line] - lines.rate_before[place, line]),
            unit="rate",
            formula=Formula("difference", "rate at the end − rate at the start"),
            parts=lambda: [
                self.rate(place, line, before=False),
                self.rate(place, line, before=True),
            ],
            rule=EFFECT_RULE,
        )

    def standing(self, place: int) -> Standing | None:
        """The portfolio as it stood at a close; None before its first."""
        row = self._row(place)
        if row is None:
            return None
        if row.asof_date not in self._standings:
            self._standings[row.asof_date] = self.days.standing_at(row)
        return self._standings[row.asof_date]

    def _row(self, place: int) -> HistoryDay | None:
        at = self.days.places.get(self.date_of(place))
        return None if at is None else self.days.path.rows[at]

    def lines_in(self, wanted: Callable[[str, SecurityKey | None], bool]) -> list[int]:
        return [at for at, line in enumerate(self.lines.lines) if wanted(*line)]
