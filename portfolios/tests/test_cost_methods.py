"""The cost method changes from a day on; what was sold before stays as it was sold."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEvent, User
from portfolios.exceptions import CostMethodRefused
from portfolios.models import CostMethodChange, Lot, LotClosure, Portfolio
from portfolios.selectors.context import settings_hash
from portfolios.services import change_cost_method, projection_breaks
from portfolios.tests.factories import append, trade
from portfolios.tests.world import FRI, MON, THU, TUE, WED, listing


@pytest.fixture
def ledger(market: None, portfolio: Portfolio, alice: User) -> Portfolio:
    """MAPLE: 10 of Monday at 20, 10 of Tuesday at 30; 4 sold on Wednesday, first in first out."""
    maple = listing("MAPLE")
    append(portfolio, alice, trade("BUY", maple, "10", "20", MON))
    append(portfolio, alice, trade("BUY", maple, "10", "30", TUE))
    append(portfolio, alice, trade("SELL", maple, "4", "25", WED))
    return portfolio


def change(portfolio: Portfolio, by: User, **given: object) -> CostMethodChange:
    said = {"method": "LIFO", "effective_from": THU, "reason": "as filed"} | given
    return change_cost_method(portfolio_id=portfolio.pk, by=by, **said)  # type: ignore[arg-type]


def test_later_sales_follow_the_new_method_and_earlier_ones_the_old(
    ledger: Portfolio, alice: User
) -> None:
    """4 of Monday's are gone; 5 more sold on Friday are Tuesday's: 6 and 5 are left."""
    made = change(ledger, alice)
    append(ledger, alice, trade("SELL", listing("MAPLE"), "5", "25", FRI))
    lots = Lot.objects.filter(portfolio=ledger).order_by("acquisition_date")
    assert list(lots.values_list("quantity_open", flat=True)) == [6, 5]
    assert [closure.realized_pnl for closure in LotClosure.objects.all()] == [20, -25]
    assert projection_breaks(ledger.pk) == []
    event = AuditEvent.objects.get(action="change_cost_method")
    assert (event.resource_id, event.details["reason"]) == (str(made.pk), "as filed")


def test_an_average_is_taken_at_once(ledger: Portfolio, alice: User) -> None:
    """6 × 20 and 10 × 30 are 420 for 16: 26.25 each."""
    change(ledger, alice, method="AVERAGE")
    assert projection_breaks(ledger.pk) == []
    append(ledger, alice, trade("SELL", listing("MAPLE"), "2", "25", FRI))
    assert LotClosure.objects.get(close_date=FRI).cost_local == Decimal("52.5")


def test_other_scopes_keep_their_method(ledger: Portfolio, alice: User) -> None:
    change(ledger, alice, security_id=listing("ACME").pk)
    change(ledger, alice, account="other")
    append(ledger, alice, trade("SELL", listing("MAPLE"), "1", "25", FRI))
    assert Lot.objects.order_by("acquisition_date").first().quantity_open == 5  # type: ignore[union-attr]


@pytest.mark.parametrize("day", [TUE, WED])
def test_what_was_relieved_already_is_not_touched(
    ledger: Portfolio, alice: User, day: object
) -> None:
    with pytest.raises(CostMethodRefused) as refused:
        change(ledger, alice, effective_from=day)
    assert refused.value.suggestion == f"Let the change begin after {WED}."
    assert not CostMethodChange.objects.exists()
    change(ledger, alice, effective_from=WED + timedelta(days=1))


@pytest.mark.parametrize(
    "wrong", [{"method": "BEST"}, {"reason": "  "}], ids=["unknown method", "no reason"]
)
def test_a_change_without_sense_is_refused(
    ledger: Portfolio, alice: User, wrong: dict[str, object]
) -> None:
    with pytest.raises(CostMethodRefused):
        change(ledger, alice, **wrong)


def test_a_second_change_on_one_day_is_refused(ledger: Portfolio, alice: User) -> None:
    change(ledger, alice)
    with pytest.raises(CostMethodRefused):
        change(ledger, alice, method="HIFO")


def test_stored_results_of_the_old_method_are_not_taken_for_new_ones(
    ledger: Portfolio, alice: User
) -> None:
    before = settings_hash(ledger)
    change(ledger, alice)
    assert settings_hash(ledger) != before
