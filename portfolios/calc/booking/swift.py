"""The fast path: plain trades, dividends and conversions, nearly all of a large ledger.

What is plain says `_REST`: an entry that fills no field beyond those of an ordinary trade in
one currency. For it the long way through `mistakes`, `trades`, `rates` and `disposal` comes down
to a few sums, which are done here at once. The result is the same to the last digit; a test
books random ledgers both ways.

Each function either books the entry whole and says True, or touches nothing and says False; then
the long way books it, or finds what is wrong with it. Nothing is refused here.
"""

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from operator import attrgetter

from portfolios.calc.booking.desk import ONE, Account, Desk, Pool
from portfolios.calc.booking.disposal import LINE_PLACES, spread
from portfolios.calc.booking.mistakes import FINEST, LIMIT
from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.booking.queues import Match
from portfolios.calc.booking.results import Side, split_of
from portfolios.calc.entries import ZERO, CostMethod, Entry, EntryType
from portfolios.calc.lots import Movement
from portfolios.calc.money import coin
from portfolios.calc.records import Row

_REST = attrgetter(
    "cash_account",
    "security_currency",
    "gross_amount_security",
    "settlement_fx_rate",
    "new_shares",
    "old_shares",
    "cost_basis",
    "to_amount",
    "to_price",
    "cost_fraction",
    "lot_label",
    "holding_start",
    "lot_picks",
    "carried_lots",
)
_EMPTY = (*(None,) * 12, (), ())
_FAST_METHODS = frozenset({CostMethod.FIFO, CostMethod.LIFO, CostMethod.HIFO})
# What would make a conversion more than two sums: another account, a security, a price.
_ELSEWHERE = attrgetter(
    "cash_account",
    "to_account",
    "security",
    "quantity",
    "price",
    "settlement_fx_rate",
    "security_currency",
)
_NOWHERE = (None,) * 7
MOST_PAID, HIGHEST_RATE = Decimal(10) ** 10, Decimal(10) ** 5  # both together below LIMIT
TRADE, INCOME = Movement.TRADE.value, Movement.INCOME.value
EXCHANGE = Movement.EXCHANGE.value
Booker = Callable[[Desk, Entry], bool]


def allows(desk: Desk) -> bool:
    """Whether the settings leave the short way open at all."""
    only = desk.methods.only
    return only in _FAST_METHODS and not desk.cost_at_todays_rate


def buy(desk: Desk, entry: Entry) -> bool:
    """A purchase in one currency, with nothing short to cover."""
    terms = _terms(desk, entry)
    if terms is None:
        return False
    gross, charges, rate, account, pool = terms
    if pool.ever_short and pool.shorts.held:
        return False
    quantity, currency = entry.quantity or ZERO, pool.currency
    if currency is None:
        currency = pool.currency = entry.currency
    seq, on, security, name = entry.seq, entry.transaction_date, pool.security, account.name
    cost = gross + _borne(desk, entry) if charges else gross
    lot = OpenLot(security, name, seq, 1, on, currency, quantity, cost, rate)
    desk.lots.append(lot)
    pool.longs.add(lot)
    cash = entry.net_amount
    if cash is None:
        cash = _posted(desk, -gross - charges, currency)
    account.move(currency, cash)
    desk.journal.append((on, seq, TRADE, name, currency, security, quantity, cash))
    return True


def sell(desk: Desk, entry: Entry) -> bool:
    """A sale in one currency of no more than is held, from lots of known cost and rate."""
    terms = _terms(desk, entry)
    if terms is None:
        return False
    gross, charges, rate, account, pool = terms
    queue, quantity, currency = pool.longs, entry.quantity or ZERO, pool.currency or entry.currency
    if queue.held < quantity:
        return False
    matches = queue.match(quantity, desk.methods.only or CostMethod.FIFO)
    for lot, _ in matches:
        if lot.cost_basis_local is None or lot.fx_rate is None or lot.cost_settled is not None:
            queue.heap = None  # the long way will match again
            return False
    _relieve(desk, entry, matches, (gross, _borne(desk, entry) if charges else ZERO, rate))
    queue.held -= quantity
    cash = entry.net_amount
    if cash is None:
        cash = _posted(desk, gross - charges, currency)
    account.move(currency, cash)
    on, seq, security, name = entry.transaction_date, entry.seq, pool.security, account.name
    desk.journal.append((on, seq, TRADE, name, currency, security, -quantity, cash))
    return True


