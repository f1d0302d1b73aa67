"""Why an action ahead brings what it brings here: 15 ACME of `world`, a dollar is 1.20 CAD."""

from decimal import Decimal
from typing import Any

from accounts.models import User
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio
from portfolios.tests.explained import asked, below, broken, run, why
from portfolios.tests.factories import append
from portfolios.tests.test_upcoming_actions import LATER, SOON, announce
from portfolios.tests.world import THU, listing

PATTERN = "corporate_actions_upcoming"
ROW = "actions_with_impact.actions.0"


def dividend(**said: Any) -> None:
    announce("dividend", SOON, amount=Decimal("0.50"), currency="USD", **said)


def test_a_dividend_opens_into_shares_terms_withholding_and_rates(
    traded: Portfolio, alice: User
) -> None:
    # 15 × 0.50 = 7.50; 15 % of it are 1.125, posted as 1.13; 6.37 × 1.20 = 7.644, shown as 7.64.
    dividend(withholding_tax_rate=Decimal("0.15"))
    found = why(run(alice, traded, PATTERN), f"{ROW}.portfolio_impact")
    (converted,) = found.children
    local, rate = converted.children
    gross, kept = local.children

    assert (found.value, converted.value) == (Decimal("7.64"), Decimal("7.6440"))
    assert (local.value, float(rate.value or 0)) == (Decimal("6.37"), 1.2)
    assert (gross.value, kept.value) == (Decimal("7.50"), Decimal("1.13"))
    assert below(gross.children[0]) == [("ACME held", 15), ("amount a share of ACME", 0.5)]
    shares, announced = gross.children[0].children
    assert [one.value for one in shares.children[0].children] == [20, -5]
    assert announced.source is not None and announced.source.kind == "action"


def test_an_unannounced_rate_is_that_of_the_last_dividend(traded: Portfolio, alice: User) -> None:
    # 3 of 20 were withheld then: 15 %.
    paid = Draft(
        entry_type="DIVIDEND",
        transaction_date=THU,
        security_id=listing("ACME").pk,
        gross_amount=Decimal("20"),
        taxes=Decimal("3"),
        currency="USD",
    )
    append(traded, alice, paid)
    dividend()
    found = why(run(alice, traded, PATTERN), f"{ROW}.withholding_rate")
    (last,) = found.children

    assert found.value == 0.15
    assert [value for _, value in below(last)] == [3, 20]
    assert {one.source.kind for one in last.children if one.source} == {"entry"}


def test_a_split_opens_into_its_ratio(traded: Portfolio, alice: User) -> None:
    # 15 × 3 / 2 = 22.5
    announce("split", SOON, new_shares=Decimal("3"), old_shares=Decimal("2"))
    found = why(run(alice, traded, PATTERN), f"{ROW}.new_quantity")
    whole, old = found.children[0].children
    assert (found.value, whole.value, old.value) == (Decimal("22.5"), 45, 2)


def test_every_figure_follows_down_to_facts(traded: Portfolio, alice: User) -> None:
    dividend()
    announce("split", LATER, "MAPLE", new_shares=Decimal("2"), old_shares=Decimal("1"))
    announce("dividend", LATER, "MAPLE", amount=Decimal("0.10"), currency="CAD")
    done = run(alice, traded, PATTERN)
    paths = [*asked(done)]
    lists = [f"actions_with_impact.{name}.0.portfolio_impact" for name in ("urgent", "later")]

    assert len(paths) > 20
    assert broken(done, [*paths, *lists]) == []
