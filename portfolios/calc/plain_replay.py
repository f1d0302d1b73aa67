"""What a ledger leaves in shares and cash, told a second way.

Two ways to one number must not share a mistake. These loops share nothing with `booking` but the
entries themselves; they know no lots and no costs, so they are short enough to be read at once.

Worked: 100 bought, 2 new for 1 old, 50 sold leave 100·2 − 50 = 150; a dividend of 30 with ex-date
on the 5th and pay date on the 9th is cash on the 9th.

Quantities are signed (a short is negative), cash is signed, in its own currency. A ratio rounds
the position, of which accounts take their parts in another order than lots do: `ratios` names the
securities, so that whoever compares knows where to allow for rounding. Money of an event goes to
the accounts that hold the security, each its part to the cent: `spread` names the currencies of
which only the sum is sure. Source: methods §1.5, and §2 "Reconciliation" for why.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from portfolios.calc.entries import ZERO, Entry, EntryType
from portfolios.calc.plain_events import pay_holders, ratio, reorganise
from portfolios.calc.plain_state import Replayed, add, move, price_of, quantity_of

IN = frozenset({"BUY", "COVER", "DRIP", "DELIVERY_IN", "TRANSFER_IN", "OPENING_BALANCE"})
OUT = frozenset({"SELL", "SHORT_SALE", "DELIVERY_OUT"})
RATIO = frozenset({"SPLIT", "REVERSE_SPLIT", "STOCK_DIVIDEND"})
REORGANISATION = frozenset({"SPINOFF", "MERGER", "SYMBOL_CHANGE"})
IN_KIND = frozenset({"DELIVERY_IN", "DELIVERY_OUT", "TRANSFER_IN", "TRANSFER_OUT", "TRANSFER"})
PAID_OUT = frozenset(
    {"BUY", "COVER", "WITHDRAWAL", "FEE", "TAX", "INTEREST_CHARGE", "FX_CONVERSION"}
)
PAID_LATER = frozenset({"DIVIDEND", "COUPON"})


def replay(entries: Iterable[Entry], *, by_account: bool = False) -> Replayed:
    """What the whole ledger leaves, payments that are still to come included."""
    return replay_at(entries, [date.max], by_account=by_account)[date.max]


def replay_at(
    entries: Iterable[Entry], days: Sequence[date], *, by_account: bool = False
) -> Mapping[date, Replayed]:
    """What stands at the close of each day. `by_account`: each account has its own fractions.

    Raises nothing: an entry that says too little moves nothing, and shows as a difference.
    """
    counted = standing(entries)
    later = [entry for entry in counted if entry.entry_type in PAID_LATER]
    state, position = Replayed(by_account=by_account), 0
    found: dict[date, Replayed] = {}
    for day in sorted(set(days)):
        while position < len(counted) and counted[position].transaction_date <= day:
            _apply(state, counted[position])
            position += 1
        found[day] = _snapshot(state, (e for e in later if _pay_date(e) <= day))
    return found


def owed(entries: Iterable[Entry], day: date) -> dict[str, Decimal]:
    """By currency, payments that are due by the close of a day and not paid by then."""
    found: dict[str, Decimal] = {}
    for entry in standing(entries):
        due = entry.ex_date or _pay_date(entry)
        if entry.entry_type in PAID_LATER and due <= day < _pay_date(entry):
            found[entry.currency] = found.get(entry.currency, ZERO) + _net(entry)
    return found


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """Entries that nobody cancelled, ratios and reorganisations before the trades of their day."""
    by_number = {entry.seq: entry for entry in entries}
    gone: set[int] = set()
    for seq in sorted(by_number, reverse=True):
        target = by_number[seq].reverses
        if target is not None and seq not in gone:
            gone.add(target)
    rest = [e for e in by_number.values() if e.reverses is None and e.seq not in gone]
    first = RATIO | REORGANISATION | {"RETURN_OF_CAPITAL"}
    return sorted(rest, key=lambda e: (e.transaction_date, e.entry_type not in first, e.seq))


def _pay_date(entry: Entry) -> date:
    return entry.pay_date or entry.transaction_date


def _snapshot(state: Replayed, paid: Iterable[Entry]) -> Replayed:
    cash = dict(state.cash)
    for entry in paid:
        purse = entry.cash_account or entry.account, entry.currency
        cash[purse] = cash.get(purse, ZERO) + _net(entry)
    return Replayed(
        {place: quantity for place, quantity in state.quantities.items() if quantity},
        {purse: amount for purse, amount in cash.items() if amount},
        set(state.ratios),
        set(state.spread),
        state.by_account,
    )


def _apply(state: Replayed, entry: Entry) -> None:
    kind = entry.entry_type
    if kind in RATIO:
        ratio(state, entry)
    elif kind in REORGANISATION:
        reorganise(state, entry)
    elif kind in {EntryType.TRANSFER, EntryType.TRANSFER_OUT}:
        # Where nothing is held but something is owed, it is the debt that moves.
        owed = state.quantity_of(entry.security, entry.account) < 0
        quantity = -quantity_of(entry) if owed else quantity_of(entry)
        move(state, entry, -quantity, entry.account)
        if kind is EntryType.TRANSFER:
            move(state, entry, quantity, entry.to_account or entry.account)
    elif kind in IN:
        move(state, entry, quantity_of(entry), entry.account)
    elif kind in OUT:
        move(state, entry, -quantity_of(entry), entry.account)
    _pay(state, entry)


def _pay(state: Replayed, entry: Entry) -> None:
    """The cash that an entry moves on its own day."""
    kind = entry.entry_type
    account = entry.cash_account or entry.account
    if kind in PAID_LATER | IN_KIND | RATIO | REORGANISATION:
        return
    if kind is EntryType.OPENING_BALANCE and entry.security is not None:
        return
    if kind is EntryType.RETURN_OF_CAPITAL:
        pay_holders(state, entry, state.quantity_of(entry.security))
        return
    net = _net(entry)
    if kind is EntryType.CASH_TRANSFER:
        taken = entry.to_amount if entry.to_amount is not None else abs(net)
        add(state, account, entry.currency, -abs(net))
        add(state, entry.to_account or account, entry.to_currency or entry.currency, taken)
        return
    add(state, account, entry.currency, net)
    if kind is EntryType.FX_CONVERSION and entry.to_currency:
        add(state, account, entry.to_currency, entry.to_amount or ZERO)


def _net(entry: Entry) -> Decimal:
    """The signed cash of an entry: as it states it, else gross less what was taken from it."""
    if entry.net_amount is not None:
        return entry.net_amount
    gross = entry.gross_amount
    if gross is None:
        gross = quantity_of(entry) * price_of(entry)
    charges = entry.fees + entry.taxes
    if entry.entry_type is EntryType.DRIP:
        spent = quantity_of(entry) * price_of(entry)
        return gross - charges - spent if entry.price is not None else ZERO
    return -(gross + charges) if entry.entry_type in PAID_OUT else gross - charges
