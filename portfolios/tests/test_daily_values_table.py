"""What the database itself keeps true of daily values: their keys, the flows, the copies."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from portfolios.models import (
    CurrencyAttribution,
    MonthlyReturns,
    MonthlyValues,
    Portfolio,
    PortfolioCashFlow,
    PortfolioDailyValue,
    PortfolioMetrics,
)
from portfolios.selectors.stored_days import HistoryDay, current_days
from portfolios.tests.factories import (
    MonthlyReturnsFactory,
    MonthlyValuesFactory,
    PortfolioFactory,
    PortfolioMetricsFactory,
    change_values,
    remove_values,
)
from portfolios.tests.world import FRI, MON, THU, TUE, WED

LATER = MON.replace(month=3, day=1)


def flows(portfolio: Portfolio) -> list[tuple[object, ...]]:
    rows = PortfolioCashFlow.objects.filter(portfolio=portfolio)
    return list(rows.values_list("asof_date", "inflow", "outflow"))


def test_flows_follow_the_daily_values_whoever_writes_them(traded: Portfolio) -> None:
    assert flows(traded) == [(MON, Decimal(1000), Decimal(0))]
    values = PortfolioDailyValue.objects.filter(portfolio=traded)
    change_values(values.filter(asof_date=TUE), outflow=Decimal(7))
    assert flows(traded) == [(MON, Decimal(1000), Decimal(0)), (TUE, Decimal(0), Decimal(7))]
    remove_values(values.filter(asof_date=MON))
    assert flows(traded) == [(TUE, Decimal(0), Decimal(7))]


def test_a_changed_value_takes_the_copies_of_its_month_and_later_ones_along(
    traded: Portfolio,
) -> None:
    """A value of February changes: the copy of January stays."""
    for month in (1, 2, 3):
        MonthlyReturnsFactory.create(portfolio=traded, month=MON.replace(month=month, day=1))
    other = MonthlyReturnsFactory.create(portfolio=PortfolioFactory.create())
    values = PortfolioDailyValue.objects.filter(portfolio=traded, asof_date=FRI)
    change_values(values, time_weighted_return=1.5)
    kept = MonthlyReturns.objects.filter(portfolio=traded).values_list("month", flat=True)
    assert list(kept) == [MON.replace(month=1, day=1)]
    assert MonthlyReturns.objects.filter(portfolio=other.portfolio).exists()


def test_a_value_needs_its_pack(traded: Portfolio) -> None:
    with pytest.raises(IntegrityError, match="pack that does not exist"), transaction.atomic():
        MonthlyValuesFactory.create(portfolio=traded, month=LATER, packs=[999_999])


def test_a_value_needs_its_portfolio(traded: Portfolio) -> None:
    (month,) = MonthlyValues.objects.filter(portfolio=traded)
    nobody = Portfolio()
    with pytest.raises(IntegrityError, match="does not exist"), transaction.atomic():
        MonthlyValuesFactory.create(portfolio_id=nobody.pk, portfolio=None, packs=month.packs[:1])


def test_the_effects_of_currencies_are_rows_of_their_figures(traded: Portfolio) -> None:
    pack = PortfolioDailyValue.objects.filter(portfolio=traded)[0].pack
    PortfolioMetricsFactory.create(
        portfolio=traded,
        pack=pack,
        effect_currencies=["EUR", "USD"],
        local_effects=[0.02, 0.01],
        fx_effects=[0.0, 0.005],
        interaction_effects=[0.0, 0.0],
        effect_errors_bps=[0.0, 0.01],
    )
    effects = CurrencyAttribution.objects.filter(portfolio=traded, pack=pack)
    assert [(row.currency, row.local_effect, row.fx_effect) for row in effects] == [
        ("EUR", 0.02, 0.0),
        ("USD", 0.01, 0.005),
    ]
    PortfolioMetrics.objects.filter(portfolio=traded)._raw_delete("default")
    assert not effects.all().exists()


@pytest.mark.parametrize(
    "other",
    [
        {"local_effects": []},
        {"fx_effects": [float("nan")]},
        {"interaction_effects": [float("inf")]},
        {"effect_errors_bps": [-0.1]},
        {"effect_errors_bps": [None]},
    ],
)
def test_effects_are_finite_and_one_of_each_kind_a_currency(
    traded: Portfolio, other: dict[str, Any]
) -> None:
    pack = PortfolioDailyValue.objects.filter(portfolio=traded)[0].pack
    with pytest.raises(IntegrityError, match="portfolio_metrics_effects"), transaction.atomic():
        PortfolioMetricsFactory.create(portfolio=traded, pack=pack, **other)


def test_what_follows_a_statement_looks_up_whatever_that_was_planned_for(db: None) -> None:
    """Else each chunk of a night reads whole tables, which grow every night."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_proc WHERE proconfig @> '{enable_nestloop=on}'"
            " AND proname LIKE ANY (%s)",
            [["portfolios_daily_values_%", "portfolios_monthly_values_%"]],
        )
        assert cursor.fetchone() == (4,)


