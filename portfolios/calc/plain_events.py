"""Events of a security in the plain replay: ratios, reorganisations and the money they pay."""

from decimal import ROUND_DOWN, Decimal

from portfolios.calc.entries import ZERO, Entry, EntryType, SecurityKey, Treatment
from portfolios.calc.money import round_money
from portfolios.calc.plain_state import Replayed, add, places_of_security, price_of, take


def ratio(state: Replayed, entry: Entry) -> None:
    """Every holding of the security changes by the ratio; unheld fractions are paid in cash."""
    factor = _factor(entry)
    state.ratios.add(entry.security)
    gives = entry.entry_type is EntryType.STOCK_DIVIDEND
    new = state.quantity_of(entry.security) * factor
    for place in places_of_security(state, entry.security):
        state.quantities[place] *= factor + 1 if gives else factor
    if gives and entry.treatment is Treatment.TAXABLE:
        _charge(state, entry)
        _pay_shortfall(state, entry, entry.security, new)
    elif entry.price is not None or entry.gross_amount is not None:
        _pay_fractions(state, entry)


def _pay_fractions(state: Replayed, entry: Entry) -> None:
    """The holding's fraction is sold, each account's own where accounts are apart."""
    places = places_of_security(state, entry.security)
    accounts = [place[1] for place in places] if state.by_account else [""]
    for account in accounts:
        held = state.quantity_of(entry.security, account)
        fraction = held - held.to_integral_value(rounding=ROUND_DOWN) if held > 0 else ZERO
        if not fraction:
            continue
        take(state, entry.security, fraction, account)
        if entry.price is not None and entry.gross_amount is None:
            _pay_spread(state, entry, fraction * entry.price)
    if entry.gross_amount is not None:
        _pay_spread(state, entry, entry.gross_amount)


def reorganise(state: Replayed, entry: Entry) -> None:
    """Shares of one security become, or bring, shares of another."""
    factor = Decimal(1) if entry.entry_type is EntryType.SYMBOL_CHANGE else _factor(entry)
    before = state.quantity_of(entry.security)
    for place in places_of_security(state, entry.security):
        held = state.quantities[place]
        if entry.to_security is not None:
            into = (entry.to_security, place[1])
            state.quantities[into] = state.quantities.get(into, ZERO) + held * factor
            state.ratios.add(entry.to_security)
        if entry.entry_type is not EntryType.SPINOFF:
            state.quantities[place] = ZERO
    if entry.entry_type is EntryType.MERGER:
        pay_holders(state, entry, before)
    else:
        _charge(state, entry)
    _pay_shortfall(state, entry, entry.to_security, before * factor)


def _pay_shortfall(
    state: Replayed, entry: Entry, security: SecurityKey | None, expected: Decimal
) -> None:
    """`quantity` says how many new shares came; what is missing of the ratio came as cash."""
    if entry.quantity is None or entry.quantity >= expected:
        return
    missing = expected - entry.quantity
    take(state, security, missing)
    paid = entry.net_amount or missing * (entry.to_price or ZERO)
    _pay_spread(state, entry, paid)


def pay_holders(state: Replayed, entry: Entry, held: Decimal) -> None:
    """What an event pays for a holding: in all, or per share; whoever is short owes it."""
    if not held:
        return
    paid = held * price_of(entry) if entry.gross_amount is None else entry.gross_amount
    _pay_spread(state, entry, paid - entry.fees - entry.taxes)


def _charge(state: Replayed, entry: Entry) -> None:
    if entry.fees or entry.taxes:
        _pay_spread(state, entry, -entry.fees - entry.taxes)


def _pay_spread(state: Replayed, entry: Entry, amount: Decimal) -> None:
    state.spread.add(entry.currency)
    paid = round_money(amount, entry.currency)
    add(state, entry.cash_account or entry.account, entry.currency, paid)


def _factor(entry: Entry) -> Decimal:
    return (entry.new_shares or ZERO) / (entry.old_shares or Decimal(1))
