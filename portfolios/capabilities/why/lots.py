"""Why a lot cost what it did, is worth what it is, and stands to gain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from market.selectors import pack_prices
from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import Explanation, Formula
from portfolios.calc.entries import ZERO
from portfolios.calc.lots import Lot
from portfolios.calc.valuation import ValuedPosition
from portfolios.capabilities.position_details import OneSecurity
from portfolios.capabilities.position_lots import (
    LotRow,
    exact_worth,
    get_position_lots,
    lots_of,
)
from portfolios.capabilities.why.facts import (
    entry_source,
    identity_rate,
    of_entry,
    of_figure,
    rate_of,
)
from portfolios.capabilities.why.holdings import (
    LOT_RULE,
    Change,
    LotHistories,
    base_cost,
    local_cost,
)
from portfolios.capabilities.why.told import booked_rate
from portfolios.capabilities.why.worth import WORTH_RULE, price
from portfolios.selectors.standing import Standing, standing

GAIN_RULE = "valuation.6"


@explains("get_position_lots")
def why_lot(ctx: Context, args: OneSecurity, path: Path) -> Explanation | None:
    """A lot opens into the entries that made it, its worth into the close and the rates."""
    now = standing(ctx, args.portfolio_id)
    rows, lots = get_position_lots(ctx, args).rows, lots_of(now, args)
    match path:
        case ("rows", number, name) if int(number) < len(rows) and name in FIGURES:
            lot, row = lots[int(number)], rows[int(number)]
            changes = LotHistories(now, lot.security).changes.get((lot.label, lot.account), [])
            return FIGURES[name](OneLot(now, lot, row, changes))
    return None


@dataclass(frozen=True)
class OneLot:
    """A lot, its row, and what each entry did to it."""

    now: Standing
    lot: Lot
    row: LotRow
    changes: list[Change]

    @property
    def name(self) -> str:
        return f"lot {self.lot.label} of {self.lot.acquisition_date}"

    def quantity(self) -> Explanation:
        sign = -1 if self.lot.is_short else 1
        return of_figure(
            self.row.quantity_open,
            f"open of {self.name}",
            Formula("sum", "what each entry added to the lot or took from it"),
            [
                of_entry(self.now.portfolio.pk, one.entry, sign * one.quantity, "quantity")
                for one in self.changes
                if one.quantity
            ],
            rule=LOT_RULE,
        )

    def unit_cost(self) -> Explanation:
        return of_figure(
            self.row.unit_cost,
            f"cost of a share of {self.name}",
            Formula("quotient", "cost in its currency / quantity"),
            lambda: [self.local(), self.quantity()],
            rule=LOT_RULE,
        )

    def local(self) -> Explanation:
        sign = -1 if self.lot.is_short else 1
        node = local_cost(self.now, f"cost of {self.name}", self.changes, self.lot.currency)
        if sign > 0:
            return of_figure(
                self.row.cost_basis_local, node.label, node.formula, node.parts, rule=LOT_RULE
            )
        formula = Formula("negative", "what was received, as a positive amount")
        return of_figure(
            self.row.cost_basis_local, f"proceeds of {self.name}", formula, [node], rule=LOT_RULE
        )

    def rate(self) -> Explanation:
        lot, base = self.lot, self.now.valuation.base_currency
        if lot.currency == base:
            return identity_rate(base)
        label = f"{base} for 1 {lot.currency} when {self.name} was acquired"
        source = entry_source(self.now.portfolio.pk, lot.open_seq)
        if lot.fx_rate is None:
            return Explanation(
                label=label,
                value=None,
                unit="rate",
                state="withheld",
                reason="The rate of its purchase is not known.",
                source=source,
            )
        return booked_rate(self.now, label, lot.currency, lot.fx_rate, lot.acquisition_date, source)

    def cost(self) -> Explanation:
        node = base_cost(self.now, self.lot, self.changes)
        owed = self.lot.is_short
        received = Formula("negative", "what was received, as a positive amount")
        formula = received if owed else Formula("rounded", "its cost in base, rounded once")
        return of_figure(
            self.row.cost_basis, f"cost of {self.name} in base", formula, [node], rule=LOT_RULE
        )

    def worth(self) -> Explanation:
        return of_figure(
            self.row.market_value,
            f"worth of {self.name}",
            Formula("rounded", "quantity × price × rate, rounded once"),
            lambda: [self._exact()],
            rule=WORTH_RULE,
        )

    def _exact(self) -> Explanation:
        base, part = self.now.valuation.base_currency, self._position
        known = exact_worth(self.now, self.lot)
        return Explanation(
            label=f"worth of {self.name}, unrounded",
            value=known,
            unit="money",
            currency=base,
            state="withheld" if known is None else self.row.market_value.state,
            reason=self.row.market_value.reason or "",
            formula=Formula("product", "quantity × price × rate"),
            parts=lambda: [self._signed(), *([] if part is None else self._market(part))],
            rule=WORTH_RULE,
        )

    def _signed(self) -> Explanation:
        if not self.lot.is_short:
            return self.quantity()
        return Explanation(
            label=f"owed of {self.name}",
            value=-self.lot.quantity_open,
            unit="quantity",
            formula=Formula("negative", "what is owed"),
            parts=[self.quantity()],
            rule=LOT_RULE,
        )

    @property
    def _position(self) -> ValuedPosition | None:
        held = self.now.valuation.positions
        own = (self.lot.security, self.lot.account)
        return next((one for one in held if (one.security, one.account) == own), None)

    def _market(self, part: ValuedPosition) -> list[Explanation]:
        base, pack_id = self.now.valuation.base_currency, self.now.pack_id
        found = [price(self.now, part)]
        rate = self.now.marks.rate_of(part.currency)
        if part.currency != base and rate is not None:
            rates = pack_prices(pack_id).rates
            found.append(rate_of(rates, pack_id, part.currency, base, rate.rate))
        return found

    def gain(self) -> Explanation:
        """Its worth less its cost; of a short lot what was received plus its negative worth."""
        formula = Formula("difference", "worth − cost")
        return of_figure(
            self.row.unrealized_pnl,
            f"unrealized result of {self.name}",
            formula,
            lambda: [self.worth(), self._signed_cost()],
            rule=GAIN_RULE,
        )

    def _signed_cost(self) -> Explanation:
        if not self.lot.is_short:
            return self.cost()
        cost: Decimal = self.row.cost_basis.value or ZERO
        return Explanation(
            label=f"received for {self.name}, as a negative cost",
            value=-cost,
            unit="money",
            currency=self.row.cost_basis.currency,
            formula=Formula("negative", "what was received"),
            parts=[self.cost()],
            rule=LOT_RULE,
        )


FIGURES: Mapping[str, Callable[[OneLot], Explanation]] = {
    "quantity_open": OneLot.quantity,
    "unit_cost": OneLot.unit_cost,
    "cost_basis_local": OneLot.local,
    "fx_rate": OneLot.rate,
    "cost_basis": OneLot.cost,
    "market_value": OneLot.worth,
    "unrealized_pnl": OneLot.gain,
}
