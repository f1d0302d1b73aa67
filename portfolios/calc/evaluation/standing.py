"""What is held at the end of the period, at which value and at which cost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portfolios.calc.entries import ZERO, CostFx
from portfolios.calc.evaluation.activity import Place
from portfolios.calc.evaluation.document import Document, Finding
from portfolios.calc.evaluation.quotes import Quotes, is_stale
from portfolios.calc.evaluation.rates import Rates
from portfolios.calc.lots import Book, Lot
from portfolios.calc.marks import State
from portfolios.calc.money import total


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A position at the end; a closed one holds 0 at a cost of 0. None is not known."""

    symbol: str
    account: str
    quantity: Decimal = ZERO
    cost_basis: Decimal | None = ZERO
    cost_basis_local: Decimal | None = ZERO
    market_value: Decimal | None = ZERO
    unrealized_pnl: Decimal | None = ZERO
    unrealized_fx_pnl: Decimal | None = ZERO
    state: State = "exact"


def holdings(
    document: Document,
    book: Book,
    open_lots: Iterable[Lot],
    market: tuple[Quotes, Rates],
    further: Iterable[Place],
) -> tuple[list[Holding], list[Finding]]:
    """Every position the ledger ever had, in order of appearance, and what has no price.

    further: places where something happened, though nothing was ever held there.
    """
    positions: dict[Place, list[Lot]] = {}
    for lot in open_lots:
        positions.setdefault((str(lot.security), lot.account), []).append(lot)
    findings: dict[tuple[str, str], Finding] = {}
    found = []
    for place in dict.fromkeys([*_places(book), *further]):
        lots = positions.get(place)
        if lots is None:
            found.append(Holding(symbol=place[0], account=place[1]))
            continue
        quantity = sum((signed(lot, lot.quantity_open) or ZERO for lot in lots), ZERO)
        valued = _value(document, (place[0], quantity), market, findings)
        found.append(_holding(document, place, lots, market[1], valued))
    return found, list(findings.values())


def cost_in_base(lot: Lot, rates: Rates, day: date, cost_fx: CostFx) -> Decimal | None:
    """Cost of a lot's open part in base: at its own rate, or at the day's."""
    if cost_fx is CostFx.HISTORIC:
        return lot.cost_basis
    rate = rates.to_base(lot.currency, day)
    if lot.cost_basis_local is None or rate is None:
        return None
    return lot.cost_basis_local * rate


def signed(lot: Lot, amount: Decimal | None) -> Decimal | None:
    """A quantity or cost of a lot as its position counts it: a short one is negative."""
    return -amount if lot.is_short and amount is not None else amount


def _places(book: Book) -> Iterable[Place]:
    moved = ((str(p.security), p.account) for p in book.journal if p.quantity)
    held = ((str(security), account) for security, account in book.places)
    return dict.fromkeys([*held, *moved])


def _value(
    document: Document,
    held: tuple[str, Decimal],
    market: tuple[Quotes, Rates],
    findings: dict[tuple[str, str], Finding],
) -> tuple[Decimal | None, State]:
    (symbol, quantity), asof = held, document.asof
    quote = market[0].last(symbol, asof)
    if quote is None:
        findings["missing_price", symbol] = Finding(
            "missing_price",
            None,
            "prices",
            f"No usable price of {symbol} at or before {asof}.",
            "Give a close of that day or shortly before it.",
        )
        return None, "withheld"
    currency = document.currencies[symbol]
    rate = market[1].between(currency, document.base_currency, asof)
    if rate is None:
        findings["missing_rate", currency] = missing_rate(currency, document.base_currency, asof)
        return None, "withheld"
    worth = quantity * quote.close * rate.rate
    return worth, "stale" if is_stale(quote.asof_date, asof) else "exact"


def missing_rate(currency: str, base_currency: str, day: date) -> Finding:
    """The finding for a currency that cannot be converted."""
    return Finding(
        "missing_rate",
        None,
        "fx",
        f"No rate from {currency} to {base_currency} at or before {day}.",
        "Give the pair, its inverse, or both legs through USD or EUR.",
    )


def _holding(
    document: Document,
    place: Place,
    lots: Sequence[Lot],
    rates: Rates,
    valued: tuple[Decimal | None, State],
) -> Holding:
    worth, state = valued
    cost_fx = document.policy.booking.cost_fx
    costs = [signed(lot, cost_in_base(lot, rates, document.asof, cost_fx)) for lot in lots]
    cost = total(costs)
    known = worth is not None and cost is not None
    return Holding(
        symbol=place[0],
        account=place[1],
        quantity=sum((signed(lot, lot.quantity_open) or ZERO for lot in lots), ZERO),
        cost_basis=cost,
        cost_basis_local=total(signed(lot, lot.cost_basis_local) for lot in lots),
        market_value=worth,
        unrealized_pnl=worth - cost if worth is not None and cost is not None else None,
        unrealized_fx_pnl=_currency_part(lots, costs, rates, document.asof),
        state="partial" if worth is not None and not known else state,
    )


def _currency_part(
    lots: Sequence[Lot], costs: Sequence[Decimal | None], rates: Rates, day: date
) -> Decimal | None:
    """C·(f1 − f0) over the lots: what the cost would be at today's rate, less what it was."""
    found = ZERO
    for lot, cost in zip(lots, costs, strict=True):
        rate, local = rates.to_base(lot.currency, day), signed(lot, lot.cost_basis_local)
        if rate is None or local is None or cost is None:
            return None
        found += local * rate - cost
    return found