def dividend(desk: Desk, entry: Entry) -> bool:
    """A dividend that is cash on its own day, of a security that was never sold short."""
    gross, cash, security = entry.gross_amount, entry.net_amount, entry.security
    on, currency, account = entry.transaction_date, entry.currency, desk.account(entry.account)
    if gross is None or security is None or _REST(entry) != _EMPTY:
        return False
    if (entry.pay_date or on) != on or (entry.ex_date or on) < on:
        return False
    if entry.price is not None and not _counts(entry.price):
        return False
    if entry.quantity is not None and not (entry.quantity and _counts(entry.quantity)):
        return False
    pool = account.pools.get(security)
    if pool is not None:
        security = pool.security
        if pool.ever_short:
            return False
    if not _sound(entry, gross, ZERO):
        return False
    rate = _rate(desk, entry)
    if rate is None:
        return False
    if cash is None:
        charges = entry.fees + entry.taxes
        cash = _posted(desk, gross - charges, currency)
    account.move(currency, cash)
    seq = entry.seq
    desk.journal.append((on, seq, INCOME, account.name, currency, security, ZERO, cash))
    desk.income.append((seq, security, on, currency, gross, entry.taxes, cash, cash * rate))
    return True


def conversion(desk: Desk, entry: Entry) -> bool:
    """Money of one currency for money of another, in the entry's own account."""
    given, taken, target = entry.gross_amount, entry.to_amount, entry.to_currency
    if given is None or not taken or not _counts(taken) or _ELSEWHERE(entry) != _NOWHERE:
        return False
    currency, cash = entry.currency, entry.net_amount
    if target is None or target == currency or not _sound(entry, given, ZERO):
        return False
    rate = _rate(desk, entry)
    if rate is None:
        return False
    worth = taken if target == desk.base else given * rate
    if cash is None:
        charges = entry.fees + entry.taxes
        cash = _posted(desk, -given - charges, currency)
    on, seq, account = entry.transaction_date, entry.seq, desk.account(entry.account)
    account.move(currency, cash)
    account.move(target, taken)
    name = account.name
    desk.journal += (
        (on, seq, EXCHANGE, name, currency, None, ZERO, cash, ZERO, -given, -worth),
        (on, seq, EXCHANGE, name, target, None, ZERO, taken, ZERO, taken, worth),
    )
    return True


BOOKERS: dict[EntryType, Booker] = {
    EntryType.BUY: buy,
    EntryType.SELL: sell,
    EntryType.DIVIDEND: dividend,
    EntryType.FX_CONVERSION: conversion,
}


def _terms(desk: Desk, entry: Entry) -> tuple[Decimal, Decimal, Decimal, Account, Pool] | None:
    """Gross, charges, rate, account and pool of a plain trade; None when it is not plain, or not
    sound."""
    quantity, price, gross = entry.quantity, entry.price, entry.gross_amount
    if not quantity or entry.security is None or _REST(entry) != _EMPTY:
        return None
    if price is not None and not _counts(price):
        return None
    if gross is None:
        if price is None:
            return None
        gross = quantity * price
    if not _sound(entry, gross, quantity):
        return None
    rate = _rate(desk, entry)
    account = desk.account(entry.account)
    pool = account.pools.get(entry.security) or desk.pool(entry.security, account.name)
    kept = pool.currency
    if rate is None or not (kept is None or kept == entry.currency):
        return None
    fees, taxes = entry.fees, entry.taxes
    return gross, fees if taxes is ZERO else fees + taxes, rate, account, pool


