"""Events of a security in the plain replay: ratios, reorganisations and the money they pay."""

from decimal import ROUND_DOWN, Decimal

from portfolios.calc.entries import ZERO, Entry, EntryType, SecurityKey, Treatment
from portfolios.calc.money import half_even, round_money
from portfolios.calc.plain_state import Place, Replayed, add, places_of_security, price_of, take

ONE = Decimal(1)


def ratio(state: Replayed, entry: Entry) -> None:
    """Every holding of the security changes by the ratio; unheld fractions are paid in cash."""
    new, old = _ratio_of(entry)
    gives = entry.entry_type is EntryType.STOCK_DIVIDEND
    taxable = gives and entry.treatment is Treatment.TAXABLE
    state.ratios.add(entry.security)
    before = state.quantity_of(entry.security)
    places = places_of_security(state, entry.security)
    held = [state.quantities[place] for place in places]
    after = _times(state, places, new if taxable or not gives else old + new, old)
    for place, quantity in zip(places, after, strict=True):
        state.quantities[place] = quantity + (state.quantities[place] if taxable else ZERO)
    _charge(state, entry)
    if gives and entry.quantity is not None:
        kept = [ZERO] * len(held) if taxable else held
        came = [now - was for now, was in zip(after, kept, strict=True)]
        _pay_shortfall(state, entry, entry.security, dict(zip(places, came, strict=True)))
    elif entry.price is not None or not gives:
        _pay_fractions(state, entry, None if gives else _stated(entry, before))


def _times(state: Replayed, places: list[Place], new: Decimal, old: Decimal) -> list[Decimal]:
    """What places hold times new/old, at 8 decimals. Where accounts are not apart it is their sum
    that is rounded, and the last of them takes what is left of it."""
    held = [state.quantities[place] for place in places]
    if new == old:
        return held
    after = [half_even(quantity * new / old, 8) for quantity in held]
    if after and not state.by_account:
        after[-1] += half_even(sum(held, ZERO) * new / old, 8) - sum(after, ZERO)
    return after


def _stated(entry: Entry, held: Decimal) -> Decimal | None:
    """What was paid for the fractions of a split, before its charges; None where nothing says."""
    if entry.gross_amount is not None or entry.net_amount is None:
        return entry.gross_amount
    paid = entry.net_amount + entry.fees + entry.taxes
    paid = -paid if held < 0 else paid
    return paid if paid > 0 else None


def _pay_fractions(state: Replayed, entry: Entry, stated: Decimal | None) -> None:
    """The holding's fraction is sold, each account's own where accounts are apart; that of a
    debt is bought back."""
    if stated is None and entry.price is None:
        return
    places = places_of_security(state, entry.security)
    accounts = [place[1] for place in places] if state.by_account else [""]
    owed = state.quantity_of(entry.security) < 0
    for account in accounts:
        held = state.quantity_of(entry.security, account)
        fraction = held - held.to_integral_value(rounding=ROUND_DOWN)
        if not fraction or (stated is not None and owed != (fraction < 0)):
            continue
        take(state, entry.security, fraction, account)
        if stated is None:
            _pay_spread(state, entry, fraction * price_of(entry))
    if stated is not None:
        _pay_spread(state, entry, -stated if owed else stated)


def reorganise(state: Replayed, entry: Entry) -> None:
    """Shares of one security become, or bring, shares of another."""
    renamed = entry.entry_type is EntryType.SYMBOL_CHANGE
    before = state.quantity_of(entry.security)
    places = places_of_security(state, entry.security)
    after = _times(state, places, *((ONE, ONE) if renamed else _ratio_of(entry)))
    for place, quantity in zip(places, after, strict=True):
        if entry.to_security is not None:
            into = (entry.to_security, place[1])
            state.quantities[into] = state.quantities.get(into, ZERO) + quantity
            state.ratios.add(entry.to_security)
        if entry.entry_type is not EntryType.SPINOFF:
            state.quantities[place] = ZERO
    if entry.entry_type is EntryType.MERGER:
        pay_holders(state, entry, before)
    else:
        _charge(state, entry)
    _pay_shortfall(state, entry, entry.to_security, dict(zip(places, after, strict=True)))


def _pay_shortfall(
    state: Replayed, entry: Entry, security: SecurityKey | None, came: dict[Place, Decimal]
) -> None:
    """`quantity` says how many new shares came; what is missing of the ratio came as cash. It is
    each account's own fraction, where accounts are apart and these are what is missing."""
    expected = sum(came.values(), ZERO)
    if entry.quantity is None or entry.quantity >= expected:
        return
    missing = expected - entry.quantity
    fractions = {place[1]: shares % 1 for place, shares in came.items() if shares > 0}
    if state.by_account and sum(fractions.values(), ZERO) == missing:
        for account, fraction in fractions.items():
            take(state, security, fraction, account)
    else:
        take(state, security, missing)
    gives = entry.entry_type is EntryType.STOCK_DIVIDEND
    unit = price_of(entry) if gives and entry.to_price is None else entry.to_price
    paid = entry.net_amount or missing * (unit or ZERO)
    _pay_spread(state, entry, paid)


def pay_holders(state: Replayed, entry: Entry, held: Decimal) -> None:
    """What an event pays for a holding: in all, or per share; whoever is short owes it."""
    if not held:
        _charge(state, entry)
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


def _ratio_of(entry: Entry) -> tuple[Decimal, Decimal]:
    return entry.new_shares or ZERO, entry.old_shares or ONE
