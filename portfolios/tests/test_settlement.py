"""Settled and pending cash of a stored ledger, by the calendars of its exchanges."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from market.models import Security
from market.tests.factories import SecurityFactory
from portfolios.models import Portfolio
from portfolios.selectors import calc_entries, ledger_rows, settled_cash, settlement_of, settlements
from portfolios.tests.factories import append, deposit, trade
from portfolios.tests.world import FRI, MON, THU, listing

pytestmark = pytest.mark.django_db


def bought(portfolio: Portfolio, by: User, security: Security, on: date, **more: Any) -> None:
    append(
        portfolio,
        by,
        deposit("1000", on, currency=security.currency, fx_rate=Decimal(1)),
        trade("BUY", security, "1", "100", on, fx_rate=Decimal(1), **more),
    )


def test_a_sale_is_pending_for_three_sessions_in_2013(traded: Portfolio) -> None:
    # sold on Thursday 7 February for 60 USD; Friday, Monday, Tuesday the 12th
    (sale,) = [one for one in settlements(calc_entries(traded)).values() if one.seq == 5]
    assert (sale.settles, sale.state) == (date(2013, 2, 12), "exact")
    _, usd = settled_cash(traded, FRI).currencies
    # 500 converted; 200 for ACME on Monday settled on Thursday
    assert (usd.settled, usd.receivable, usd.withdrawable) == (
        Decimal(300),
        Decimal(60),
        Decimal(300),
    )
    _, later = settled_cash(traded, date(2013, 2, 12)).currencies
    assert (later.settled, later.pending) == (Decimal(360), Decimal(0))


def test_a_purchase_is_owed_until_it_settles(traded: Portfolio) -> None:
    _, usd = settled_cash(traded, MON).currencies
    assert (usd.settled, usd.payable, usd.withdrawable) == (
        Decimal(500),
        Decimal(-200),
        Decimal(300),
    )


def test_settled_and_pending_are_all_the_cash(traded: Portfolio) -> None:
    cad, usd = settled_cash(traded, THU).currencies
    assert cad.settled + cad.pending == 300
    assert usd.settled + usd.pending == 360


def test_a_bank_holiday_with_open_exchanges_settles_nothing(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    # Thursday 10 November 2022 + 2: Friday is Veterans Day, so Monday and Tuesday the 15th
    bought(portfolio, alice, listing("ACME"), date(2022, 11, 10))
    (purchase,) = settlements(calc_entries(portfolio)).values()
    assert purchase.settles == date(2022, 11, 15)


def test_a_recorded_date_stands(market: None, portfolio: Portfolio, alice: User) -> None:
    bought(portfolio, alice, listing("ACME"), THU, settlement_date=date(2013, 3, 1))
    (purchase,) = settlements(calc_entries(portfolio)).values()
    assert (purchase.settles, purchase.state, purchase.sentences()) == (
        date(2013, 3, 1),
        "exact",
        [],
    )
    assert settled_cash(portfolio, date(2013, 2, 28)).currencies[0].payable == -100


def test_an_unknown_exchange_is_said_to_be_assumed(portfolio: Portfolio, alice: User) -> None:
    moon = SecurityFactory.create(symbol="LUNA", exchange="MOON", currency="CAD")
    bought(portfolio, alice, moon, THU)
    got = settled_cash(portfolio, THU)
    assert got.state == "estimated"
    assert got.assumptions == (
        "No settlement cycle is known for MOON; two business days are assumed.",
        "No calendar is known for MOON; only weekends are left out.",
    )
    (purchase,) = got.pending
    assert purchase.settles == date(2013, 2, 11)  # Thursday + 2 weekdays


def test_a_planned_cycle_is_said_to_be_planned(portfolio: Portfolio, alice: User) -> None:
    barclays = SecurityFactory.create(symbol="BARC", exchange="XLON", currency="CAD")
    bought(portfolio, alice, barclays, date(2027, 10, 11))
    (purchase,) = settlements(calc_entries(portfolio)).values()
    assert (purchase.settles, purchase.state) == (date(2027, 10, 12), "estimated")
    assert "planned" in purchase.sentences()[0]


def test_a_row_settles_as_its_entry_does(traded: Portfolio) -> None:
    by_row = [settlement_of(row) for row in ledger_rows(traded.pk)]
    assert by_row[:2] == [None, None]  # a deposit and a conversion are no trades
    assert by_row[2:] == list(settlements(calc_entries(traded)).values())
