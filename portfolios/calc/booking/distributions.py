"""Events that hand out shares or capital: spin-offs, stock dividends, returns of capital.

Source: methods §1.5.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import NamedTuple

from portfolios.calc.booking.actions import (
    Held,
    bad_fraction,
    cost_rate,
    held_queues,
    income_in_kind,
    lots_in,
    open_all,
    other_child,
    other_money,
    pay_fraction,
    post_shares,
    shares_after,
    too_much,
    untreated,
)
from portfolios.calc.booking.amounts import known
from portfolios.calc.booking.desk import Desk
from portfolios.calc.booking.disposal import LINE_PLACES, realise, spread
from portfolios.calc.booking.lieu import post_money, unpayable
from portfolios.calc.booking.mistakes import invalid, missing
from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.booking.rates import base_rate
from portfolios.calc.booking.ratios import Shares, after_ratio, in_accounts, too_many_shares
from portfolios.calc.booking.results import EMPTY, side
from portfolios.calc.booking.splits import by_account, multiply, pay_fractions, split_lots
from portfolios.calc.entries import ZERO, Entry, Problem, Treatment


class ReturnedCapital(NamedTuple):
    """A lot after capital was paid back: what it still cost, and the excess, which is gain."""

    cost: Decimal
    gain: Decimal


def return_of_capital_on(cost: Decimal, amount: Decimal) -> ReturnedCapital:
    """A payment lowers a lot's cost to no less than zero; the excess is gain."""
    return ReturnedCapital(max(ZERO, cost - amount), max(ZERO, amount - cost))


def child_cost_share(
    new_shares: Decimal, old_shares: Decimal, parent_price: Decimal, child_price: Decimal
) -> Fraction:
    """The part of a lot's cost that goes to a spun-off child: k·S/(P + k·S).

    k child shares come with one parent share; P and S are first-day values. Exact.
    """
    child = Fraction(new_shares) / Fraction(old_shares) * Fraction(child_price)
    return child / (Fraction(parent_price) + child)


def part_of_cost(cost: Decimal, share: Fraction, finest: Decimal) -> Decimal:
    """A share of a cost, half-even at `finest`; the rest is what remains, so both sum to it."""
    exact = cost * Decimal(share.numerator) / Decimal(share.denominator)
    return exact.quantize(finest, ROUND_HALF_EVEN)


def stock_dividend(desk: Desk, entry: Entry) -> Problem | None:
    """`new_shares` more for each `old_shares`: cost spreads over all, or it is income."""
    if problem := untreated(entry, Treatment.CARRY_OVER, Treatment.TAXABLE):
        return problem
    new, old = known(entry.new_shares), known(entry.old_shares)
    if entry.treatment is Treatment.CARRY_OVER:
        return _given(desk, entry, (old + new, old))
    if entry.gross_amount is None:
        return missing(entry, "gross_amount")
    held = held_queues(desk, entry)
    if problem := other_money(entry, held):
        return problem
    longs = [lot for lot in lots_in(held) if not lot.is_short]
    more = shares_after(held, new, old)
    shares = in_accounts(more)
    expected = sum(shares.values(), ZERO)
    problem = too_many_shares(entry, more, new, old) or bad_fraction(desk, entry, held, expected)
    if problem is not None:
        return problem
    _owe_more(desk, entry, held, (old + new, old))
    lots = income_in_kind(desk, entry, entry.security, shares, entry.gross_amount)
    post_money(desk, entry, by_account(longs), ZERO)
    _pay(desk, entry, held, (lots, shares))
    return None


def _given(desk: Desk, entry: Entry, ratio: tuple[Decimal, Decimal]) -> Problem | None:
    """Every lot grows. What was declared is worth, not money; a fraction of the new shares that
    did not come was paid in cash."""
    held = held_queues(desk, entry)
    longs = [lot for lot in lots_in(held) if not lot.is_short]
    before, after = by_account(longs), in_accounts(shares_after(held, *ratio))
    came = {account: after[account] - shares for account, shares in before.items()}
    problem = bad_fraction(desk, entry, held, sum(came.values(), ZERO))
    if entry.price is not None:
        problem = problem or unpayable(desk, entry, [pool for pool, _ in held])
    if problem := problem or multiply(desk, entry, *ratio):
        return problem
    _pay(desk, entry, held, (longs, came))
    return None


def _pay(
    desk: Desk, entry: Entry, held: Held, new: tuple[Sequence[OpenLot], Mapping[str, Decimal]]
) -> None:
    """Pay what of the new shares did not come, or, at a price, the fractions of all there is."""
    if entry.quantity is not None:
        pay_fraction(desk, entry, *new)
    elif entry.price is not None:
        pay_fractions(desk, entry, list(dict.fromkeys(pool for pool, _ in held)))


def spinoff(desk: Desk, entry: Entry) -> Problem | None:
    """`new_shares` of a child for each `old_shares`: they take their part of the cost, or they
    are income at their worth."""
    if problem := untreated(entry, *Treatment):
        return problem
    held = held_queues(desk, entry)
    taxable = entry.treatment is Treatment.TAXABLE
    problem = _unpriced(entry, taxable=taxable) or other_child(desk, entry, held)
    if taxable:
        problem = problem or other_money(entry, held)
    if problem is not None:
        return problem
    new, old = known(entry.new_shares), known(entry.old_shares)
    children = shares_after(held, new, old)
    shares = in_accounts(children)
    expected = sum(shares.values(), ZERO)
    worth = entry.to_price if taxable and entry.gross_amount is None else None
    problem = (
        too_many_shares(entry, children, new, old)
        or too_much(desk, entry, "to_price", expected, worth)
        or bad_fraction(desk, entry, held, expected)
    )
    if problem is not None:
        return problem
    if taxable and any(lot.is_short for lot in children):
        return untreated(entry, Treatment.CARRY_OVER)
    lots = (
        _spun_as_income(desk, entry, shares) if taxable else _spun_off(desk, entry, held, children)
    )
    post_money(desk, entry, by_account(lots_in(held)), ZERO)
    pay_fraction(desk, entry, lots)
    return None


