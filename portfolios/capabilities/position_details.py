"""A position as it stands, and the entries that made it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from patterns.context import Context
from patterns.registry import capability
from patterns.results import (
    CountFigure,
    FractionFigure,
    MoneyFigure,
    PriceFigure,
    QuantityFigure,
    State,
)
from portfolios.calc.entries import ZERO, Entry, SecurityKey
from portfolios.calc.lots import Closure
from portfolios.calc.marks import worst
from portfolios.calc.money import round_money, total
from portfolios.calc.valuation import ValuedPosition
from portfolios.capabilities.inputs import Answer, OfPortfolio
from portfolios.capabilities.position_figures import (
    BASIS_UNKNOWN,
    average_cost_of,
    cost_of,
    gain_fraction_of,
    gain_of,
    price_of,
    realized_of,
    reason_of,
    weight_of,
    worth_of,
)
from portfolios.selectors.standing import Standing, standing

NOTHING_HELD = "Nothing of it is held."
NO_PRICE = "The entry names no price."


class OneSecurity(OfPortfolio):
    security_id: UUID


class SomeEntries(OneSecurity):
    """`limit`: how many, the newest first."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 50


class PositionDetails(Answer):
    """One security over all accounts. Amounts are in base currency unless the name ends in
    `_local`; a short position is negative throughout."""

    security: str
    symbol: str
    name: str
    security_type: str
    sector: str
    currency: str
    accounts: tuple[str, ...]
    quantity: QuantityFigure
    price: PriceFigure
    market_value_local: MoneyFigure
    market_value: MoneyFigure
    weight: FractionFigure
    average_cost: PriceFigure
    cost_basis: MoneyFigure
    unrealized_pnl: MoneyFigure
    unrealized_pnl_pct: FractionFigure
    realized_pnl: MoneyFigure
    state: State
    reason: str | None
    sources: tuple[str, ...]


class EntryRow(Answer):
    """One entry of a ledger. `quantity` is what it did to the shares that are held, `total` what
    it did to cash, negative when paid; both are zero where it moves none. So is what it realised
    where it closes no lot."""

    seq: int
    transaction_date: date
    entry_type: str
    account: str
    quantity: QuantityFigure
    price: PriceFigure
    total: MoneyFigure
    commission: MoneyFigure
    taxes: MoneyFigure
    realized_pnl: MoneyFigure


class TransactionHistory(Answer):
    """The newest entries of a security that are not reversed; `count` is of all of them."""

    entries: tuple[EntryRow, ...]
    count: CountFigure
    sources: tuple[str, ...]


@capability("get_position_details", version="1", agent="analyst")
def get_position_details(ctx: Context, args: OneSecurity) -> PositionDetails:
    """Quantity, price, value, weight, cost and results of one security over all accounts."""
    now = standing(ctx, args.portfolio_id)
    held = [one for one in now.valuation.positions if one.security == args.security_id]
    if not held:
        return _nothing_held(now, args.security_id)
    one = _together(held)
    base = now.valuation.base_currency
    return PositionDetails(
        **_names(now, args.security_id),
        accounts=tuple(part.account for part in held),
        quantity=QuantityFigure(value=one.quantity),
        price=price_of(now, one),
        market_value_local=worth_of(now, one, one.market_value_local, one.currency),
        market_value=worth_of(now, one, one.market_value, base),
        weight=weight_of(now, one),
        average_cost=average_cost_of(now, one),
        cost_basis=cost_of(now, one),
        unrealized_pnl=gain_of(now, one),
        unrealized_pnl_pct=gain_fraction_of(now, one),
        realized_pnl=realized_of(now, args.security_id),
        state=one.state,
        reason=reason_of(now, one),
        sources=now.sources,
    )


@capability("get_transaction_history", version="1", agent="analyst")
def get_transaction_history(ctx: Context, args: SomeEntries) -> TransactionHistory:
    """The newest entries that name a security, with what each of them realised."""
    now = standing(ctx, args.portfolio_id)
    found = named_entries(now, args.security_id, ctx.asof_date or now.pack_date)
    return TransactionHistory(
        entries=tuple(_entry(now, one, found) for one in found.newest[: args.limit]),
        count=CountFigure(value=len(found.newest)),
        sources=now.sources,
    )


