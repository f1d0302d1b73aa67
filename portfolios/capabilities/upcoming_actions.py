"""What is held, and the corporate actions that lie ahead of it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from market.models import CorporateAction
from patterns.context import Context
from patterns.registry import capability
from patterns.results import QuantityFigure
from portfolios.calc.entries import EntryType
from portfolios.capabilities.inputs import Answer, OfPortfolio
from portfolios.selectors.action_facts import upcoming_facts
from portfolios.selectors.standing import Standing, standing

Type = CorporateAction.Type
PAID = frozenset({EntryType.DIVIDEND, EntryType.DRIP})


class HeldRow(Answer):
    """An open position of one security over all accounts."""

    security: str
    symbol: str
    name: str
    currency: str
    quantity: QuantityFigure


class OpenPositions(Answer):
    positions: tuple[HeldRow, ...]
    sources: tuple[str, ...]


class Ahead(OfPortfolio):
    """`days_ahead`: calendar days after the as-of day."""

    days_ahead: Annotated[int, Field(ge=1, le=366)] = 90


class ActionFact(Answer):
    """An announced action, as the market says it; `amount` is per share, in `currency`."""

    security: str
    symbol: str
    action_type: str
    label: str
    ex_date: date
    pay_date: date | None
    amount: Decimal | None
    currency: str
    withholding_rate: float | None
    new_shares: Decimal | None
    old_shares: Decimal | None
    source: str


class UpcomingActions(Answer):
    """By ex-date, those of securities that are held."""

    actions: tuple[ActionFact, ...]
    asof_date: date
    until: date
    sources: tuple[str, ...]


@capability("ledger.positions", version="1", agent="analyst")
def positions(ctx: Context, args: OfPortfolio) -> OpenPositions:
    """Open positions from the lots, by symbol; without prices."""
    now = standing(ctx, args.portfolio_id)
    rows = [
        HeldRow(
            security=now.securities[key].key,
            symbol=now.securities[key].symbol,
            name=now.securities[key].name,
            currency=now.securities[key].currency,
            quantity=QuantityFigure(value=quantity),
        )
        for key, quantity in _held(now).items()
    ]
    return OpenPositions(
        positions=tuple(sorted(rows, key=lambda row: row.symbol)), sources=now.sources
    )


@capability("corporate_actions.upcoming", version="1", agent="data")
def upcoming(ctx: Context, args: Ahead) -> UpcomingActions:
    """Announced actions of what is held whose ex-date lies in the days ahead."""
    now = standing(ctx, args.portfolio_id)
    today = ctx.asof_date or now.pack_date
    until = today + timedelta(days=args.days_ahead)
    usual = _usual_withholding(now)
    return UpcomingActions(
        actions=tuple(_fact(fact, usual) for fact in upcoming_facts(set(_held(now)), today, until)),
        asof_date=today,
        until=until,
        sources=now.sources,
    )


def _held(now: Standing) -> dict[UUID, Decimal]:
    found: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    for position in now.valuation.positions:
        if isinstance(position.security, UUID):
            found[position.security] += position.quantity
    return {key: quantity for key, quantity in found.items() if quantity}


def _usual_withholding(now: Standing) -> dict[object, Decimal]:
    """What was withheld of each security's last dividend here."""
    return {
        entry.security: (entry.taxes / entry.gross_amount).quantize(Decimal("0.0001"))
        for entry in now.booked.book.accepted
        if entry.entry_type in PAID and entry.gross_amount
    }


def _fact(fact: CorporateAction, usual: dict[object, Decimal]) -> ActionFact:
    rate = fact.withholding_tax_rate
    if rate is None and fact.action_type == Type.DIVIDEND:
        rate = usual.get(fact.security_id)
    return ActionFact(
        security=fact.security.key,
        symbol=fact.security.symbol,
        action_type=fact.action_type,
        label=Type(fact.action_type).label,
        ex_date=fact.ex_date,
        pay_date=fact.pay_date,
        amount=fact.amount,
        currency=fact.currency or fact.security.currency,
        withholding_rate=None if rate is None else float(rate),
        new_shares=fact.new_shares,
        old_shares=fact.old_shares,
        source=fact.source,
    )
