"""A ledger that is older than the table of balances gets them without anybody's help."""

from decimal import Decimal

import pytest

from accounts.models import User
from portfolios.models import CashBalance, Portfolio
from portfolios.services import build_unbuilt, projection_breaks, reverse_entry
from portfolios.tests.factories import append, deposit


def balances(portfolio: Portfolio) -> list[tuple[str, Decimal]]:
    rows = CashBalance.objects.filter(portfolio=portfolio).order_by("currency")
    return list(rows.values_list("currency", "balance"))


def test_the_next_entry_stands_on_the_whole_ledger(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    """1,000 before the upgrade and 10 after it are 1,010; the 10 alone would hide the rest."""
    append(portfolio, alice, deposit("1000"))
    CashBalance.objects.all().delete()  # as an upgrade finds it
    append(portfolio, alice, deposit("10"))
    assert balances(portfolio) == [("CAD", Decimal(1010))]
    assert projection_breaks(portfolio.pk) == []


def test_it_is_built_once_and_said(traded: Portfolio, caplog: pytest.LogCaptureFixture) -> None:
    before = balances(traded)
    CashBalance.objects.all().delete()
    built = build_unbuilt(traded.pk)
    assert (balances(traded), projection_breaks(traded.pk)) == (before, [])
    assert built is not None
    assert f"Portfolio {traded.pk} had no stored balances" in caplog.text
    assert build_unbuilt(traded.pk) is None


def test_a_portfolio_without_money_has_nothing_to_build(
    market: None, portfolio: Portfolio, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    assert build_unbuilt(portfolio.pk) is None
    append(portfolio, alice, deposit("1000"))
    reverse_entry(portfolio_id=portfolio.pk, seq=1, by=alice, reason="wrong")
    assert (build_unbuilt(portfolio.pk), balances(portfolio), caplog.text) == (None, [], "")