def return_of_capital(desk: Desk, entry: Entry) -> Problem | None:
    """Lower each lot's cost by what was paid for it; an excess is realised, lot by lot.

    On a short position the payment is owed: it lowers the proceeds, and an excess is a loss.
    """
    if entry.gross_amount is None and entry.price is None:
        return missing(entry, "gross_amount")
    if entry.gross_amount is not None and entry.gross_amount < 0:
        return invalid(entry, "gross_amount", "A return of capital must not be negative.")
    held = held_queues(desk, entry)
    if problem := other_money(entry, held):
        return problem
    whole = sum((queue.held for _, queue in held), ZERO)
    unit = entry.price if entry.gross_amount is None else None
    if problem := too_much(desk, entry, "price", whole, unit):
        return problem
    lots = lots_in(held)
    paid = _paid_back(entry, [lot.quantity_open for lot in lots])
    amounts = dict(zip(map(id, lots), paid, strict=True))
    for _, queue in held:
        with queue.dealt_out(desk.cost_places):
            for lot in queue.open_lots():
                _lower(desk, entry, lot, amounts[id(lot)])
            queue.touch()
    cash = sum((-amounts[id(lot)] if lot.is_short else amounts[id(lot)] for lot in lots), ZERO)
    post_money(desk, entry, by_account(lots), cash)
    return None


def _unpriced(entry: Entry, *, taxable: bool) -> Problem | None:
    """What a spin-off cannot be valued without: prices or a share of cost; as income its worth."""
    if taxable:
        priced = entry.gross_amount is not None or entry.to_price is not None
        return None if priced else missing(entry, "to_price")
    if entry.cost_fraction is not None:
        return None
    for field in ("price", "to_price"):
        if not getattr(entry, field):
            return missing(entry, field)
    return None


def _owe_more(desk: Desk, entry: Entry, held: Held, ratio: tuple[Decimal, Decimal]) -> None:
    """Whoever is short of a share owes what it grows into."""
    queues = [queue for pool, queue in held if queue is pool.shorts]
    shorts = after_ratio(queues, *ratio)
    before = by_account(shorts)
    split_lots(shorts, *ratio)
    for queue in queues:
        queue.touch()
    grown = {account: owed - before[account] for account, owed in by_account(shorts).items()}
    post_shares(desk, entry, entry.security, grown)


def _spun_as_income(desk: Desk, entry: Entry, shares: dict[str, Decimal]) -> list[OpenLot]:
    worth = entry.gross_amount
    if worth is None:
        whole = sum(shares.values(), ZERO)
        worth = desk.posted(whole * known(entry.to_price), entry.currency)
    return income_in_kind(desk, entry, entry.to_security, shares, worth)


def _spun_off(desk: Desk, entry: Entry, held: Held, shares: Shares) -> list[OpenLot]:
    """Child lots inherit dates, rate and their part of cost; the parent keeps the rest."""
    new, old = known(entry.new_shares), known(entry.old_shares)
    if entry.cost_fraction is not None:
        share = Fraction(entry.cost_fraction)
    else:
        share = child_cost_share(new, old, known(entry.price), known(entry.to_price))
    children: list[OpenLot] = []
    for _, queue in held:
        with queue.dealt_out(desk.cost_places):
            for lot in queue.open_lots():
                quantity = shares[lot]
                if quantity:
                    cost = _cut_off(lot, share, desk.finest)
                    child = lot.successor((entry.seq, len(children) + 1), quantity, cost)
                    child.security = entry.to_security
                    children.append(child)
            queue.touch()
    open_all(desk, entry, children)
    return children


def _cut_off(
    lot: OpenLot, share: Fraction, finest: Decimal
) -> tuple[Decimal | None, Decimal | None]:
    cost = settled = None
    if lot.cost_basis_local is not None:
        cost = part_of_cost(lot.cost_basis_local, share, finest)
        lot.cost_basis_local -= cost
    if lot.cost_settled is not None:
        settled = part_of_cost(lot.cost_settled, share, finest)
        lot.cost_settled -= settled
    return cost, settled


def _paid_back(entry: Entry, weights: Sequence[Decimal]) -> Sequence[Decimal]:
    if not weights:
        return []
    if entry.gross_amount is not None:
        return spread(entry.gross_amount, weights, LINE_PLACES)
    return [known(entry.price) * weight for weight in weights]


def _lower(desk: Desk, entry: Entry, lot: OpenLot, amount: Decimal) -> None:
    if lot.cost_basis_local is None or not amount:
        return
    before = lot.cost_basis_local
    lot.cost_basis_local, gain = return_of_capital_on(before, amount)
    if lot.cost_settled is not None and before:
        part = Fraction(lot.cost_basis_local) / Fraction(before)
        lot.cost_settled = part_of_cost(lot.cost_settled, part, desk.finest)
    if gain:
        today = base_rate(desk, entry)
        sides = EMPTY._replace(rate=cost_rate(desk, lot, today)), side(gain, today, None)
        realise(desk, lot, ZERO, entry, sides)
