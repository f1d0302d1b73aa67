"""The inbox: corporate actions of what a portfolio held, that its ledger does not show yet.

A proposal is never stored. It follows from the facts of the market and from the ledger, so it
appears when either says so and is gone when its entries stand, whoever wrote them: this page, a
file, a form. Reverse them and it is back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Min

from market.models import CorporateAction
from market.selectors.actions import live_actions
from portfolios.calc.entitlement import Payout, after_ratio, held_at_open, payout
from portfolios.calc.lots import Posting
from portfolios.models import ActionDecision, Lot, Portfolio, Transaction
from portfolios.selectors.securities_booked import book_securities

URGENT_DAYS = 7
AHEAD_DAYS = 60
Type = CorporateAction.Type

# Which entries say that an action is in the ledger already.
BOOKED_AS: Mapping[str, tuple[str, ...]] = {
    Type.DIVIDEND: ("DIVIDEND", "DRIP"),
    Type.SPLIT: ("SPLIT",),
    Type.REVERSE_SPLIT: ("REVERSE_SPLIT", "SPLIT"),
    Type.STOCK_DIVIDEND: ("STOCK_DIVIDEND", "SPLIT"),
    Type.SPINOFF: ("SPINOFF",),
    Type.MERGER: ("MERGER",),
    Type.RETURN_OF_CAPITAL: ("RETURN_OF_CAPITAL",),
    Type.SYMBOL_CHANGE: ("SYMBOL_CHANGE",),
}
PAYS = frozenset({Type.DIVIDEND, Type.RETURN_OF_CAPITAL})
RATIO = frozenset({Type.SPLIT, Type.REVERSE_SPLIT, Type.STOCK_DIVIDEND})
CHOICE = frozenset({Type.STOCK_DIVIDEND, Type.SPINOFF, Type.MERGER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An action and what it would do here. `held` is by account, at the open of the ex-date.

    `pays` and `becomes` are None for what pays nothing and changes no count. `rate` is the
    withholding that is expected: the fact's own, else that of the security's last dividend here.
    """

    action: CorporateAction
    held: Mapping[str, Decimal]
    rate: Decimal | None
    pays: Payout | None
    becomes: Decimal | None
    is_due: bool
    is_urgent: bool

    @property
    def quantity(self) -> Decimal:
        return sum(self.held.values(), Decimal(0))

    @property
    def needs_choice(self) -> bool:
        """Whether the law offers more than one treatment."""
        return self.action.action_type in CHOICE


def proposals(portfolio: Portfolio, *, today: date) -> list[Proposal]:
    """What is proposed to a portfolio, by ex-date; announced ones up to two months ahead."""
    since = _held_since(portfolio)
    held = set(since)
    facts = [
        fact
        for fact in live_actions(held, upto=today + timedelta(days=AHEAD_DAYS))
        if fact.ex_date > since[fact.security_id]  # who buys first on the ex-date held nothing
    ]
    dismissed = _dismissed(portfolio)
    named = _entries_of(portfolio, held)
    booked = _booked(named)
    open_facts = [
        fact for fact in facts if fact.pk not in dismissed and not _is_booked(fact, booked)
    ]
    if not open_facts:
        return []
    journal = book_securities(portfolio, {fact.security_id for fact in open_facts}).journal
    rates = _rates(named)
    found = (
        _proposal(fact, journal, rates.get(fact.security_id), today=today) for fact in open_facts
    )
    return [proposal for proposal in found if proposal is not None]


def proposal_of(portfolio: Portfolio, action_id: UUID, *, today: date) -> Proposal | None:
    """The proposal of one action, if there is one."""
    found = (p for p in proposals(portfolio, today=today) if p.action.pk == action_id)
    return next(found, None)


