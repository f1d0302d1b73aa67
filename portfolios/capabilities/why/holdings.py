"""Quantity and cost of a position, entry by entry.

The ledger is booked again step by step for the position's securities: what each entry made of
each lot is the difference between the lot after it and before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from patterns.explanation import Explanation, Formula
from portfolios.calc.entries import ZERO, Entry, SecurityKey
from portfolios.calc.lot_steps import HeldLot, LotKey, lot_steps
from portfolios.calc.lots import Closure, Lot
from portfolios.calc.valuation import ValuedPosition
from portfolios.capabilities.why.facts import entry_source, of_entry
from portfolios.capabilities.why.told import booked_amount, booked_rate
from portfolios.selectors.ledger import booking_settings
from portfolios.selectors.standing import Standing

LOT_RULE = "booking.7"


@dataclass(frozen=True)
class Change:
    """What an entry added to a lot; cost None where it is not known."""

    entry: Entry
    quantity: Decimal
    cost: Decimal | None


@dataclass(frozen=True)
class LotHistories:
    """The changes of every lot of the securities that are joined to one."""

    now: Standing
    security: SecurityKey

    @cached_property
    def changes(self) -> dict[LotKey, list[Change]]:
        portfolio, rates = self.now.portfolio, self.now.booked.rates
        held: dict[tuple[SecurityKey, LotKey], HeldLot] = {}
        found: dict[LotKey, list[Change]] = {}
        for step in lot_steps(self._entries, booking_settings(portfolio), rates):
            for security, lots in step.lots.items():
                before = {key: lot for (of, key), lot in held.items() if of == security}
                for key in before.keys() | lots.keys():
                    change = _change(step.entry, before.get(key), lots.get(key))
                    if change is not None and security == self.security:
                        found.setdefault(key, []).append(change)
                    if key in lots:
                        held[security, key] = lots[key]
                    else:
                        held.pop((security, key), None)
        return found

    @property
    def _entries(self) -> list[Entry]:
        """What can touch the security's lots up to the context's day, in the ledger's order."""
        accepted = self.now.booked.book.accepted
        joined = {self.security}
        while True:
            wider = joined | {
                key
                for entry in accepted
                if entry.security in joined or entry.to_security in joined
                for key in (entry.security, entry.to_security)
                if key is not None
            }
            if wider == joined:
                return [entry for entry in accepted if entry.security in joined]
            joined = wider


def _change(entry: Entry, before: HeldLot | None, after: HeldLot | None) -> Change | None:
    quantity = _quantity(after) - _quantity(before)
    old, new = _cost(before), _cost(after)
    cost = None if old is None or new is None else new - old
    return Change(entry, quantity, cost) if quantity or cost != 0 else None


def _quantity(lot: HeldLot | None) -> Decimal:
    return ZERO if lot is None else lot.quantity


def _cost(lot: HeldLot | None) -> Decimal | None:
    return ZERO if lot is None else lot.cost


def quantity_parts(now: Standing, position: ValuedPosition) -> list[Explanation]:
    """The open lots of a position, each as the sum of what entries did to it."""
    histories = LotHistories(now, position.security)
    return [
        Explanation(
            label=label,
            value=sum((change.quantity for change in changes), ZERO),
            unit="quantity",
            formula=Formula("sum", "what each entry added to the lot or took from it"),
            parts=[
                of_entry(now.portfolio.pk, change.entry, change.quantity, "quantity")
                for change in changes
                if change.quantity
            ],
            rule=LOT_RULE,
        )
        for label, changes in _lots_of(histories, position)
    ]


def local_cost_parts(now: Standing, position: ValuedPosition) -> list[Explanation]:
    """The open lots of a position with their cost in the security's own currency."""
    histories = LotHistories(now, position.security)
    return [
        local_cost(now, label, changes, _currency(now, position))
        for label, changes in _lots_of(histories, position)
    ]


def base_cost_parts(now: Standing, position: ValuedPosition) -> list[Explanation]:
    """The open lots of a position with their cost in base: local cost at the rate of purchase,
    or what was settled in base."""
    histories = LotHistories(now, position.security)
    changes = histories.changes
    found = []
    for lot in _open_lots(now, position):
        key = (lot.label, lot.account)
        found.append(base_cost(now, lot, changes.get(key, [])))
    return found


