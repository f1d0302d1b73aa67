"""What a ledger leaves in shares and cash, told a second way.

Two ways to one number must not share a mistake. These loops share nothing with `booking` but the
entries themselves; they know no lots and no costs, so they are short enough to be read at once.

Worked: 100 bought, 2 new for 1 old, 50 sold leave 100·2 − 50 = 150; a dividend of 30 with ex-date
on the 5th and pay date on the 9th is cash on the 9th.

Quantities are signed (a short is negative), cash is signed, in its own currency. A ratio leaves a
quantity of more decimals than lots keep: `ratios` counts them, so that whoever compares knows how
much rounding to allow. Source: methods §1.5, and §2
"Reconciliation" for why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal

from portfolios.calc.entries import ZERO, Entry, EntryType, SecurityKey

Place = tuple[SecurityKey, str]
Purse = tuple[str, str]

IN = frozenset({"BUY", "COVER", "DRIP", "DELIVERY_IN", "TRANSFER_IN", "OPENING_BALANCE"})
OUT = frozenset({"SELL", "SHORT_SALE", "DELIVERY_OUT", "TRANSFER_OUT"})
RATIO = frozenset({"SPLIT", "REVERSE_SPLIT", "STOCK_DIVIDEND"})
REORGANISATION = frozenset({"SPINOFF", "MERGER", "SYMBOL_CHANGE"})
IN_KIND = frozenset({"DELIVERY_IN", "DELIVERY_OUT", "TRANSFER_IN", "TRANSFER_OUT", "TRANSFER"})
PAID_OUT = frozenset(
    {"BUY", "COVER", "WITHDRAWAL", "FEE", "TAX", "INTEREST_CHARGE", "FX_CONVERSION"}
)
PAID_LATER = frozenset({"DIVIDEND", "COUPON"})


@dataclass(slots=True)
class Replayed:
    """Shares by security and account, cash by account and currency; what is zero is left out.

    `ratios` are the securities whose quantity went through a ratio.
    """

    quantities: dict[Place, Decimal] = field(default_factory=dict)
    cash: dict[Purse, Decimal] = field(default_factory=dict)
    ratios: set[SecurityKey] = field(default_factory=set)

    def quantity_of(self, security: SecurityKey, account: str = "") -> Decimal:
        """Shares held in one account, or in all of them."""
        return sum(
            (
                quantity
                for (held, place), quantity in self.quantities.items()
                if held == security and account in ("", place)
            ),
            ZERO,
        )

    def cash_of(self, currency: str, account: str = "") -> Decimal:
        """Cash of a currency in one account, or in all of them."""
        return sum(
            (
                amount
                for (place, code), amount in self.cash.items()
                if code == currency and account in ("", place)
            ),
            ZERO,
        )


def replay(entries: Iterable[Entry]) -> Replayed:
    """What the whole ledger leaves, payments that are still to come included."""
    return replay_at(entries, [date.max])[date.max]


def replay_at(entries: Iterable[Entry], days: Sequence[date]) -> Mapping[date, Replayed]:
    """What stands at the close of each day. Raises nothing: an entry that says too little moves
    nothing, and shows as a difference."""
    standing = _standing(entries)
    later = [entry for entry in standing if entry.entry_type in PAID_LATER]
    state, position = Replayed(), 0
    found: dict[date, Replayed] = {}
    for day in sorted(set(days)):
        while position < len(standing) and standing[position].transaction_date <= day:
            _apply(state, standing[position])
            position += 1
        found[day] = _snapshot(state, (e for e in later if _pay_date(e) <= day))
    return found


def _standing(entries: Iterable[Entry]) -> list[Entry]:
    """Entries that nobody cancelled, ratios and reorganisations before the trades of their day."""
    by_number = {entry.seq: entry for entry in entries}
    gone: set[int] = set()
    for seq in sorted(by_number, reverse=True):
        target = by_number[seq].reverses
        if target is not None and seq not in gone:
            gone.add(target)
    rest = [e for e in by_number.values() if e.reverses is None and e.seq not in gone]
    first = RATIO | REORGANISATION
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
    )


def _apply(state: Replayed, entry: Entry) -> None:
    kind = entry.entry_type
    if kind in RATIO:
        _ratio(state, entry)
    elif kind in REORGANISATION:
        _reorganise(state, entry)
    elif kind is EntryType.TRANSFER:
        _move(state, entry, -_quantity(entry), entry.account)
        _move(state, entry, _quantity(entry), entry.to_account or entry.account)
    elif kind in IN:
        _move(state, entry, _quantity(entry), entry.account)
    elif kind in OUT:
        _move(state, entry, -_quantity(entry), entry.account)
    _pay(state, entry)


def _pay(state: Replayed, entry: Entry) -> None:
    """The cash that an entry moves on its own day."""
    kind = entry.entry_type
    account = entry.cash_account or entry.account
    if kind in PAID_LATER | IN_KIND | RATIO | REORGANISATION:
        return
    if kind is EntryType.OPENING_BALANCE and entry.security is not None:
        return
    if kind is EntryType.RETURN_OF_CAPITAL and entry.gross_amount is None:
        _add(state, account, entry.currency, state.quantity_of(entry.security) * _price(entry))
        return
    net = _net(entry)
    if kind is EntryType.CASH_TRANSFER:
        taken = entry.to_amount if entry.to_amount is not None else abs(net)
        _add(state, account, entry.currency, -abs(net))
        _add(state, entry.to_account or account, entry.to_currency or entry.currency, taken)
        return
    _add(state, account, entry.currency, net)
    if kind is EntryType.FX_CONVERSION and entry.to_currency:
        _add(state, account, entry.to_currency, entry.to_amount or ZERO)


def _net(entry: Entry) -> Decimal:
    """The signed cash of an entry: as it states it, else gross less what was taken from it."""
    if entry.net_amount is not None:
        return entry.net_amount
    gross = entry.gross_amount
    if gross is None:
        gross = _quantity(entry) * _price(entry)
    charges = entry.fees + entry.taxes
    return -(gross + charges) if entry.entry_type in PAID_OUT else gross - charges


def _ratio(state: Replayed, entry: Entry) -> None:
    """Every holding of the security changes by the ratio; unheld fractions are paid in cash."""
    new, old = entry.new_shares or ZERO, entry.old_shares or Decimal(1)
    factor = new / old + (1 if entry.entry_type is EntryType.STOCK_DIVIDEND else 0)
    state.ratios.add(entry.security)
    for place in [each for each in state.quantities if each[0] == entry.security]:
        state.quantities[place] *= factor
    if entry.price is None and entry.gross_amount is None:
        return
    _drop_fraction(state, entry, entry.security, entry.price)


def _drop_fraction(
    state: Replayed, entry: Entry, security: SecurityKey | None, price: Decimal | None
) -> None:
    held = state.quantity_of(security)
    fraction = held - held.to_integral_value(rounding=ROUND_DOWN)
    paid = entry.gross_amount if entry.gross_amount is not None else fraction * (price or ZERO)
    for place in [each for each in state.quantities if each[0] == security]:
        taken = min(fraction, state.quantities[place])
        state.quantities[place] -= taken
        fraction -= taken
    cash = entry.net_amount or paid - entry.fees - entry.taxes
    _add(state, entry.cash_account or entry.account, entry.currency, cash)


def _reorganise(state: Replayed, entry: Entry) -> None:
    """Shares of one security become, or bring, shares of another."""
    factor = (entry.new_shares or ZERO) / (entry.old_shares or Decimal(1))
    keeps = entry.entry_type is EntryType.SPINOFF
    if entry.entry_type is EntryType.SYMBOL_CHANGE:
        factor = Decimal(1)
    before = state.quantity_of(entry.security)
    for place in [each for each in state.quantities if each[0] == entry.security]:
        held = state.quantities[place]
        if entry.to_security is not None:
            into = (entry.to_security, place[1])
            state.quantities[into] = state.quantities.get(into, ZERO) + held * factor
            state.ratios.add(entry.to_security)
        if not keeps:
            state.quantities[place] = ZERO
    if entry.entry_type is EntryType.MERGER:
        paid = entry.gross_amount if entry.gross_amount is not None else before * _price(entry)
        cash = entry.net_amount or paid - entry.fees - entry.taxes
        _add(state, entry.cash_account or entry.account, entry.currency, cash)


def _move(state: Replayed, entry: Entry, quantity: Decimal, account: str) -> None:
    if entry.security is not None:
        place = entry.security, account
        state.quantities[place] = state.quantities.get(place, ZERO) + quantity


def _add(state: Replayed, account: str, currency: str, amount: Decimal) -> None:
    state.cash[account, currency] = state.cash.get((account, currency), ZERO) + amount


def _quantity(entry: Entry) -> Decimal:
    if entry.quantity is not None:
        return entry.quantity
    return sum((lot.quantity for lot in entry.carried_lots), ZERO)


def _price(entry: Entry) -> Decimal:
    return entry.price if entry.price is not None else ZERO