def _proposal(
    fact: CorporateAction, journal: Sequence[Posting], usual: Decimal | None, *, today: date
) -> Proposal | None:
    held = held_at_open(journal, fact.security_id, fact.ex_date)
    held = {account: quantity for account, quantity in sorted(held.items()) if quantity > 0}
    if not held:
        return None
    quantity = sum(held.values(), Decimal(0))
    rate = fact.withholding_tax_rate if fact.withholding_tax_rate is not None else usual
    pays = becomes = None
    if fact.action_type in PAYS and fact.amount is not None:
        kept = rate if fact.action_type == Type.DIVIDEND else Decimal(0)
        pays = payout(quantity, fact.amount, kept, fact.currency or fact.security.currency)
    if fact.action_type in RATIO and fact.new_shares and fact.old_shares:
        becomes = after_ratio(quantity, fact.new_shares, fact.old_shares)
        if fact.action_type == Type.STOCK_DIVIDEND:
            becomes += quantity
    next_day = fact.ex_date if fact.ex_date >= today else fact.pay_date or fact.ex_date
    return Proposal(
        action=fact,
        held=held,
        rate=rate,
        pays=pays,
        becomes=becomes,
        is_due=fact.ex_date <= today,
        is_urgent=timedelta(0) <= next_day - today <= timedelta(days=URGENT_DAYS),
    )


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with the entries that stand for it; `mended` when the fact changed since."""

    decision: ActionDecision
    entries: tuple[Transaction, ...]

    @property
    def mended(self) -> bool:
        return self.decision.corporate_action.superseded_by_id is not None


def decided(portfolio: Portfolio, *, limit: int = 50) -> list[Decided]:
    """What was posted or dismissed here, the newest first; what was reopened is proposed again."""
    rows = ActionDecision.objects.filter(portfolio=portfolio)
    kept = list(
        rows.exclude(state=ActionDecision.State.REOPENED)
        .select_related("corporate_action__security", "decided_by")
        .order_by("-at")[:limit]
    )
    standing: dict[UUID, list[Transaction]] = {}
    for entry in standing_entries(portfolio, [each.corporate_action_id for each in kept]):
        if entry.corporate_action_id is not None:
            standing.setdefault(entry.corporate_action_id, []).append(entry)
    found = (Decided(row, tuple(standing.get(row.corporate_action_id, ()))) for row in kept)
    return [
        each
        for each in found
        if each.entries or each.decision.state == ActionDecision.State.DISMISSED
    ]


def standing_entries(portfolio: Portfolio, action_ids: Iterable[UUID]) -> list[Transaction]:
    """Entries that were posted from these actions and are not reversed."""
    rows = Transaction.objects.filter(
        portfolio=portfolio, corporate_action__in=list(action_ids), reversed_by__isnull=True
    )
    return list(rows.select_related("security").order_by("seq"))


def _held_since(portfolio: Portfolio) -> dict[UUID, date]:
    """The day of each security's first lot, closed ones included."""
    lots = Lot.objects.filter(portfolio=portfolio).order_by()
    first = lots.values_list("security").annotate(first=Min("acquisition_date"))
    return dict(first.values_list("security", "first"))


def _dismissed(portfolio: Portfolio) -> set[UUID]:
    rows = ActionDecision.objects.filter(portfolio=portfolio, state=ActionDecision.State.DISMISSED)
    return set(rows.values_list("corporate_action", flat=True))


def _entries_of(portfolio: Portfolio, securities: set[UUID]) -> list[Transaction]:
    """Standing entries of the kinds that actions are booked as, the newest last."""
    kinds = {kind for kinds in BOOKED_AS.values() for kind in kinds}
    rows = Transaction.objects.filter(
        portfolio=portfolio,
        security__in=securities,
        entry_type__in=kinds,
        reversed_by__isnull=True,
    )
    names = "security_id entry_type transaction_date ex_date pay_date gross_amount taxes".split()
    return list(rows.only("portfolio_id", "seq", *names).order_by("transaction_date", "seq"))


def _booked(entries: Iterable[Transaction]) -> set[tuple[UUID | None, str, date]]:
    """Security, kind and every day that an entry names: some brokers only know when they paid."""
    return {
        (entry.security_id, entry.entry_type, day)
        for entry in entries
        for day in (entry.ex_date, entry.transaction_date)
        if day is not None
    }


def _is_booked(fact: CorporateAction, booked: set[tuple[UUID | None, str, date]]) -> bool:
    days = [fact.ex_date]
    if fact.pay_date is not None and fact.action_type in PAYS:
        days.append(fact.pay_date)
    kinds = BOOKED_AS[fact.action_type]
    return any((fact.security_id, kind, day) in booked for kind in kinds for day in days)


def _rates(entries: Iterable[Transaction]) -> dict[UUID | None, Decimal]:
    """What was withheld of each security's last dividend, four decimals."""
    return {
        entry.security_id: (entry.taxes / entry.gross_amount).quantize(Decimal("0.0001"))
        for entry in entries
        if entry.entry_type in BOOKED_AS[Type.DIVIDEND] and entry.gross_amount
    }
