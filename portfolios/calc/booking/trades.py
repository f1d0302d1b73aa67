"""Entries that open, change or close lots. Each is applied whole or refused with a Problem."""

from decimal import Decimal

from portfolios.calc.booking.amounts import LIMIT, gross, known, net
from portfolios.calc.booking.desk import Desk
from portfolios.calc.booking.disposal import OpenLot, Sale, relieve
from portfolios.calc.booking.orders import DisposalOrder, fifo
from portfolios.calc.booking.splits import QUANTITY_PLACES, fraction_of, split_lots
from portfolios.calc.entries import ZERO, Entry, Problem
from portfolios.calc.lots import Movement
from portfolios.calc.money import half_even, round_money


def buy(desk: Desk, entry: Entry) -> Problem | None:
    """Open a lot at gross plus the charges that belong to cost, and pay for it."""
    if problem := _other_currency(desk, entry):
        return problem
    _open_lot(desk, entry, known(gross(entry)) + _charges_in_cost(desk, entry))
    desk.post(entry, Movement.TRADE, quantity=known(entry.quantity), cash=net(entry))
    return None


def sell(desk: Desk, entry: Entry) -> Problem | None:
    """Relieve lots in the portfolio's order; refused whole when too little is held."""
    quantity = known(entry.quantity)
    pool = desk.pool(entry)
    if problem := _other_currency(desk, entry) or _oversold(desk, entry, pool):
        return problem
    charged = _charges_in_cost(desk, entry)
    _dispose(desk, entry, pool, desk.order, (quantity, known(gross(entry)), charged))
    desk.post(entry, Movement.TRADE, quantity=-quantity, cash=net(entry))
    return None


def opening_lot(desk: Desk, entry: Entry) -> Problem | None:
    """A holding from before the ledger began; its basis may be unknown, its worth unstated."""
    if problem := _other_currency(desk, entry):
        return problem
    _open_lot(desk, entry, entry.cost_basis)
    stated = gross(entry)
    desk.post(
        entry,
        Movement.DELIVERY,
        quantity=known(entry.quantity),
        crossing=stated,
        crossing_base=None if stated is None else desk.recorded_worth(entry, stated),
    )
    return None


def split(desk: Desk, entry: Entry) -> Problem | None:
    """Multiply every open lot of the security; sell the fraction where none is held."""
    pools = desk.pools_of(entry.security)
    lots = [lot for pool in pools for lot in pool]
    ratio = known(entry.new_shares) / known(entry.old_shares)
    if problem := _unbookable_split(entry, lots, ratio):
        return problem
    before = _held(lots)
    split_lots(lots, known(entry.new_shares), known(entry.old_shares))
    if _held(lots) != before:
        desk.post(entry, Movement.SPLIT, quantity=_held(lots) - before)
    if entry.price is not None or entry.gross_amount is not None:
        for pool in pools:
            _cash_in_lieu(desk, entry, pool)
    return None


def _open_lot(desk: Desk, entry: Entry, cost: Decimal | None) -> None:
    quantity = known(entry.quantity)
    lot = OpenLot(
        security=entry.security,
        account=entry.account,
        open_seq=entry.seq,
        number=1,
        acquisition_date=entry.transaction_date,
        currency=entry.currency,
        quantity_original=quantity,
        quantity_open=quantity,
        cost_basis_local=cost,
        fx_rate=desk.rate(entry, entry.transaction_date),
    )
    desk.open(lot, desk.pool(entry))


def _dispose(
    desk: Desk,
    entry: Entry,
    pool: list[OpenLot],
    order: DisposalOrder,
    amounts: tuple[Decimal, Decimal, Decimal],
) -> None:
    quantity, proceeds, charged = amounts
    sale = Sale(
        seq=entry.seq,
        on=entry.transaction_date,
        quantity=quantity,
        gross=proceeds,
        charges=charged,
        currency=entry.currency,
        fx_rate=desk.rate(entry, entry.transaction_date),
        base_currency=desk.settings.base_currency,
    )
    closures = relieve(pool, sale, order)
    desk.closures += closures
    pool[:] = [lot for lot in pool if lot.quantity_open]
    unknown = [closure for closure in closures if closure.cost_local is None]
    if unknown:
        opened = ", ".join(str(closure.open_seq) for closure in unknown)
        desk.problems.append(
            Problem(
                "unknown_basis",
                entry.seq,
                "cost_basis",
                f"Entry {entry.seq} sells shares of unknown cost, opened by entry {opened}; "
                "their realised result is not known.",
                "Reverse the opening balance and enter it with its cost_basis.",
            )
        )


def _charges_in_cost(desk: Desk, entry: Entry) -> Decimal:
    fees = entry.fees if desk.settings.fees_in_cost else ZERO
    taxes = entry.taxes if desk.settings.taxes_in_cost else ZERO
    return fees + taxes


def _cash_in_lieu(desk: Desk, entry: Entry, pool: list[OpenLot]) -> None:
    """Sell a position's fraction, earliest lots first, at the post-split price (methods §1.5)."""
    fraction = fraction_of(pool)
    if not fraction:
        return
    paid = entry.gross_amount
    if paid is None:
        paid = round_money(fraction * known(entry.price), entry.currency)
    _dispose(desk, entry, pool, fifo, (fraction, paid, ZERO))
    desk.post(entry, Movement.TRADE, quantity=-fraction, cash=paid)


def _held(lots: list[OpenLot]) -> Decimal:
    return sum((lot.quantity_open for lot in lots), ZERO)


def _oversold(desk: Desk, entry: Entry, pool: list[OpenLot]) -> Problem | None:
    held = _held(pool)
    if held >= known(entry.quantity):
        return None
    sold, there = (f"{number.normalize():,f}" for number in (known(entry.quantity), held))
    if desk.settings.allow_short:
        return Problem(
            "short_unsupported",
            entry.seq,
            "quantity",
            f"Entry {entry.seq} sells {sold} but {there} are held; short positions are not booked.",
            "Leave the short sale out of this ledger.",
        )
    return Problem(
        "insufficient_quantity",
        entry.seq,
        "quantity",
        f"Entry {entry.seq} sells {sold} but {there} are held on {entry.transaction_date}.",
        "Correct the quantity or book the missing purchase first.",
    )


def _other_currency(desk: Desk, entry: Entry) -> Problem | None:
    held = desk.currencies.get(entry.security, entry.currency)
    if held == entry.currency:
        return None
    return Problem(
        "currency_mismatch",
        entry.seq,
        "currency",
        f"This security is booked in {held}; entry {entry.seq} is in {entry.currency}.",
        f"Book the trade in {held} and the exchange as an FX_CONVERSION.",
    )


def _unbookable_split(entry: Entry, lots: list[OpenLot], ratio: Decimal) -> Problem | None:
    for lot in lots:
        after = lot.quantity_open * ratio
        if after < LIMIT and half_even(after, QUANTITY_PLACES):
            continue
        return Problem(
            "invalid_number",
            entry.seq,
            "new_shares",
            f"A split of {entry.new_shares} for {entry.old_shares} would leave {after} of "
            f"{lot.quantity_open}, which cannot be held.",
            "Correct the ratio.",
        )
    return None
