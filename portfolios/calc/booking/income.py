"""Dividends, coupons and interest: receivable, then cash, at the rate of the pay date."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from portfolios.calc.booking.amounts import charges, gross, known
from portfolios.calc.booking.cashflows import effect
from portfolios.calc.booking.desk import Desk, Pool
from portfolios.calc.booking.mistakes import invalid
from portfolios.calc.booking.rates import base_rate
from portfolios.calc.booking.trades import buy
from portfolios.calc.entries import ZERO, Entry, EntryType, Problem
from portfolios.calc.lots import Income, Movement, Receivable


def dividend(desk: Desk, entry: Entry) -> Problem | None:
    """Receivable from the ex-date until the day before the pay date, cash on the pay date.

    On a position that was short at the open of the ex-date the amount is owed: an expense, with
    the sign reversed.
    """
    owed = _is_short(desk, entry)
    stated = known(gross(entry))
    if stated < 0 and not owed:
        return invalid(entry, "gross_amount", "A dividend is negative on a short position only.")
    amount, cash = stated, effect(desk, entry)
    if owed and stated > 0 and (entry.net_amount is None or entry.net_amount < 0):
        amount = -stated
        if entry.net_amount is None:
            cash = desk.posted(amount - charges(entry), entry.currency)
    pay = entry.pay_date or entry.transaction_date
    _pay_out(desk, entry, pay, cash)
    _earn(desk, entry, pay, (amount, cash))
    return None


def interest(desk: Desk, entry: Entry) -> Problem | None:
    """Cash and income on the transaction date; negative when it was charged."""
    cash = effect(desk, entry)
    sign = -1 if entry.entry_type is EntryType.INTEREST_CHARGE else 1
    desk.post_cash(entry, Movement.INCOME, cash=cash)
    _earn(desk, entry, entry.transaction_date, (sign * known(gross(entry)), cash))
    return None


def drip(desk: Desk, entry: Entry) -> Problem | None:
    """Income at gross; its net, after withholding and fees, buys `quantity` at `price`.

    Without a price all of the net was spent. Without a gross amount the dividend was what was
    spent. What is left over stays as cash.
    """
    spent = None
    if entry.price is not None:
        spent = desk.posted(known(entry.quantity) * entry.price, entry.currency)
    earned = entry.gross_amount
    if earned is None:
        earned = known(gross(entry)) if spent is None else spent + charges(entry)
    received = desk.posted(earned - entry.taxes, entry.currency)
    spent = received - entry.fees if spent is None else spent
    # The taxes are the dividend's, so the purchase bears none.
    purchase = replace(entry, taxes=ZERO, gross_amount=spent, net_amount=-spent - entry.fees)
    if problem := buy(desk, purchase):
        return problem
    desk.post_cash(entry, Movement.INCOME, cash=received)
    _earn(desk, entry, entry.transaction_date, (earned, received))
    return None


def _is_short(desk: Desk, entry: Entry) -> bool:
    """Whether the position owes what is paid: it was short at the open of the ex-date, or, where
    the entry names none, is so now."""
    pool = desk.account(entry.account).pools.get(entry.security)
    if pool is None or not pool.ever_short:
        return False
    if entry.ex_date is None:
        return not pool.longs.held and bool(pool.shorts.held)
    since = _moved_since(desk, pool, entry.ex_date)
    return pool.longs.held - pool.shorts.held - since < 0


def _moved_since(desk: Desk, pool: Pool, day: date) -> Decimal:
    """Shares that a pool has gained since the open of a day, in what is booked so far.

    Whatever moves shares is journalled on its own day, in order; what pays may have another.
    """
    moved = ZERO
    for on, _, _, account, _, security, quantity, *_ in reversed(desk.journal):
        if quantity and on < day:
            break
        if security == pool.security and account == (pool.account or account):
            moved += quantity
    return moved


def _pay_out(desk: Desk, entry: Entry, pay: date, cash: Decimal) -> None:
    ex = entry.ex_date or pay
    if ex >= pay:
        desk.post_cash(entry, Movement.INCOME, on=pay, cash=cash)
        return
    desk.post_cash(entry, Movement.INCOME, on=ex, receivable=cash)
    desk.post_cash(entry, Movement.INCOME, on=pay, receivable=-cash, cash=cash)
    desk.receivables.append(
        Receivable(
            seq=entry.seq,
            security=entry.security,
            account=entry.cash_account or entry.account,
            currency=entry.currency,
            amount=cash,
            ex_date=ex,
            pay_date=pay,
        )
    )


def _earn(desk: Desk, entry: Entry, pay: date, amounts: tuple[Decimal, Decimal]) -> None:
    if desk.asof is not None and pay > desk.asof:
        return  # not income yet, and its rate is not known yet
    stated, cash = amounts
    rate = base_rate(desk, entry, pay)
    worth = None if rate is None else cash * rate
    desk.income.append(
        Income(entry.seq, entry.security, pay, entry.currency, stated, entry.taxes, cash, worth)
    )
