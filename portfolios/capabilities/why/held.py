"""One security as it stands, over one account or several: quantity, cost, worth and results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from patterns.explanation import Explanation, Formula
from patterns.results import FractionFigure, MoneyFigure, PriceFigure, QuantityFigure
from portfolios.calc.entries import SecurityKey
from portfolios.calc.money import total as known_total
from portfolios.calc.valuation import ValuedPosition
from portfolios.capabilities.position_figures import BASIS_UNKNOWN
from portfolios.capabilities.why.facts import of_figure
from portfolios.capabilities.why.holdings import base_cost_parts, local_cost_parts, realized_parts
from portfolios.capabilities.why.worth import (
    COST_RULE,
    WORTH_RULE,
    price,
    quantity,
    total,
    worth,
)
from portfolios.selectors.standing import Standing

GAIN_RULE, WEIGHT_RULE, REALIZED_RULE = "valuation.6", "valuation.8", "booking.8"


class Shown(Protocol):
    """The figures of a position that a row or a page of it shows."""

    @property
    def symbol(self) -> str: ...
    @property
    def quantity(self) -> QuantityFigure: ...
    @property
    def price(self) -> PriceFigure: ...
    @property
    def market_value_local(self) -> MoneyFigure: ...
    @property
    def market_value(self) -> MoneyFigure: ...
    @property
    def weight(self) -> FractionFigure: ...
    @property
    def average_cost(self) -> PriceFigure: ...
    @property
    def cost_basis(self) -> MoneyFigure: ...
    @property
    def unrealized_pnl(self) -> MoneyFigure: ...
    @property
    def unrealized_pnl_pct(self) -> FractionFigure: ...
    @property
    def realized_pnl(self) -> MoneyFigure: ...


@dataclass(frozen=True)
class Held:
    """A security in the accounts that hold it, at least one, and the figures that are shown of it.

    All accounts have one price; what differs between them are lots."""

    now: Standing
    parts: Sequence[ValuedPosition]
    shown: Shown

    def figure(self, name: str) -> Explanation | None:
        """Why one of the figures is what it is; None for what is none of these."""
        made = FIGURES.get(name)
        return made(self) if made else None

    def quantity(self) -> Explanation:
        figure = self.shown.quantity
        return self._summed(f"{self.shown.symbol} held", figure.value, "quantity", quantity)

    def price(self) -> Explanation:
        return price(self.now, self.parts[0])

    def worth(self) -> Explanation:
        """What it is worth in base, unrounded."""
        value = known_total(part.market_value for part in self.parts)
        return self._summed(self.shown.symbol, value, "money", worth, WORTH_RULE)

    def worth_local(self) -> Explanation:
        return of_figure(
            self.shown.market_value_local,
            f"{self.shown.symbol} in {self.parts[0].currency}",
            Formula("product", "quantity × price"),
            lambda: [self.quantity(), self.price()],
            rule=WORTH_RULE,
        )

    def market_value(self) -> Explanation:
        node = self.worth()
        return of_figure(
            self.shown.market_value, node.label, node.formula, node.parts, rule=WORTH_RULE
        )

    def cost(self) -> Explanation:
        return of_figure(
            self.shown.cost_basis,
            f"cost basis of {self.shown.symbol}",
            Formula("sum", "the open lots"),
            lambda: [lot for part in self.parts for lot in base_cost_parts(self.now, part)],
            rule=COST_RULE,
        )

    def average_cost(self) -> Explanation:
        return of_figure(
            self.shown.average_cost,
            f"average cost of {self.shown.symbol}",
            Formula("quotient", "cost in its currency / quantity"),
            lambda: [self._local_cost(), self.quantity()],
            rule=COST_RULE,
        )

    def weight(self) -> Explanation:
        return of_figure(
            self.shown.weight,
            f"weight of {self.shown.symbol}",
            Formula("quotient", "market value / total value"),
            lambda: [self.worth(), total(self.now, self.now.parts, "total value, unrounded")],
            rule=WEIGHT_RULE,
        )

    def gain(self) -> Explanation:
        return of_figure(
            self.shown.unrealized_pnl,
            f"unrealized result of {self.shown.symbol}",
            Formula("difference", "market value − cost basis"),
            lambda: [self.worth(), self.cost()],
            rule=GAIN_RULE,
        )

    def gain_on_cost(self) -> Explanation:
        return of_figure(
            self.shown.unrealized_pnl_pct,
            f"unrealized result of {self.shown.symbol} on its cost",
            Formula("quotient", "unrealized result / cost basis"),
            lambda: [self.gain(), self.cost()],
            rule=GAIN_RULE,
        )

    def realized(self) -> Explanation:
        return realized(self.now, self.parts[0].security, self.shown)

    def _local_cost(self) -> Explanation:
        cost = known_total(part.cost_basis_local for part in self.parts)
        return Explanation(
            label="cost in its currency",
            value=cost,
            unit="money",
            currency=self.parts[0].currency,
            state="withheld" if cost is None else "exact",
            reason=BASIS_UNKNOWN if cost is None else "",
            formula=Formula("sum", "the open lots"),
            parts=lambda: [lot for part in self.parts for lot in local_cost_parts(self.now, part)],
            rule=COST_RULE,
        )

    def _summed(
        self,
        label: str,
        value: Decimal | None,
        unit: str,
        made: Callable[[Standing, ValuedPosition], Explanation],
        rule: str = COST_RULE,
    ) -> Explanation:
        """Of one account its own node, of several the sum, each by the account's name."""
        nodes = [made(self.now, part) for part in self.parts]
        if len(nodes) == 1:
            return nodes[0]
        return Explanation(
            label=label,
            value=value,
            unit=unit,
            currency=nodes[0].currency,
            state=nodes[0].state,
            reason=nodes[0].reason,
            formula=Formula("sum", "the accounts: " + ", ".join(p.account for p in self.parts)),
            parts=nodes,
            rule=rule,
        )


def realized(now: Standing, security: SecurityKey, shown: Shown) -> Explanation:
    """Every disposal of a security, whether it is still held or not."""
    return of_figure(
        shown.realized_pnl,
        f"realized result of {shown.symbol}",
        Formula("sum", "every disposal"),
        lambda: realized_parts(now, security),
        rule=REALIZED_RULE,
    )


FIGURES: Mapping[str, Callable[[Held], Explanation]] = {
    "quantity": Held.quantity,
    "price": Held.price,
    "market_value_local": Held.worth_local,
    "market_value": Held.market_value,
    "cost_basis": Held.cost,
    "average_cost": Held.average_cost,
    "weight": Held.weight,
    "unrealized_pnl": Held.gain,
    "unrealized_pnl_pct": Held.gain_on_cost,
    "realized_pnl": Held.realized,
}
