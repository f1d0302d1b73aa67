"""In which account shares lie, where lots are matched across the whole portfolio.

With `LotScope.PORTFOLIO` a sale out of one account may relieve the lot of another. Its cost is
gone, and rightly; but the shares that left were this account's. The lots that remain are then
dealt out again, so that every account shows the shares that its own entries left in it: each
keeps its own lots first, oldest first, and what is too much in one goes to where it is missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from portfolios.calc.entries import ZERO
from portfolios.calc.lots import Book, Lot, Movement, Posting
from portfolios.calc.money import half_even

_PLACES = 8  # to which splits keep shares


def placed(book: Book) -> tuple[Lot, ...]:
    """The open lots in the accounts that hold the shares; one that lies in two becomes two.

    Lots stay where they were opened where the entries agree with them, and also where they
    cannot be dealt out: shares owed, or less than nothing left in an account.
    """
    lots: dict[str, list[Lot]] = {}
    for lot in book.open_lots:
        lots.setdefault(str(lot.security), []).append(lot)
    held = _held(book.journal, _spread(book))
    found: list[Lot] = []
    for symbol, group in lots.items():
        there = held.get(symbol, {})
        found += _dealt(group, there) if _can_be_dealt(group, there) else group
    return tuple(found)


def _spread(book: Book) -> set[str]:
    """The symbols that were ever in more than one account."""
    accounts: dict[str, set[str]] = {}
    for security, account in book.places:
        accounts.setdefault(str(security), set()).add(account)
    return {symbol for symbol, found in accounts.items() if len(found) > 1}


def _held(journal: Iterable[Posting], symbols: set[str]) -> Mapping[str, Mapping[str, Decimal]]:
    """Shares of some symbols by account; a split multiplies what each account has."""
    held: dict[str, dict[str, Decimal]] = {}
    for posting in journal:
        symbol = str(posting.security)
        if not posting.quantity or symbol not in symbols:
            continue
        accounts = held.setdefault(symbol, {})
        whole = sum(accounts.values(), ZERO)
        if posting.movement is Movement.SPLIT and whole:
            for account, quantity in accounts.items():
                more = posting.quantity * quantity / whole
                accounts[account] = half_even(quantity + more, _PLACES)
        else:
            accounts[posting.account] = accounts.get(posting.account, ZERO) + posting.quantity
    return held


def _can_be_dealt(lots: Sequence[Lot], there: Mapping[str, Decimal]) -> bool:
    if not there or any(lot.is_short for lot in lots) or min(there.values()) < 0:
        return False
    return sum(there.values(), ZERO) == sum((lot.quantity_open for lot in lots), ZERO)


def _dealt(lots: Sequence[Lot], there: Mapping[str, Decimal]) -> list[Lot]:
    """Each account its own lots, as far as it has shares; then what is left to those in need."""
    missing = dict(there)
    found: list[Lot] = []
    left: list[Lot] = []
    for lot in lots:
        taken = min(lot.quantity_open, missing.get(lot.account, ZERO))
        kept, rest = _divided(lot, taken)
        missing[lot.account] = missing.get(lot.account, ZERO) - taken
        found += kept
        left += rest
    for account, quantity in missing.items():
        needed = quantity
        while needed > 0:
            kept, rest = _divided(left.pop(0), needed)
            found += [lot._replace(account=account) for lot in kept]
            needed -= sum((lot.quantity_open for lot in kept), ZERO)
            left[:0] = rest
    return found


def _divided(lot: Lot, quantity: Decimal) -> tuple[list[Lot], list[Lot]]:
    """A lot as the part of a quantity (at most) and what remains, each with its share of cost."""
    if quantity <= 0:
        return [], [lot]
    if quantity >= lot.quantity_open:
        return [lot], []
    part = _part(lot, quantity)
    rest = lot._replace(
        quantity_open=lot.quantity_open - quantity,
        cost_basis_local=_less(lot.cost_basis_local, part.cost_basis_local),
        cost_settled=_less(lot.cost_settled, part.cost_settled),
    )
    return [part], [rest]


def _part(lot: Lot, quantity: Decimal) -> Lot:
    def share(cost: Decimal | None) -> Decimal | None:
        return None if cost is None else cost * quantity / lot.quantity_open

    return lot._replace(
        quantity_open=quantity,
        cost_basis_local=share(lot.cost_basis_local),
        cost_settled=share(lot.cost_settled),
    )


def _less(whole: Decimal | None, part: Decimal | None) -> Decimal | None:
    return None if whole is None or part is None else whole - part
