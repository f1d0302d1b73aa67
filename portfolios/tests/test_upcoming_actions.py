"""Actions ahead of `world`: shares, cash in base currency, and how soon, as patterns get them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from market.calc.events import ActionFacts
from market.services import record_actions
from patterns.exceptions import InputsInvalid
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio
from portfolios.services.runs import Execution, execute
from portfolios.tests.factories import append
from portfolios.tests.world import FRI, THU, listing

SOON, LATER, FAR = date(2013, 2, 15), date(2013, 3, 1), date(2013, 6, 1)  # 7, 21, 113 days


def announce(kind: str, ex_date: date, symbol: str = "ACME", **said: Any) -> None:
    exchange = listing(symbol).exchange
    record_actions(
        [
            ActionFacts(
                symbol=symbol,
                exchange=exchange,
                action_type=kind,
                ex_date=ex_date,
                source="tape",
                **said,
            )
        ]
    )


def ask(user: User, portfolio: Portfolio, **more: Any) -> Execution:
    return execute(
        user=user,
        pattern_id="corporate_actions_upcoming",
        inputs={"portfolio_id": str(portfolio.pk), **more.pop("inputs", {})},
        correlation_id="test",
        **more,
    )


def impact(user: User, portfolio: Portfolio, **more: Any) -> Any:
    done = ask(user, portfolio, **more)
    assert done.run.errors == []
    return done.run.result["actions_with_impact"]


def test_a_dividend_ahead_by_hand(traded: Portfolio, alice: User) -> None:
    """15 ACME × 0.50 USD are 7.50, less 15 % are 6.37 (1.13 withheld), × 1.20 are 7.64 CAD."""
    announce(
        "dividend", SOON, amount=Decimal("0.50"), currency="USD",
        withholding_tax_rate=Decimal("0.15"),
    )  # fmt: skip
    found = impact(alice, traded)
    (row,) = found["actions"]
    assert (row["symbol"], row["action_type"], row["ex_date"]) == ("ACME", "Dividend", "2013-02-15")
    assert row["portfolio_quantity"]["value"] == "15"
    assert (row["amount_local"]["value"], row["amount_local"]["currency"]) == ("6.37", "USD")
    assert (row["portfolio_impact"]["value"], row["portfolio_impact"]["state"]) == ("7.64", "exact")
    assert (row["days_until"]["value"], row["is_urgent"]) == (7, True)
    assert found["summary"]["dividends_expected"]["value"] == "7.64"
    assert found["summary"]["earnings_releases"]["reason"] == (
        "No calendar of earnings is connected."
    )


def test_without_a_rate_of_withholding_the_gross_is_partial(traded: Portfolio, alice: User) -> None:
    """15 × 0.50 × 1.20 = 9.00 CAD before withholding."""
    announce("dividend", LATER, amount=Decimal("0.50"), currency="USD")
    found = impact(alice, traded)
    (row,) = found["later"]
    assert found["urgent"] == []
    assert row["portfolio_impact"]["value"] == "9"
    assert row["portfolio_impact"]["state"] == "partial"
    assert row["portfolio_impact"]["reason"] == "Before withholding, whose rate is not known."
    assert found["summary"]["dividends_expected"]["state"] == "partial"


def test_the_last_dividend_s_rate_is_expected_again(traded: Portfolio, alice: User) -> None:
    """3 of 20 were withheld last time: 15 % again, 6.37 USD."""
    paid = Draft(
        entry_type="DIVIDEND",
        security_id=listing("ACME").pk,
        transaction_date=THU,
        quantity=Decimal(20),
        gross_amount=Decimal(20),
        taxes=Decimal(3),
        currency="USD",
    )
    append(traded, alice, paid)
    announce("dividend", LATER, amount=Decimal("0.50"), currency="USD")
    (row,) = impact(alice, traded)["actions"]
    assert row["withholding_rate"]["value"] == 0.15
    assert row["amount_local"]["value"] == "6.37"


def test_a_split_changes_shares_and_no_cash(traded: Portfolio, alice: User) -> None:
    announce("split", SOON, new_shares=Decimal(2), old_shares=Decimal(1))
    found = impact(alice, traded)
    (row,) = found["actions"]
    assert (row["portfolio_quantity"]["value"], row["new_quantity"]["value"]) == ("15", "30")
    assert row["portfolio_impact"]["value"] == "0"
    assert found["summary"]["splits_pending"]["value"] == 1


def test_only_what_is_held_and_near_and_known_is_ahead(traded: Portfolio, alice: User) -> None:
    """DARK is not held, June is beyond ninety days, Friday is today, March is announced later."""
    announce("dividend", SOON, "DARK", amount=Decimal(1), currency="CAD")
    announce("dividend", FAR, amount=Decimal(1), currency="USD")
    announce("dividend", FRI, "MAPLE", amount=Decimal(1), currency="CAD")
    announce(
        "dividend", LATER, amount=Decimal(1), currency="USD", announcement_date=date(2013, 2, 20)
    )
    assert impact(alice, traded)["actions"] == []
    far = impact(alice, traded, inputs={"days_ahead": 120})["actions"]
    assert [row["ex_date"] for row in far] == ["2013-06-01"]
    thursday = impact(alice, traded, asof=THU)["actions"]
    assert [row["symbol"] for row in thursday] == ["MAPLE"]


def test_a_mended_fact_makes_another_run(traded: Portfolio, alice: User) -> None:
    announce("dividend", SOON, amount=Decimal("0.50"), currency="USD")
    before = ask(alice, traded)
    again = ask(alice, traded)
    announce("dividend", SOON, amount=Decimal("0.60"), currency="USD")
    after = ask(alice, traded)
    assert (again.run.cached, after.run.cached) == (True, False)
    assert before.run.run_hash == again.run.run_hash != after.run.run_hash


@pytest.mark.parametrize("days", [0, 367])
def test_days_ahead_have_bounds(traded: Portfolio, alice: User, days: int) -> None:
    with pytest.raises(InputsInvalid):
        ask(alice, traded, inputs={"days_ahead": days})
