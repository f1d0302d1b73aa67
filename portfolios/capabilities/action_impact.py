"""What corporate actions ahead do to a portfolio: how many shares, how much cash, how soon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from market.models import CorporateAction
from patterns.context import Context
from patterns.formats import display
from patterns.registry import capability
from patterns.results import CountFigure, FractionFigure, MoneyFigure, QuantityFigure, State
from portfolios.calc.entitlement import Payout, after_ratio, payout
from portfolios.calc.entries import ZERO
from portfolios.calc.money import round_money
from portfolios.capabilities.inputs import Answer, Arguments
from portfolios.capabilities.upcoming_actions import ActionFact, HeldRow
from portfolios.selectors.standing import Standing, standing

URGENT_DAYS = 7
Type = CorporateAction.Type
PAYS = frozenset({Type.DIVIDEND, Type.RETURN_OF_CAPITAL})
RATIO = frozenset({Type.SPLIT, Type.REVERSE_SPLIT, Type.STOCK_DIVIDEND})
GROSS = "Before withholding, whose rate is not known."
NO_AMOUNT = "The amount is not announced."
NO_RATIO = "The ratio is not announced."
NO_DIVIDEND = "No dividend's amount is known."
BY_TREATMENT = "What it brings depends on its terms and treatment."
NO_EARNINGS = "No calendar of earnings is connected."


class Impact(Arguments):
    """What to weigh, and what it falls on: the answers of the two steps before."""

    portfolio_id: UUID
    actions: tuple[ActionFact, ...]
    positions: tuple[HeldRow, ...]


class ImpactRow(Answer):
    """An action and what it does here. portfolio_impact is cash in base currency, net of
    withholding where its rate is known; new_quantity is what a ratio makes of the shares."""

    ex_date: date
    pay_date: date | None
    symbol: str
    action_type: str
    label: str
    terms: str
    portfolio_quantity: QuantityFigure
    new_quantity: QuantityFigure
    amount_local: MoneyFigure
    withholding_rate: FractionFigure
    portfolio_impact: MoneyFigure
    days_until: CountFigure
    is_urgent: bool
    source: str


class ImpactSummary(Answer):
    total_actions: CountFigure
    urgent_actions: CountFigure
    dividends_expected: MoneyFigure
    dividend_count: CountFigure
    splits_pending: CountFigure
    earnings_releases: CountFigure


class ActionsWithImpact(Answer):
    """Rows by ex-date; urgent within seven days of the as-of day, the others later."""

    actions: tuple[ImpactRow, ...]
    urgent: tuple[ImpactRow, ...]
    later: tuple[ImpactRow, ...]
    summary: ImpactSummary
    sources: tuple[str, ...]


@capability("corporate_actions.calculate_impact", version="1", agent="analyst")
def calculate_impact(ctx: Context, args: Impact) -> ActionsWithImpact:
    """What each action does to the shares that are held, and the cash that it brings in base
    currency at the pack's rate."""
    now = standing(ctx, args.portfolio_id)
    held = {row.security: row.quantity.value or ZERO for row in args.positions}
    today = ctx.asof_date or now.pack_date
    rows = tuple(
        _impact(now, fact, held[fact.security], today)
        for fact in args.actions
        if fact.security in held
    )
    return ActionsWithImpact(
        actions=rows,
        urgent=tuple(row for row in rows if row.is_urgent),
        later=tuple(row for row in rows if not row.is_urgent),
        summary=_summary(now, rows),
        sources=now.sources,
    )


def _impact(now: Standing, fact: ActionFact, quantity: Decimal, today: date) -> ImpactRow:
    paid = payout_of(fact, quantity)
    days = (fact.ex_date - today).days
    return ImpactRow(
        ex_date=fact.ex_date,
        pay_date=fact.pay_date,
        symbol=fact.symbol,
        action_type=fact.label,
        label=f"{fact.symbol} · {fact.label}",
        terms=f"{fact.ex_date}, {_terms(fact)}, on {display(str(quantity), 'quantity')} shares",
        portfolio_quantity=QuantityFigure(value=quantity),
        new_quantity=_new_quantity(fact, quantity),
        amount_local=_local(fact, paid),
        withholding_rate=_rate(fact),
        portfolio_impact=_in_base(now, fact, paid),
        days_until=CountFigure(value=days),
        is_urgent=days <= URGENT_DAYS,
        source=fact.source,
    )


def payout_of(fact: ActionFact, quantity: Decimal) -> Payout | None:
    """What an action pays; None for what pays nothing, or nothing that is known."""
    if fact.action_type not in PAYS or fact.amount is None:
        return None
    rate = None if fact.withholding_rate is None else Decimal(str(fact.withholding_rate))
    kept = rate if fact.action_type == Type.DIVIDEND else ZERO
    return payout(quantity, fact.amount, kept, fact.currency)


