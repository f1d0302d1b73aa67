"""The list of what does not agree: found, resolved when it agrees again, accepted with a reason."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import AuditEvent, User
from portfolios.exceptions import (
    PortfolioNotFound,
    ReconciliationItemNotFound,
    ReconciliationRefused,
)
from portfolios.models import (
    BalanceAssertion,
    CashBalance,
    ImportRun,
    Lot,
    Portfolio,
    ReconciliationResult,
)
from portfolios.services import reconcile_portfolio, undo_import
from portfolios.services.reconciling import accept_difference, recheck
from portfolios.tests.factories import BalanceAssertionFactory, append, deposit
from portfolios.tests.world import FRI, MON, WED, listing

# The world's ledger: cash CAD 500 on Monday, 300 from Tuesday on, USD 360 on Friday; 15 ACME.


def state(portfolio: Portfolio, kind: str, amount: str, **said: Any) -> BalanceAssertion:
    run = ImportRun.objects.get()
    given: dict[str, Any] = {"asof_date": FRI, "import_run": run, "row": 9} | said
    return BalanceAssertionFactory.create(
        portfolio=portfolio, kind=kind, amount=Decimal(amount), **given
    )


def codes(portfolio: Portfolio, state: str = "open") -> list[str]:
    found = ReconciliationResult.objects.filter(portfolio=portfolio, state=state)
    return sorted(found.values_list("code", flat=True))


def test_a_ledger_agrees_with_what_is_stored_of_it(traded: Portfolio) -> None:
    found = reconcile_portfolio(traded.pk)
    assert (found.contradictions, found.open_items, found.checked) == ((), 0, 0)


@pytest.mark.parametrize(
    ("kind", "amount", "said", "code"),
    [
        ("cash", "300.01", {}, None),  # a cent is rounding
        ("cash", "300.02", {}, "CASH_MISMATCH"),
        ("cash", "500", {"asof_date": MON}, None),
        ("cash", "300", {"account": "other"}, "CASH_MISMATCH"),
        ("quantity", "15", {"currency": ""}, None),
        ("quantity", "15.0000000001", {"currency": ""}, "QUANTITY_MISMATCH"),
        ("quantity", "20", {"currency": "", "asof_date": WED}, None),
        ("quantity", "1", {"currency": "", "symbol": "DARK"}, "MISSING_POSITION"),
        ("nav", "1198.05", {}, None),  # five cents of 1,198.00
        ("nav", "1199", {}, "VALUATION_MISMATCH"),
    ],
)
def test_a_statement_is_held_against_the_close_of_its_day(
    traded: Portfolio, kind: str, amount: str, said: dict[str, Any], code: str | None
) -> None:
    symbol = said.pop("symbol", "ACME")
    if kind == "quantity":
        said["security"] = listing(symbol)
    state(traded, kind, amount, **said)
    found = reconcile_portfolio(traded.pk)
    assert codes(traded) == ([code] if code else [])
    assert (found.contradictions, found.checked) == ((), 1)


@pytest.mark.parametrize(
    "said", [{"currency": "USD"}, {"account": "main"}, {"asof_date": "2012-01-02"}]
)
def test_a_value_that_we_do_not_compute_is_not_held_against_anything(
    traded: Portfolio, said: dict[str, Any]
) -> None:
    state(traded, "nav", "5", **said)
    found = reconcile_portfolio(traded.pk)
    assert (found.checked, len(found.unchecked), found.open_items) == (0, 1, 0)


def test_a_difference_says_what_stands_where(traded: Portfolio) -> None:
    assertion = state(traded, "cash", "310")
    reconcile_portfolio(traded.pk)
    item = ReconciliationResult.objects.get()
    assert (item.expected, item.actual, item.assertion) == (310, 300, assertion)
    assert item.message == (
        "Cash in CAD was 300.00 CAD at the close of 2013-02-08; "
        f"import {assertion.import_run_id} (row 9) states 310.00 CAD."
    )


def test_it_is_resolved_when_it_agrees_again_and_opens_anew_when_not(
    traded: Portfolio, alice: User
) -> None:
    state(traded, "cash", "310")
    reconcile_portfolio(traded.pk)
    append(traded, alice, deposit("10", FRI))
    reconcile_portfolio(traded.pk)
    assert (codes(traded), codes(traded, "resolved")) == ([], ["CASH_MISMATCH"])
    append(traded, alice, deposit("5", FRI))
    reconcile_portfolio(traded.pk)
    assert codes(traded) == ["CASH_MISMATCH"]


def test_what_an_undone_import_stated_no_longer_counts(traded: Portfolio, alice: User) -> None:
    state(traded, "cash", "310")
    reconcile_portfolio(traded.pk)
    undo_import(run_id=ImportRun.objects.get().pk, by=alice)
    assert reconcile_portfolio(traded.pk).checked == 0
    assert codes(traded) == []


def test_an_accepted_difference_stays_accepted_until_it_changes(
    traded: Portfolio, alice: User
) -> None:
    state(traded, "cash", "310")
    reconcile_portfolio(traded.pk)
    item = ReconciliationResult.objects.get()
    accept_difference(portfolio_id=traded.pk, item_id=item.pk, reason="A coupon", by=alice)
    assert recheck(portfolio_id=traded.pk, by=alice).open_items == 0
    item.refresh_from_db()
    assert (item.state, item.note) == ("accepted", "A coupon")
    assert AuditEvent.objects.filter(action="accept_difference", actor=alice).exists()
    append(traded, alice, deposit("1", FRI))
    reconcile_portfolio(traded.pk)
    assert codes(traded) == ["CASH_MISMATCH"]


@pytest.mark.parametrize("reason", ["", "  ", "a\0b"])
def test_a_difference_is_not_accepted_without_a_reason(
    traded: Portfolio, alice: User, reason: str
) -> None:
    state(traded, "cash", "310")
    reconcile_portfolio(traded.pk)
    item = ReconciliationResult.objects.get()
    with pytest.raises(ReconciliationRefused):
        accept_difference(portfolio_id=traded.pk, item_id=item.pk, reason=reason, by=alice)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity_open": 14}, "QUANTITY_MISMATCH"),
        ({"cost_basis_local": 1}, "COST_MISMATCH"),
        ({"cost_basis_local": None}, "COST_MISMATCH"),
    ],
)
def test_a_lot_that_is_not_what_the_ledger_gives_is_a_contradiction(
    traded: Portfolio, alice: User, change: dict[str, Any], code: str
) -> None:
    Lot.objects.filter(security__symbol="ACME").update(**change)
    found = reconcile_portfolio(traded.pk)
    assert codes(traded) == [code]
    assert "ACME.XNAS.raw" in found.contradictions[0]
    item = ReconciliationResult.objects.get()
    with pytest.raises(ReconciliationRefused, match="cannot be accepted"):
        accept_difference(portfolio_id=traded.pk, item_id=item.pk, reason="so", by=alice)


def test_a_lot_that_is_gone_is_a_missing_position(traded: Portfolio) -> None:
    Lot.objects.filter(security__symbol="MAPLE").delete()
    reconcile_portfolio(traded.pk)
    assert codes(traded) == ["MISSING_POSITION"]


def test_stored_cash_that_is_not_what_the_ledger_gives_is_a_contradiction(
    traded: Portfolio,
) -> None:
    CashBalance.objects.filter(currency="USD").update(balance=361)
    found = reconcile_portfolio(traded.pk)
    assert found.contradictions == (
        f"{traded.pk}: The stored cash of main is 361.00 USD, the ledger gives 360.00 USD.",
    )


def test_a_stranger_neither_checks_nor_accepts(traded: Portfolio, charlie: User) -> None:
    with pytest.raises(PortfolioNotFound):
        recheck(portfolio_id=traded.pk, by=charlie)
    with pytest.raises(PortfolioNotFound):
        accept_difference(portfolio_id=traded.pk, item_id=1, reason="so", by=charlie)


def test_another_portfolios_difference_is_none(traded: Portfolio, alice: User) -> None:
    with pytest.raises(ReconciliationItemNotFound):
        accept_difference(portfolio_id=traded.pk, item_id=0, reason="so", by=alice)