def base_cost(now: Standing, lot: Lot, changes: list[Change]) -> Explanation:
    """What a lot cost in base, of a short one what it brought, as a negative cost."""
    base, sign = now.valuation.base_currency, -1 if lot.is_short else 1
    name = f"lot {lot.label} of {lot.acquisition_date}"
    opened = entry_source(now.portfolio.pk, lot.open_seq)
    worth = lot.cost_basis
    if worth is None:
        return Explanation(
            label=name,
            value=None,
            unit="money",
            currency=base,
            state="withheld",
            reason="The cost of this lot or the rate of its purchase is not known.",
        )
    if lot.cost_settled is not None or lot.fx_rate is None or not changes:
        booked_in = f"{name}, as it was booked in {now.portfolio.base_currency}"
        return booked_amount(
            now, booked_in, sign * worth, lot.acquisition_date, opened, rule=LOT_RULE
        )
    local = local_cost(now, f"cost of {name}", changes, lot.currency)
    if lot.currency == base:
        return local
    acquired = f"{base} for 1 {lot.currency} when it was acquired"
    rate = booked_rate(now, acquired, lot.currency, lot.fx_rate, lot.acquisition_date, opened)
    return Explanation(
        label=name,
        value=sign * worth,
        unit="money",
        currency=base,
        formula=Formula("product", "cost in its currency × the rate of its acquisition"),
        parts=[local, rate],
        rule=LOT_RULE,
    )


def local_cost(now: Standing, label: str, changes: list[Change], currency: str) -> Explanation:
    """The same in its own currency, entry by entry."""
    known = [change.cost for change in changes if change.cost is not None]
    if len(known) < len(changes):
        return Explanation(
            label=label,
            value=None,
            unit="money",
            currency=currency,
            state="withheld",
            reason="The cost basis is not known.",
        )
    return Explanation(
        label=label,
        value=sum(known, ZERO),
        unit="money",
        currency=currency,
        formula=Formula("sum", "what each entry added to its cost or took from it"),
        parts=[
            of_entry(now.portfolio.pk, change.entry, change.cost, "money", currency)
            for change in changes
            if change.cost
        ],
        rule=LOT_RULE,
    )


def _lots_of(
    histories: LotHistories, position: ValuedPosition
) -> Iterator[tuple[str, list[Change]]]:
    """The lots of the position's account that are still open, in order of opening."""
    for (label, account), changes in histories.changes.items():
        if account == position.account and sum((c.quantity for c in changes), ZERO):
            yield f"lot {label} of {changes[0].entry.transaction_date}", changes


def _open_lots(now: Standing, position: ValuedPosition) -> list[Lot]:
    return [
        lot
        for lot in now.booked.book.open_lots
        if (lot.security, lot.account) == (position.security, position.account)
    ]


def _currency(now: Standing, position: ValuedPosition) -> str:
    lots = _open_lots(now, position)
    return lots[0].currency if lots else position.currency


def realized_parts(now: Standing, security: SecurityKey | None) -> list[Explanation]:
    """Every disposal with its result."""
    closures = now.booked.book.closures
    return [of_closure(now, one) for one in closures if security in (None, one.security)]


def of_closure(now: Standing, closure: Closure) -> Explanation:
    """What a disposal took from one lot, and its result."""
    base = now.valuation.base_currency
    symbol = now.symbol(closure.security)
    label = f"{symbol}: {closure.quantity.normalize():f} sold on {closure.close_date}"
    if closure.realized_pnl is None:
        return Explanation(
            label=label,
            value=None,
            unit="money",
            currency=base,
            state="withheld",
            reason="The cost basis is not known.",
        )
    return Explanation(
        label=label,
        value=closure.realized_pnl,
        unit="money",
        currency=base,
        formula=Formula("difference", "proceeds − cost, each at its own rate"),
        parts=lambda: [_side(now, closure, proceeds=True), _side(now, closure, proceeds=False)],
        rule="booking.8",
    )


def _side(now: Standing, closure: Closure, *, proceeds: bool) -> Explanation:
    """Proceeds or cost of a disposal in base: the local amount at its rate, or as settled."""
    base = now.valuation.base_currency
    opening = proceeds == closure.is_short
    seq = closure.open_seq if opening else closure.close_seq
    on = closure.open_date if opening else closure.close_date
    source = entry_source(now.portfolio.pk, seq)
    local = closure.proceeds_local if proceeds else closure.cost_local
    worth = closure.proceeds_base if proceeds else closure.cost_base
    settled = closure.proceeds_settled if proceeds else closure.cost_settled
    rate = closure.fx_open if opening else closure.fx_close
    name = "proceeds" if proceeds else "cost"
    amount = Explanation(
        label=f"{name} in {closure.currency}",
        value=local,
        unit="money",
        currency=closure.currency,
        source=source,
    )
    if closure.currency == base:
        return amount
    if settled is not None or rate is None:
        return booked_amount(now, f"{name}, as it was settled", worth or ZERO, on, source)
    at = booked_rate(now, f"{base} for 1 {closure.currency}", closure.currency, rate, on, source)
    return Explanation(
        label=name,
        value=worth,
        unit="money",
        currency=base,
        formula=Formula("product", "amount × rate of its day"),
        parts=[amount, at],
    )