def _sound(entry: Entry, gross: Decimal, quantity: Decimal) -> bool:
    """Whether an entry's numbers can be booked: numbers at all, within bounds, not too fine.

    Stricter than `mistakes`: a negative charge is for the long way, and so is an amount or a rate
    so large that both together might have no room.
    """
    net, rate, fees, taxes = entry.net_amount, entry.fx_rate, entry.fees, entry.taxes
    try:
        return (
            ZERO <= gross < MOST_PAID
            and ZERO <= quantity < LIMIT
            and ZERO <= fees < LIMIT
            and not quantity % FINEST
            and (gross is not entry.gross_amount or not gross % FINEST)
            and not fees % FINEST
            and (taxes is ZERO or _counts(taxes))
            and (net is None or _counts(net.copy_abs()))
            and (rate is None or (ZERO < rate < HIGHEST_RATE and not rate % FINEST))
        )
    except InvalidOperation:
        return False


def _counts(number: Decimal) -> bool:
    try:
        return ZERO <= number < LIMIT and not number % FINEST
    except InvalidOperation:
        return False


def _rate(desk: Desk, entry: Entry) -> Decimal | None:
    if entry.currency == desk.base:
        return ONE
    rate = entry.fx_rate
    return desk.rates(entry.currency, entry.transaction_date) if rate is None else rate


def _borne(desk: Desk, entry: Entry) -> Decimal:
    """The charges that belong to cost."""
    settings = desk.settings
    fees = entry.fees if settings.fees_in_cost else ZERO
    return fees + entry.taxes if settings.taxes_in_cost and entry.taxes is not ZERO else fees


def _posted(desk: Desk, amount: Decimal, currency: str) -> Decimal:
    """Cash as `Desk.posted` has it."""
    return amount if desk.cent is None else amount.quantize(coin(currency), ROUND_HALF_UP)


def _relieve(
    desk: Desk, entry: Entry, matches: list[Match], terms: tuple[Decimal, Decimal, Decimal]
) -> None:
    """Close matched lots; gross and charges go over them by quantity, as in `disposal`."""
    gross, charges, rate = terms
    close = desk.closures.append
    if len(matches) == 1:
        close(_close(desk, entry, matches[0], gross - charges, rate))
        return
    weights = [taken for _, taken in matches]
    price = entry.price
    lines: Sequence[Decimal]
    if price is not None and (entry.gross_amount is None or price * sum(weights) == gross):
        lines = [price * weight for weight in weights]
    else:
        lines = spread(gross, weights, LINE_PLACES)
    if charges:
        parts = spread(charges, weights, desk.charge_places(entry.currency))
        lines = [line - part for line, part in zip(lines, parts, strict=True)]
    for match, proceeds in zip(matches, lines, strict=True):
        close(_close(desk, entry, match, proceeds, rate))


def _close(desk: Desk, entry: Entry, match: Match, proceeds: Decimal, rate: Decimal) -> Row:
    lot, taken = match
    held, cost, fx_open = lot.quantity_open, lot.cost_basis_local, lot.fx_rate
    on = entry.transaction_date
    if cost is None or fx_open is None:
        raise ValueError("a lot of unknown cost is for the long way")
    if taken == held:
        lot.quantity_open = lot.cost_basis_local = ZERO
        lot.closed_date = on
    else:
        part = (cost * taken / held).quantize(desk.finest, ROUND_HALF_EVEN)
        lot.quantity_open = held - taken
        lot.cost_basis_local = cost - part
        cost = part
    if fx_open == rate:  # no currency moved: all of it is price
        total = proceeds * rate - cost * rate
        if desk.cent is not None:
            total = total.quantize(desk.cent, ROUND_HALF_UP)
        price, fx, cross = total, ZERO, ZERO
    else:
        worths = Side(cost, cost * fx_open, fx_open), Side(proceeds, proceeds * rate, rate)
        total, price, fx, cross = split_of(*worths, desk.cent)  # type: ignore[assignment]
    return (
        lot.security,
        lot.account,
        lot.open_seq,
        lot.number,
        entry.seq,
        lot.acquisition_date,
        on,
        lot.currency,
        taken,
        proceeds,
        cost,
        fx_open,
        rate,
        total,
        price,
        fx,
        cross,
        False,
        lot.holding_start,
        None,
        None,
    )
