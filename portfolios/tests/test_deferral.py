"""The loss rule of a portfolio: set with an audit, read beside the book."""

from datetime import date

import pytest

from accounts.exceptions import PermissionDenied
from accounts.models import AuditEvent, User
from market.tests.factories import SecurityFactory
from portfolios.exceptions import PortfolioInvalid, PortfolioNotFound
from portfolios.models import Portfolio
from portfolios.selectors import deferral_note, deferred_losses
from portfolios.selectors.booked import book_ledger
from portfolios.services import set_loss_rule
from portfolios.tests.factories import append, deposit, trade

pytestmark = pytest.mark.django_db

SOLD = date(2024, 11, 4)


@pytest.fixture
def losing(portfolio: Portfolio, alice: User) -> Portfolio:
    """100 of RY bought at 50, sold at 40; 60 bought back in New York, under the same ISIN."""
    toronto, new_york = (
        SecurityFactory.create(symbol="RY", exchange=mic, currency="CAD", isin="CA7800871021")
        for mic in ("XTSE", "XNYS")
    )
    append(
        portfolio,
        alice,
        deposit("20000", date(2024, 1, 2)),
        trade("BUY", toronto, "100", "50", date(2024, 1, 10)),
        trade("SELL", toronto, "100", "40", SOLD),
        trade("BUY", new_york, "60", "42", date(2024, 11, 20)),
    )
    return portfolio


def test_a_rule_is_set_and_read(losing: Portfolio, alice: User) -> None:
    portfolio = set_loss_rule(portfolio_id=losing.pk, rule="US", by=alice, reason="moved")
    got = deferred_losses(portfolio, date(2024, 12, 1))
    (line,) = got.closures
    assert [line.booked, line.disallowed, line.recognized] == [-1000, 600, -400]
    assert deferral_note(line) == "600.00 disallowed, provisional until 2024-12-04"
    assert deferral_note(deferred_losses(portfolio, date(2024, 12, 5)).closures[0]) == (
        "600.00 disallowed"
    )


def test_the_booked_figures_do_not_move_with_the_rule(losing: Portfolio, alice: User) -> None:
    before = book_ledger(losing, asof=SOLD).book
    portfolio = set_loss_rule(portfolio_id=losing.pk, rule="US", by=alice)
    assert book_ledger(portfolio, asof=SOLD).book == before


def test_without_a_rule_nothing_is_deferred(losing: Portfolio) -> None:
    got = deferred_losses(losing, date(2024, 12, 1))
    assert got.disallowed == 0
    assert not deferral_note(got.closures[0])


def test_setting_a_rule_is_audited_once(losing: Portfolio, alice: User) -> None:
    for _ in range(2):
        set_loss_rule(portfolio_id=losing.pk, rule="CA", by=alice, reason="resident of Canada")
    event = AuditEvent.objects.get(action="loss_rule_set")
    assert (event.actor, event.details) == (
        alice,
        {"from": "", "to": "CA", "reason": "resident of Canada"},
    )


def test_an_unknown_rule_is_refused(losing: Portfolio, alice: User) -> None:
    with pytest.raises(PortfolioInvalid) as refused:
        set_loss_rule(portfolio_id=losing.pk, rule="GB", by=alice)
    assert refused.value.details["errors"][0]["column"] == "loss_rule"


def test_only_who_manages_the_portfolio_sets_its_rule(
    losing: Portfolio, bob_viewer: User, charlie: User
) -> None:
    with pytest.raises(PermissionDenied):
        set_loss_rule(portfolio_id=losing.pk, rule="US", by=bob_viewer)
    with pytest.raises(PortfolioNotFound):
        set_loss_rule(portfolio_id=losing.pk, rule="US", by=charlie)
