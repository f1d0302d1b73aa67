"""Why markets and currencies had their effects, down to closes, rates and entries."""

import pytest

from accounts.models import User
from portfolios.models import Portfolio
from portfolios.tests.explained import asked, below, broken, run, why
from portfolios.tests.world import MON, THU, WED

PATTERN = "portfolio_attribution"


def test_all_of_friday_came_from_the_dollar(traded: Portfolio, alice: User) -> None:
    # 180 of ACME and 360 of cash in dollars, at 1.04 and then 1.20; Thursday was worth 1,111.60.
    done = run(alice, traded, PATTERN, start=THU)
    fx = why(done, "currency_attr.fx_return")
    assert fx.value == pytest.approx(86.4 / 1111.6)

    dollars = next(node for node in fx.children if "USD" in node.label)
    assert below(dollars) == [
        ("ACME, currency effect", pytest.approx(28.8 / 1111.6)),
        ("cash in USD, currency effect", pytest.approx(57.6 / 1111.6)),
    ]
    friday = dollars.at([1, 0])
    assert friday is not None and friday.formula.text == "linking factor × effect of the day"
    assert [value for _, value in below(friday)] == pytest.approx([1, 57.6 / 1111.6])
    amount = friday.at([1, 0])
    assert amount is not None
    assert below(amount) == [
        ("cash in USD on 2013-02-07", 360),
        ("move of USD on 2013-02-08", pytest.approx(0.16)),
    ]


def test_every_figure_follows_down_to_facts(traded: Portfolio, alice: User) -> None:
    done = run(alice, traded, PATTERN, start=WED)
    paths = [*asked(done, "currency_attr")]
    assert len(paths) > 25
    assert broken(done, paths) == []


def test_a_conversion_and_a_deposit_are_worth_what_their_entries_say(
    traded: Portfolio, alice: User
) -> None:
    # The first day: 1,000 paid in, 500 of it became 500 dollars at 1.00, which is no effect.
    done = run(alice, traded, PATTERN, period="SI")
    rows = done.run.result["currency_attr"]["by_position"]
    place = next(n for n, row in enumerate(rows) if row["label"] == "Cash USD")
    monday = why(done, f"currency_attr.by_position.{place}.fx").children[0]
    entered = monday.at([1, 0, 1])

    assert entered is not None and monday.value == 0
    assert [value for _, value in below(entered)] == [500, 500]  # at the day's rate; as recorded
    converted = entered.at([1, 0])
    assert converted is not None and converted.source is not None
    assert (converted.label, converted.source.key) == ("fx conversion of 2013-02-04", "entry 2")


def test_what_is_withheld_says_why(portfolio: Portfolio, market: None, alice: User) -> None:
    done = run(alice, portfolio, PATTERN, start=MON)
    found = why(done, "currency_attr.local_return")
    assert (found.value, found.state) == (None, "withheld")
    assert found.reason == "There is no history in this period."