def _terms(fact: ActionFact) -> str:
    if fact.amount is not None:
        return f"{display(str(fact.amount), 'price', fact.currency)} a share"
    if fact.new_shares and fact.old_shares:
        new, old = (display(str(one), "quantity") for one in (fact.new_shares, fact.old_shares))
        return f"{new} for {old}"
    return "terms not announced"


def _new_quantity(fact: ActionFact, quantity: Decimal) -> QuantityFigure:
    if fact.action_type in PAYS or fact.action_type == Type.SYMBOL_CHANGE:
        return QuantityFigure(value=quantity)
    if fact.action_type not in RATIO:
        return QuantityFigure.withheld(BY_TREATMENT)
    if not fact.new_shares or not fact.old_shares:
        return QuantityFigure.withheld(NO_RATIO)
    after = after_ratio(quantity, fact.new_shares, fact.old_shares)
    gives = fact.action_type == Type.STOCK_DIVIDEND
    return QuantityFigure(value=quantity + after if gives else after)


def _rate(fact: ActionFact) -> FractionFigure:
    if fact.action_type != Type.DIVIDEND:
        return FractionFigure(value=0.0)
    if fact.withholding_rate is None:
        return FractionFigure.withheld("No rate of withholding is known.")
    return FractionFigure(value=fact.withholding_rate)


def _local(fact: ActionFact, paid: Payout | None) -> MoneyFigure:
    if paid is None:
        return _no_cash(fact, fact.currency)
    if paid.net is None:
        return MoneyFigure(value=paid.gross, currency=fact.currency, state="partial", reason=GROSS)
    return MoneyFigure(value=paid.net, currency=fact.currency)


def _no_cash(fact: ActionFact, currency: str) -> MoneyFigure:
    """A ratio pays nothing; what else pays nothing that is known is not known."""
    if fact.action_type in RATIO or fact.action_type == Type.SYMBOL_CHANGE:
        return MoneyFigure(value=ZERO, currency=currency)
    why = NO_AMOUNT if fact.action_type in PAYS else BY_TREATMENT
    return MoneyFigure.withheld(why, currency=currency)


def _in_base(now: Standing, fact: ActionFact, paid: Payout | None) -> MoneyFigure:
    base = now.valuation.base_currency
    if paid is None:
        return _no_cash(fact, base)
    rate = now.marks.rate_of(fact.currency)
    if rate is None:
        why = f"{now.pack_id} has no rate for {fact.currency}."
        return MoneyFigure.withheld(why, missing=(fact.currency,), currency=base)
    local = paid.gross if paid.net is None else paid.net
    state: State = "partial" if paid.net is None else "stale" if rate.state == "stale" else "exact"
    reasons = {"partial": GROSS, "stale": f"The rate is of {rate.asof_date}."}
    return MoneyFigure(
        value=round_money(local * rate.rate, base),
        currency=base,
        state=state,
        reason=reasons.get(state),
    )


def _summary(now: Standing, rows: Sequence[ImpactRow]) -> ImpactSummary:
    dividends = [row for row in rows if row.action_type == Type.DIVIDEND.label]
    splits = {Type(kind).label for kind in RATIO}
    return ImpactSummary(
        total_actions=CountFigure(value=len(rows)),
        urgent_actions=CountFigure(value=sum(row.is_urgent for row in rows)),
        dividends_expected=_sum(now, dividends),
        dividend_count=CountFigure(value=len(dividends)),
        splits_pending=CountFigure(value=sum(row.action_type in splits for row in rows)),
        earnings_releases=CountFigure.withheld(NO_EARNINGS),
    )


def _sum(now: Standing, rows: Sequence[ImpactRow]) -> MoneyFigure:
    base = now.valuation.base_currency
    known = [row.portfolio_impact for row in rows if row.portfolio_impact.value is not None]
    missing = tuple(row.label for row in rows if row.portfolio_impact.value is None)
    total = sum((one.value or ZERO for one in known), ZERO)
    if rows and not known:
        return MoneyFigure.withheld(
            "No dividend's amount is known.", missing=missing, currency=base
        )
    if missing or any(one.state == "partial" for one in known):
        why = f"Not counted: {', '.join(missing)}." if missing else GROSS
        coverage = len(known) / len(rows)
        return MoneyFigure(
            value=total, currency=base, state="partial", reason=why, missing=missing,
            coverage=coverage,
        )  # fmt: skip
    return MoneyFigure(value=total, currency=base)
