"""The small world told in EUR: values at each day's rate, never a return times a rate.

Of `world`: 1 EUR costs 1.25, 1.25, 1.30, 1.30 and 1.50 CAD, and 1.25 USD on every day.

    total value    1,000   1,000   1,040.80    1,111.60    1,198.00 CAD
                     800     800     800.62      855.08      798.67 EUR
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from patterns.context import Context
from patterns.exceptions import InputsInvalid
from patterns.explaining import explain, is_explained
from patterns.explanation import breach
from patterns.layout import panels
from patterns.library import get_pattern
from portfolios.capabilities.gain import gain_parts
from portfolios.capabilities.inputs import Compared, OfPortfolio, OverNamedPeriod
from portfolios.capabilities.periods import periods
from portfolios.capabilities.positions import get_valued_positions
from portfolios.models import Portfolio
from portfolios.selectors import build_context
from portfolios.selectors.performance import track
from portfolios.selectors.reporting import reporting_currencies
from portfolios.services.replaying import replay_for
from portfolios.services.runs import Execution, execute
from portfolios.tests.factories import append, deposit, trade
from portfolios.tests.test_benchmarks import make
from portfolios.tests.world import DAYS, FRI, MON, listing

EUR_CAD = [Decimal(rate) for rate in ("1.25", "1.25", "1.30", "1.30", "1.50")]
CAD_VALUES = [Decimal(value) for value in ("1000", "1000", "1040.80", "1111.60", "1198.00")]
CENT = Decimal("0.01")


def asked(user: User, portfolio: Portfolio, currency: str | None = "EUR", **more: Any) -> Context:
    return build_context(
        user=user,
        portfolio_id=portfolio.pk,
        correlation_id="test",
        currency=currency,
        with_benchmark=True,
        **more,
    )


def test_each_close_is_told_at_its_own_rate(traded: Portfolio, alice: User) -> None:
    rows = track(asked(alice, traded), traded.pk).rows

    assert [row.asof_date for row in rows] == list(DAYS)
    expected = [
        (value / rate).quantize(CENT) for value, rate in zip(CAD_VALUES, EUR_CAD, strict=True)
    ]
    assert [row.total_value for row in rows] == expected  # 800, 800, 800.62, 855.08, 798.67
    assert {row.currency for row in rows} == {"EUR"}
    assert (rows[0].inflow, rows[0].outflow) == (Decimal("800.00"), Decimal(0))  # 1,000 / 1.25


def test_a_return_holds_what_the_currency_did(traded: Portfolio, alice: User) -> None:
    """19.8 % in CAD and −0.17 % in EUR, which 19.8 % times any rate is not."""
    ctx = asked(alice, traded)
    found = periods(
        ctx, Compared(portfolio_id=traded.pk, benchmark_id=None, start=MON, hedged=False)
    )

    # 1,198/1.50 : 1,000/1.25 − 1 = 1.198 · 1.25/1.50 − 1
    assert found.chosen.twr.value == pytest.approx(1.198 * 1.25 / 1.50 - 1)
    assert found.chosen.mwr.value == pytest.approx(-1.33 / 800)  # of reported values, to the cent
    assert (found.chosen.gain.value, found.chosen.gain.currency) == (Decimal("-1.33"), "EUR")


def test_a_flow_counts_at_the_rate_of_its_day(traded: Portfolio, alice: User) -> None:
    """1,500 CAD on Friday morning are 1,000 EUR of capital; 2,698 CAD are 1,798.67 EUR."""
    append(traded, alice, deposit("1500", FRI))
    rows = track(asked(alice, traded), traded.pk).rows

    assert rows[-1].inflow == Decimal("1000.00")
    before = 1111.60 / 1.30
    assert rows[-1].time_weighted_return == pytest.approx(2698 / 1.5 / (before + 1000) - 1)


def test_costs_are_those_of_the_day_they_were_paid(traded: Portfolio, alice: User) -> None:
    """ACME: 15 of 20 bought for 200 USD at 1 CAD on Monday: 150 CAD / 1.25. MAPLE: 200 / 1.25.

    Sold: 60 USD · 1.04 / 1.30 less 50 USD · 1.00 / 1.25 = 48 − 40.
    """
    found = get_valued_positions(asked(alice, traded), OfPortfolio(portfolio_id=traded.pk))
    by_symbol = {row.symbol: row for row in found.positions}

    assert found.base_currency == "EUR"
    assert by_symbol["ACME"].cost_basis.value == Decimal(120)
    assert by_symbol["MAPLE"].cost_basis.value == Decimal(160)
    # 180 USD / 1.25 and 250 CAD / 1.50
    assert by_symbol["ACME"].market_value.value == Decimal(144)
    assert by_symbol["MAPLE"].market_value.value == Decimal("166.6666666667")
    assert by_symbol["ACME"].unrealized_pnl.value == Decimal(24)
    assert found.realized_pnl.value == Decimal("8.00")
    assert found.total_value.value == Decimal("798.67")
    assert [(row.currency, row.market_value.currency) for row in found.cash] == [
        ("CAD", "EUR"),
        ("USD", "EUR"),
    ]


def test_the_gain_and_its_parts_are_told_alike(traded: Portfolio, alice: User) -> None:
    ctx = asked(alice, traded)
    found = gain_parts(ctx, OverNamedPeriod(portfolio_id=traded.pk, start=MON))

    assert found.gain.value == Decimal("-1.33")
    assert sum(row.amount.value for row in found.rows if row.amount.value) == Decimal("-1.33")


def test_the_benchmark_is_told_in_the_same_currency(traded: Portfolio, alice: User) -> None:
    """ACME rose from 10 to 12 USD, and a euro costs 1.25 USD throughout."""
    acme = make({"ACME": "1"})
    ctx = asked(alice, traded, benchmark_id=acme.pk)
    found = periods(
        ctx, Compared(portfolio_id=traded.pk, benchmark_id=acme.pk, start=MON, hedged=False)
    )

    assert found.chosen.benchmark_return.value == pytest.approx(0.2)
    assert found.benchmark_method.endswith("in EUR")


def test_a_cost_of_a_day_without_a_rate_is_withheld_and_the_rest_is_told(
    traded: Portfolio, alice: User
) -> None:
    """Bought in January, when no pack knows a rate: CAD 100 are no euros, and its worth is."""
    early = date(2013, 1, 4)
    maple = listing("MAPLE")
    append(traded, alice, deposit("100", early), trade("BUY", maple, "5", "20", early))
    found = get_valued_positions(asked(alice, traded), OfPortfolio(portfolio_id=traded.pk))
    row = next(row for row in found.positions if row.symbol == "MAPLE")

    assert row.market_value.value == Decimal(250)  # 15 · 25 / 1.50
    assert (row.cost_basis.value, row.unrealized_pnl.value) == (None, None)
    assert row.cost_basis.reason == (
        "The cost is not known in EUR: there is no rate of a day on which it was paid."
    )
    assert get_valued_positions(
        asked(alice, traded, None), OfPortfolio(portfolio_id=traded.pk)
    ).positions[0].cost_basis.value == Decimal(300)


def test_it_is_another_run_of_the_same_question(traded: Portfolio, alice: User) -> None:
    def run(**inputs: Any) -> Any:
        return execute(
            user=alice,
            pattern_id="portfolio_overview",
            inputs={"portfolio_id": str(traded.pk)} | inputs,
            correlation_id="test",
        ).run

    own, euros, again = run(), run(currency="EUR"), run(currency="EUR")

    assert own.run_hash != euros.run_hash == again.run_hash
    assert again.cached and not euros.cached
    assert (euros.inputs["currency"], euros.trace["base_currency"]) == ("EUR", "EUR")
    assert euros.result["valued_positions"]["total_value"]["value"] == "798.67"


def test_a_currency_that_the_pack_cannot_reach_is_refused_with_those_it_can(
    traded: Portfolio, alice: User
) -> None:
    assert reporting_currencies(asked(alice, traded, None), "CAD") == ("CAD", "EUR", "USD")
    with pytest.raises(InputsInvalid) as caught:
        asked(alice, traded, "JPY")

    (error,) = caught.value.details["errors"]
    assert error["message"] == "2013-02-08-ECB-r1 has no rate from CAD to 'JPY'."
    assert error["remedy"] == "Ask for one of CAD, EUR, USD."


def test_its_own_currency_is_the_question_itself(traded: Portfolio, alice: User) -> None:
    assert asked(alice, traded, "CAD").fingerprint() == asked(alice, traded, None).fingerprint()


def explained(alice: User, portfolio: Portfolio, pattern_id: str, **inputs: str) -> Execution:
    """A run in EUR, every explained figure of which was held against its explanation."""
    done = execute(
        user=alice,
        pattern_id=pattern_id,
        inputs={"portfolio_id": str(portfolio.pk), "currency": "EUR"} | inputs,
        correlation_id="test",
    )
    assert done.run.state == "complete"
    steps = {step.id: step.capability for step in get_pattern(pattern_id).steps}
    held = 0
    for panel in panels(pattern_id, done.run):
        cells = [metric.cell for metric in panel.metrics]
        cells += [cell for row in panel.rows for cell in row.cells]
        for cell in cells:
            step = steps.get((cell.path or "").split(".")[0], "")
            if cell.numeric and cell.path and is_explained(step):
                node = explain(done.run, done.context, cell.path)
                assert not breach(node), cell.path
                held += 1
    assert held > 20
    return done


def test_every_figure_follows_from_its_explanation(traded: Portfolio, alice: User) -> None:
    append(traded, alice, deposit("75", FRI, currency="USD", fx_rate=Decimal("1.25")))
    explained(alice, traded, "portfolio_overview")
    explained(alice, traded, "portfolio_performance", start=str(MON))


def test_a_booked_rate_opens_into_the_entry_s_and_the_day_s(traded: Portfolio, alice: User) -> None:
    """ACME was booked at 1.00 CAD a dollar, and a Canadian dollar was 1 / 1.25 EUR."""
    done = execute(
        user=alice,
        pattern_id="portfolio_overview",
        inputs={"portfolio_id": str(traded.pk), "currency": "EUR"},
        correlation_id="test",
    )
    (lot,) = explain(done.run, done.context, "valued_positions.positions.1.cost_basis").children
    rate = lot.children[1]

    assert (lot.value, rate.label) == (Decimal(120), "EUR for 1 USD when it was acquired")
    booked, towards = rate.children
    assert (booked.label, booked.value) == ("CAD for 1 USD, as booked", Decimal(1))
    assert booked.source is not None and booked.source.key == "entry 3"
    assert (towards.label, towards.value) == ("EUR for 1 CAD", Decimal("0.8"))
    assert towards.children[0].source is not None
    assert towards.children[0].source.key == "2013-02-04-ECB-r1"


def test_a_run_of_another_currency_is_replayed_to_the_same_bytes(
    traded: Portfolio, alice: User
) -> None:
    done = execute(
        user=alice,
        pattern_id="portfolio_overview",
        inputs={"portfolio_id": str(traded.pk), "currency": "EUR"},
        correlation_id="test",
    )

    assert replay_for(alice, done.run.run_id, "test").is_same
