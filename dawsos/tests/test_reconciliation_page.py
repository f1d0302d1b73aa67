"""The reconciliation page: what differs, since when, by which statement, and what can be done."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from portfolios.models import (
    ImportRun,
    MonthlyValues,
    Portfolio,
    PortfolioDailyValue,
    ReconciliationResult,
)
from portfolios.services import reconcile_portfolio
from portfolios.tests.factories import BalanceAssertionFactory, change_values
from portfolios.tests.world import FRI

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


def page(portfolio: Portfolio, name: str = "reconciliation", *more: object) -> str:
    return reverse(f"portfolios:{name}", args=[portfolio.pk, *more])


@pytest.fixture
def differing(traded: Portfolio) -> ReconciliationResult:
    """A statement says 310 CAD on Friday, the ledger has 300."""
    BalanceAssertionFactory.create(
        portfolio=traded, asof_date=FRI, amount=310, import_run=ImportRun.objects.get(), row=7
    )
    reconcile_portfolio(traded.pk)
    return ReconciliationResult.objects.get()


def test_a_ledger_without_statements_says_so(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    html = browser(alice).get(page(traded)).content.decode()
    assert "Nothing differs" in html and "No imported file has stated a balance yet" in html


def test_an_open_item_shows_both_sides_and_its_row(
    browser: Browser, traded: Portfolio, differing: ReconciliationResult, alice: User
) -> None:
    html = browser(alice).get(page(traded)).content.decode()
    for part in ("Cash differs", "310.00", "300.00", "−10.00", "(row 7)", "ledger.csv", "Accept"):
        assert part in html


def test_it_is_accepted_with_a_reason_and_not_without(
    browser: Browser, traded: Portfolio, differing: ReconciliationResult, alice: User
) -> None:
    client = browser(alice)
    accept = page(traded, "reconciliation-accept", differing.pk)
    assert client.post(accept, {"reason": " "}).status_code == 422
    html = client.post(accept, {"reason": "Paid in March"}, follow=True).content.decode()
    assert "Paid in March" in html and "Everything agrees" in html


def test_checking_now_finds_it_at_once(browser: Browser, traded: Portfolio, alice: User) -> None:
    BalanceAssertionFactory.create(portfolio=traded, asof_date=FRI, amount=310)
    html = browser(alice).post(page(traded, "reconciliation-check"), follow=True).content.decode()
    assert "1 difference open. Stated balances looked at: 1." in html


def test_a_viewer_looks_and_changes_nothing(
    browser: Browser, traded: Portfolio, differing: ReconciliationResult, bob_viewer: User
) -> None:
    client = browser(bob_viewer)
    html = client.get(page(traded)).content.decode()
    assert "310.00" in html and "Check now" not in html and "Accept<" not in html
    assert client.post(page(traded, "reconciliation-check")).status_code == 403
    accept = page(traded, "reconciliation-accept", differing.pk)
    assert client.post(accept, {"reason": "so"}).status_code == 403


def test_a_stranger_finds_nothing(
    browser: Browser, traded: Portfolio, differing: ReconciliationResult, charlie: User
) -> None:
    assert browser(charlie).get(page(traded)).status_code == 404
    accept = page(traded, "reconciliation-accept", differing.pk)
    assert browser(charlie).post(accept, {"reason": "so"}).status_code == 404


def test_a_wrong_stored_value_has_both_amounts_in_base_currency(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    rows = PortfolioDailyValue.objects.filter(portfolio=traded, asof_date=FRI)
    change_values(rows, total_value=Decimal(1199))
    reconcile_portfolio(traded.pk)
    html = browser(alice).get(page(traded)).content.decode()
    for part in ("Value differs", "1,199.00 CAD", "1,198.00 CAD", "stops the night"):
        assert part in html
    assert "Accept" not in html


def test_checking_now_says_what_was_not_compared(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    MonthlyValues.objects.filter(portfolio=traded).delete()
    html = browser(alice).post(page(traded, "reconciliation-check"), follow=True).content.decode()
    assert "Not compared: It has no stored value yet." in html
