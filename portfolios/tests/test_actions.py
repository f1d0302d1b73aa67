"""Corporate actions: proposed to who held at the open of the ex-date, posted as entries, undone
by reversals."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from accounts.exceptions import PermissionDenied
from accounts.models import AuditEvent, User
from market.calc.events import ActionFacts
from market.models import CorporateAction
from market.services import record_actions
from portfolios.exceptions import ActionNotProposed, EntriesRefused
from portfolios.models import ActionDecision, Lot, Portfolio, PortfolioDailyValue, Transaction
from portfolios.selectors.actions import Proposal, decided, proposals
from portfolios.services import reverse_entry
from portfolios.services.actions import (
    Terms,
    confirm_action,
    confirm_everywhere,
    dismiss_action,
    reopen_action,
)
from portfolios.services.projections import projection_breaks
from portfolios.tests.factories import PortfolioFactory, append, deposit, trade
from portfolios.tests.world import FRI, MON, THU, TUE, WED, listing

TODAY = date(2013, 3, 1)
FIFTEEN = Terms(withholding_rate=Decimal("0.15"))


def fact(kind: str, day: date, symbol: str = "ACME", **said: Any) -> CorporateAction:
    exchange = listing(symbol).exchange
    record_actions(
        [
            ActionFacts(
                symbol=symbol,
                exchange=exchange,
                action_type=kind,
                ex_date=day,
                source="tape",
                **said,
            )
        ]
    )
    return CorporateAction.objects.get(
        security__symbol=symbol, action_type=kind, ex_date=day, superseded_by=None
    )


def dividend(day: date, amount: str = "0.50", **said: Any) -> CorporateAction:
    return fact("dividend", day, amount=Decimal(amount), currency="USD", **said)


def split(day: date, new: int = 2, old: int = 1) -> CorporateAction:
    return fact("split", day, new_shares=Decimal(new), old_shares=Decimal(old))


def proposed(portfolio: Portfolio, today: date = TODAY) -> list[Proposal]:
    return proposals(portfolio, today=today)


def confirm(portfolio: Portfolio, action: CorporateAction, by: User, terms: Terms = FIFTEEN) -> Any:
    return confirm_action(
        portfolio_id=portfolio.pk, action_id=action.pk, terms=terms, by=by, today=TODAY
    )


def test_a_dividend_is_proposed_with_what_it_is_expected_to_pay(traded: Portfolio) -> None:
    """20 ACME on Wednesday; 20 × 0.50 = 10.00, nobody knows what is withheld."""
    dividend(WED, pay_date=FRI)
    (proposal,) = proposed(traded)
    assert proposal.held == {"main": Decimal(20)}
    assert proposal.pays is not None
    assert (proposal.pays.gross, proposal.pays.net) == (Decimal(10), None)


def test_bought_on_the_ex_date_does_not_qualify_sold_on_it_does(traded: Portfolio) -> None:
    """ACME was bought on Monday; 5 of 20 are sold on Thursday."""
    dividend(MON)
    assert proposed(traded) == []
    dividend(THU)
    assert [proposal.quantity for proposal in proposed(traded)] == [20]


def test_a_dividend_is_posted_kept_receivable_and_gone_from_the_inbox(
    traded: Portfolio, alice: User
) -> None:
    """Gross 10.00, withheld 1.50, net 8.50 USD, receivable from Wednesday to Thursday at 1.04."""
    action = dividend(WED, pay_date=FRI)
    (row,) = confirm(traded, action, alice).entries

    assert (row.entry_type, row.transaction_date, row.ex_date, row.pay_date) == (
        "DIVIDEND",
        WED,
        WED,
        FRI,
    )
    assert (row.gross_amount, row.taxes, row.net_amount) == (10, Decimal("1.5"), Decimal("8.5"))
    assert row.corporate_action_id == action.pk and row.source == "corporate_action"
    receivable = dict(
        PortfolioDailyValue.objects.filter(portfolio=traded).values_list(
            "asof_date", "receivable_balance"
        )
    )
    assert (receivable[TUE], receivable[WED], receivable[THU], receivable[FRI]) == (
        0,
        Decimal("8.84"),
        Decimal("8.84"),
        0,
    )
    assert proposed(traded) == []
    assert AuditEvent.objects.filter(action="decide_corporate_action").count() == 1
    with pytest.raises(ActionNotProposed):
        confirm(traded, action, alice)


def test_each_account_that_held_is_paid_for_itself(traded: Portfolio, alice: User) -> None:
    acme = listing("ACME")
    append(traded, alice, trade("BUY", acme, "3", "10", TUE, account="pension"))
    written = confirm(traded, dividend(WED), alice)
    assert [(row.account, row.quantity) for row in written.entries] == [
        ("main", 20),
        ("pension", 3),
    ]
    assert {row.estimated_reason for row in written.entries} == {"pay_date_unknown"}


def test_what_was_withheld_before_is_expected_again(traded: Portfolio, alice: User) -> None:
    confirm(traded, dividend(TUE), alice)
    dividend(FRI)
    assert [proposal.rate for proposal in proposed(traded)] == [Decimal("0.1500")]


@pytest.mark.parametrize("said", [{"ex_date": WED}, {}, {"transaction_date": FRI}])
def test_what_a_file_brought_already_is_not_proposed(
    traded: Portfolio, alice: User, said: dict[str, date]
) -> None:
    """By ex-date, by its own day, or by the pay date where the broker knows no other."""
    dividend(WED, pay_date=FRI)
    entry = trade("DIVIDEND", listing("ACME"), "20", "0.5", said.get("transaction_date", WED))
    append(traded, alice, entry)
    assert proposed(traded) == []
    reverse_entry(portfolio_id=traded.pk, seq=6, by=alice, reason="not true")
    assert len(proposed(traded)) == 1


def test_a_split_entered_late_restates_without_a_jump_in_value(
    traded: Portfolio, alice: User
) -> None:
    """ACME closes at 11 on Wednesday and 12 on Thursday. Had it split 2 for 1 on Thursday, 20
    shares at 11 would be followed by 40 at 12: before the ex-date nothing changes, and from it on
    every count is doubled. 40 less the 5 that were sold are 35."""

    def values() -> dict[date, Any]:
        rows = PortfolioDailyValue.objects.filter(portfolio=traded)
        return dict(rows.values_list("asof_date", "positions_value"))

    before = values()
    (row,) = confirm(traded, split(THU), alice, Terms()).entries
    after = values()

    assert (row.entry_type, row.new_shares, row.old_shares) == ("SPLIT", 2, 1)
    assert [after[day] for day in (MON, TUE, WED)] == [before[day] for day in (MON, TUE, WED)]
    assert after[THU] - before[THU] == 20 * 12 * Decimal("1.04")
    lot = Lot.objects.get(portfolio=traded, security__symbol="ACME")
    assert (lot.quantity_original, lot.quantity_open, lot.cost_basis_local) == (40, 35, 175)
    assert projection_breaks(traded.pk) == []


def test_value_is_continuous_over_a_split_on_every_day(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    """MAPLE closes at 20 until Wednesday and at 25 from Thursday on, which is what a split of 4
    for 5 does to a price: 10 × 20 = 8 × 25 = 200 on every day, though it is entered afterwards."""
    maple = listing("MAPLE")
    append(portfolio, alice, deposit("1000"), trade("BUY", maple, "10", "20", MON))
    action = fact("split", THU, "MAPLE", new_shares=Decimal(4), old_shares=Decimal(5))
    confirm(portfolio, action, alice, Terms())
    rows = PortfolioDailyValue.objects.filter(portfolio=portfolio).order_by("asof_date")
    assert list(rows.values_list("positions_value", flat=True)) == [200] * 5


def test_undoing_reverses_the_entries_and_proposes_again(traded: Portfolio, alice: User) -> None:
    action = split(THU)
    confirm(traded, action, alice, Terms())
    (shown,) = decided(traded)
    assert [entry.seq for entry in shown.entries] == [6] and not shown.mended
    undone = reopen_action(
        portfolio_id=traded.pk, action_id=action.pk, by=alice, reason="not this one"
    )
    assert undone is not None and undone.entries[0].reverses_id == shown.entries[0].pk
    assert [proposal.action for proposal in proposed(traded)] == [action]
    assert decided(traded) == []
    with pytest.raises(ActionNotProposed):
        reopen_action(portfolio_id=traded.pk, action_id=action.pk, by=alice, reason="again")


def test_what_later_entries_stand_on_is_not_undone(traded: Portfolio, alice: User) -> None:
    """15 become 30 on Friday, and 20 of them are sold."""
    action = split(FRI)
    confirm(traded, action, alice, Terms())
    append(traded, alice, trade("SELL", listing("ACME"), "20", "12", FRI))
    with pytest.raises(EntriesRefused):
        reopen_action(portfolio_id=traded.pk, action_id=action.pk, by=alice, reason="x")
    assert ActionDecision.objects.get().state == "confirmed"


def test_a_dismissed_action_is_silent_until_it_is_reopened(traded: Portfolio, alice: User) -> None:
    action = dividend(WED)
    dismiss_action(
        portfolio_id=traded.pk, action_id=action.pk, by=alice, reason="paid elsewhere", today=TODAY
    )
    assert proposed(traded) == []
    assert [each.decision.reason for each in decided(traded)] == ["paid elsewhere"]
    assert reopen_action(portfolio_id=traded.pk, action_id=action.pk, by=alice, reason="") is None
    assert len(proposed(traded)) == 1


def test_a_mended_fact_is_proposed_once_what_was_posted_is_undone(
    traded: Portfolio, alice: User
) -> None:
    action = dividend(WED)
    confirm(traded, action, alice)
    mended = dividend(WED, "0.60")
    assert proposed(traded) == [] and decided(traded)[0].mended
    reopen_action(portfolio_id=traded.pk, action_id=action.pk, by=alice, reason="mended")
    assert [proposal.action for proposal in proposed(traded)] == [mended]


def test_an_announced_action_is_shown_and_not_yet_posted(traded: Portfolio, alice: User) -> None:
    action = dividend(TODAY + timedelta(days=5))
    (proposal,) = proposed(traded)
    assert not proposal.is_due and proposal.is_urgent
    assert proposal.quantity == 15
    with pytest.raises(ActionNotProposed):
        confirm(traded, action, alice)
    assert proposed(traded, action.ex_date - timedelta(days=61)) == []


def test_who_may_only_look_decides_nothing(
    traded: Portfolio, bob_viewer: User, alice: User
) -> None:
    action = dividend(WED)
    with pytest.raises(PermissionDenied):
        confirm(traded, action, bob_viewer)
    with pytest.raises(PermissionDenied):
        reopen_action(portfolio_id=traded.pk, action_id=action.pk, by=bob_viewer, reason="x")


def test_a_manager_posts_an_action_to_all_own_portfolios_at_once(
    traded: Portfolio, alice: User, bob: User
) -> None:
    """Two portfolios of Alice held ACME, a third did not, a fourth is not hers."""
    second = PortfolioFactory.create(owner=alice, name="Second")
    PortfolioFactory.create(owner=alice, name="Empty")
    foreign = PortfolioFactory.create(name="Foreign")
    for portfolio, owner in ((second, alice), (foreign, foreign.owner)):
        append(portfolio, owner, deposit(), trade("BUY", listing("ACME"), "2", "10", MON))
    action = dividend(WED)

    done = confirm_everywhere(action_id=action.pk, terms=FIFTEEN, by=alice, today=TODAY)

    assert {portfolio.name for portfolio, _ in done.posted} == {"Savings", "Second"}
    assert done.refused == []
    assert not Transaction.objects.filter(portfolio=foreign, entry_type="DIVIDEND").exists()
    assert confirm_everywhere(action_id=action.pk, terms=FIFTEEN, by=bob, today=TODAY).posted == []


def test_an_unknown_action_is_not_proposed(traded: Portfolio, alice: User) -> None:
    with pytest.raises(ActionNotProposed):
        confirm_action(
            portfolio_id=traded.pk, action_id=UUID(int=1), terms=FIFTEEN, by=alice, today=TODAY
        )