@dataclass(frozen=True)
class NamedEntries:
    """The entries that name a security, the newest first; by number the shares that each moved and
    the lots that it closed."""

    newest: Sequence[Entry]
    moved: Mapping[int, Decimal]
    closed: Mapping[int, Sequence[Closure]]


def named_entries(now: Standing, security: SecurityKey, upto: date) -> NamedEntries:
    book = now.booked.book
    named = [
        entry
        for entry in book.accepted
        if security in (entry.security, entry.to_security) and entry.transaction_date <= upto
    ]
    named.sort(key=lambda entry: (entry.transaction_date, entry.seq), reverse=True)
    closed: defaultdict[int, list[Closure]] = defaultdict(list)
    for closure in book.closures:
        if closure.security == security:
            closed[closure.close_seq].append(closure)
    moved: defaultdict[int, Decimal] = defaultdict(Decimal)
    for posting in book.journal:
        if posting.security == security:
            moved[posting.seq] += posting.quantity
    return NamedEntries(named, moved, closed)


def _together(held: Sequence[ValuedPosition]) -> ValuedPosition:
    """The parts of a security in several accounts as one; unknown where any part is."""
    if len(held) == 1:
        return held[0]
    first = held[0]
    return replace(
        first,
        account="",
        quantity=sum((part.quantity for part in held), ZERO),
        market_value=total(part.market_value for part in held),
        market_value_local=total(part.market_value_local for part in held),
        cost_basis=total(part.cost_basis for part in held),
        cost_basis_local=total(part.cost_basis_local for part in held),
        unrealized_pnl=total(part.unrealized_pnl for part in held),
        weight=total(part.weight for part in held),
        state=worst(part.state for part in held),
    )


def _names(now: Standing, security_id: UUID) -> dict[str, str]:
    security = now.securities.get(security_id)
    names = ("symbol", "name", "security_type", "sector", "currency")
    known = {name: str(getattr(security, name)) if security else "" for name in names}
    return {"security": security.key if security else "", **known}


def _nothing_held(now: Standing, security_id: UUID) -> PositionDetails:
    """What it still knows: what it realised, and that there is none of it."""
    names = _names(now, security_id)
    base, local = now.valuation.base_currency, names["currency"]
    amount = MoneyFigure.withheld(NOTHING_HELD, currency=base)
    share = FractionFigure.withheld(NOTHING_HELD)
    price = PriceFigure.withheld(NOTHING_HELD, currency=local)
    return PositionDetails(
        **names,
        accounts=(),
        quantity=QuantityFigure(value=ZERO),
        price=price,
        market_value_local=MoneyFigure.withheld(NOTHING_HELD, currency=local),
        market_value=amount,
        weight=share,
        average_cost=price,
        cost_basis=amount,
        unrealized_pnl=amount,
        unrealized_pnl_pct=share,
        realized_pnl=realized_of(now, security_id),
        state="exact",
        reason=NOTHING_HELD,
        sources=now.sources,
    )


def _entry(now: Standing, entry: Entry, found: NamedEntries) -> EntryRow:
    price, currency = entry.price, entry.currency
    return EntryRow(
        seq=entry.seq,
        transaction_date=entry.transaction_date,
        entry_type=entry.entry_type.value.replace("_", " ").capitalize(),
        account=entry.account,
        quantity=QuantityFigure(value=found.moved[entry.seq]),
        price=PriceFigure.withheld(NO_PRICE, currency=currency)
        if price is None
        else PriceFigure(value=price, currency=currency),
        total=MoneyFigure(value=entry.net_amount or ZERO, currency=currency),
        commission=MoneyFigure(value=entry.fees, currency=currency),
        taxes=MoneyFigure(value=entry.taxes, currency=currency),
        realized_pnl=_realized(now, found.closed[entry.seq]),
    )


def _realized(now: Standing, closures: Sequence[Closure]) -> MoneyFigure:
    base = now.valuation.base_currency
    found = total(closure.realized_pnl for closure in closures)
    if found is None:
        return MoneyFigure.withheld(BASIS_UNKNOWN, currency=base)
    return MoneyFigure(value=round_money(found, base), currency=base)
