"""What the database itself keeps true of daily values: their keys, the flows, the copies."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from portfolios.models import (
    CurrencyAttribution,
    MonthlyReturns,
    Portfolio,
    PortfolioCashFlow,
    PortfolioDailyValue,
    PortfolioMetrics,
)
from portfolios.tests.factories import (
    CurrencyAttributionFactory,
    MonthlyReturnsFactory,
    PortfolioDailyValueFactory,
    PortfolioFactory,
)
from portfolios.tests.world import FRI, MON, TUE

SAT = FRI + timedelta(days=1)


def flows(portfolio: Portfolio) -> list[tuple[object, ...]]:
    rows = PortfolioCashFlow.objects.filter(portfolio=portfolio)
    return list(rows.values_list("asof_date", "inflow", "outflow"))


def test_flows_follow_the_daily_values_whoever_writes_them(traded: Portfolio) -> None:
    assert flows(traded) == [(MON, Decimal(1000), Decimal(0))]
    values = PortfolioDailyValue.objects.filter(portfolio=traded)
    values.filter(asof_date=TUE).update(outflow=7)
    assert flows(traded) == [(MON, Decimal(1000), Decimal(0)), (TUE, Decimal(0), Decimal(7))]
    values.filter(asof_date=MON).delete()
    assert flows(traded) == [(TUE, Decimal(0), Decimal(7))]


def test_a_changed_value_takes_the_copies_of_its_month_and_later_ones_along(
    traded: Portfolio,
) -> None:
    """A value of February changes: the copy of January stays."""
    for month in (1, 2, 3):
        MonthlyReturnsFactory.create(portfolio=traded, month=MON.replace(month=month, day=1))
    other = MonthlyReturnsFactory.create(portfolio=PortfolioFactory.create())
    values = PortfolioDailyValue.objects.filter(portfolio=traded, asof_date=FRI)
    values.update(time_weighted_return=F("time_weighted_return") + 1)
    kept = MonthlyReturns.objects.filter(portfolio=traded).values_list("month", flat=True)
    assert list(kept) == [MON.replace(month=1, day=1)]
    assert MonthlyReturns.objects.filter(portfolio=other.portfolio).exists()


def test_a_value_needs_its_pack(traded: Portfolio) -> None:
    with pytest.raises(IntegrityError, match="pack that does not exist"), transaction.atomic():
        PortfolioDailyValueFactory.create(portfolio=traded, asof_date=SAT, pack_id="none")


def test_a_value_needs_its_portfolio(traded: Portfolio) -> None:
    pack_id = PortfolioDailyValue.objects.filter(portfolio=traded)[0].pack_id
    nobody = Portfolio()
    with pytest.raises(IntegrityError, match="does not exist"), transaction.atomic():
        PortfolioDailyValueFactory.create(portfolio_id=nobody.pk, portfolio=None, pack_id=pack_id)


def test_the_effects_of_currencies_go_with_their_figures(traded: Portfolio) -> None:
    pack = PortfolioDailyValue.objects.filter(portfolio=traded)[0].pack
    CurrencyAttributionFactory.create(figures__portfolio=traded, figures__pack=pack)
    PortfolioMetrics.objects.filter(portfolio=traded)._raw_delete("default")
    assert not CurrencyAttribution.objects.filter(portfolio=traded).exists()


def test_what_follows_a_statement_looks_up_whatever_that_was_planned_for(db: None) -> None:
    """Else each chunk of a night reads whole tables, which grow every night."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_proc WHERE proconfig @> '{enable_nestloop=on}'"
            " AND proname LIKE ANY ('{portfolios_daily_values_%,portfolios_effects_%}')"
        )
        assert cursor.fetchone() == (4,)


def test_rows_of_all_heads_are_found_by_the_indexes_of_current_and_ended_ones(
    traded: Portfolio,
) -> None:
    asked = PortfolioDailyValue.revisions.of_all_heads().filter(portfolio=traded)
    assert asked.count() == PortfolioDailyValue.revisions.filter(portfolio=traded).count() > 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = asked.filter(asof_date__gte=MON).explain()
    assert "daily_value_one_current" in plan
    assert "daily_value_once" in plan