def test_the_values_of_a_portfolio_are_found_by_the_keys_of_both_tables(traded: Portfolio) -> None:
    asked = PortfolioDailyValue.revisions.filter(portfolio=traded, asof_date__gte=MON)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = asked.explain()
    assert "monthly_values_once" in plan
    assert "daily_value_once" in plan


def test_a_question_for_todays_values_leaves_ended_ones_out(traded: Portfolio) -> None:
    assert "endeddailyvalue" not in PortfolioDailyValue.objects.filter(portfolio=traded).explain()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"cash": [1, 2]}, "monthly_values_length"),
        ({"inflows": [0, 0]}, "monthly_values_length"),
        ({"days": [], "packs": [], "heads": [], "totals": [], "cash": [], "returns": []}, "length"),
        ({"month": FRI}, "monthly_values_first"),
        ({"days": [0]}, "ascending"),
        ({"days": [29]}, "ascending"),  # of February 2013
        ({"coin": Decimal("0.05")}, "monthly_values_coin"),
        ({"totals": [10**18 + 1]}, "monthly_values_finite"),
        ({"cash": [-(10**18) - 1]}, "monthly_values_finite"),
        ({"returns": [float("nan")]}, "monthly_values_finite"),
        ({"returns": [float("-inf")]}, "monthly_values_finite"),
        ({"cash": [None]}, "monthly_values_finite"),
        ({"heads": [None]}, "monthly_values_known"),
        ({"inflows": [10**18 + 1]}, "monthly_values_finite"),
        ({"coin": Decimal(1), "totals": [10**16 + 1]}, "monthly_values_finite"),
        ({"states": [None]}, "monthly_values_states"),
        ({"states": [5]}, "monthly_values_states"),
        ({"coverages": [1.5]}, "monthly_values_coverages"),
    ],
)
def test_the_database_refuses_an_impossible_month(
    traded: Portfolio, wrong: dict[str, object], said: str
) -> None:
    """The month before is none of them, so that each fails by itself."""
    (month,) = MonthlyValues.objects.filter(portfolio=traded)
    other = PortfolioFactory.create()
    with pytest.raises(IntegrityError, match=said), transaction.atomic():
        MonthlyValuesFactory.create(**{"portfolio": other, "packs": month.packs[:1]} | wrong)


def test_days_of_a_month_ascend_and_are_there_once(traded: Portfolio) -> None:
    month = MonthlyValues.objects.filter(portfolio=traded)
    for days in ([4, 5, 6, 8, 7], [4, 5, 6, 7, 7]):
        with pytest.raises(IntegrityError, match="ascending"), transaction.atomic():
            month.update(days=days)


def test_what_is_stored_is_read_as_it_was_said(traded: Portfolio) -> None:
    """Nothing is known of Thursday; Friday has a receivable and is not whole."""
    values = PortfolioDailyValue.objects.filter(portfolio=traded)
    unknown = {"total_value": None, "inflow": None, "outflow": None, "time_weighted_return": None}
    change_values(values.filter(asof_date=THU), **unknown, state="withheld", coverage=0.0)
    partly = {"receivable_balance": Decimal("1.23"), "state": "partial", "coverage": 0.5}
    change_values(values.filter(asof_date=FRI), **partly)
    thursday, friday = values.filter(asof_date__gte=THU)
    assert (thursday.total_value, thursday.positions_value) == (None, None)
    assert (thursday.inflow, thursday.outflow, thursday.time_weighted_return) == (None,) * 3
    assert (thursday.state, thursday.coverage) == ("withheld", 0)
    assert (friday.total_value, friday.receivable_balance) == (1198, Decimal("1.23"))
    assert (friday.state, friday.coverage, friday.inflow) == ("partial", 0.5, 0)
    read = current_days(traded.pk)
    assert [day.asof_date for day in read] == [MON, TUE, WED, THU, FRI]
    assert read == [
        HistoryDay(*(getattr(value, name) for name in HistoryDay._fields)) for value in values
    ]


def test_a_part_of_a_coin_is_not_stored(traded: Portfolio) -> None:
    values = PortfolioDailyValue.objects.filter(portfolio=traded, asof_date=FRI)
    with pytest.raises(ValueError, match="whole number of coins"):
        change_values(values, total_value=Decimal("1198.001"))
