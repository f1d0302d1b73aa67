"""Daily values that were stored as rows of their own become months, and would become rows again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.identity import as_service
from dawsos.db.owner import as_owner
from market.services import ingest_observations
from portfolios.models import MonthlyValues, PortfolioCashFlow, PortfolioDailyValue
from portfolios.services import restate_and_reprice
from portfolios.tests.factories import PortfolioFactory, append, change_values, deposit, trade
from portfolios.tests.world import ACME, FRI, MON, THU, TUE, close_of, listing, make_market

BY_THE_MONTH = ("0017_cheaper_checks_of_months", "0016_values_by_the_month")


def take_back() -> None:
    """These two alone: what came behind them is of other tables, and one of it stays done."""
    with as_owner():
        for name in BY_THE_MONTH:
            executor = MigrationExecutor(connection)
            before = executor.loader.project_state(("portfolios", name), at_end=False)
            executor.unapply_migration(before, executor.loader.graph.nodes["portfolios", name])


def put_back() -> None:
    with as_owner():
        for name in reversed(BY_THE_MONTH):
            executor = MigrationExecutor(connection)
            if ("portfolios", name) not in executor.loader.applied_migrations:
                before = executor.loader.project_state(("portfolios", name), at_end=False)
                executor.apply_migration(before, executor.loader.graph.nodes["portfolios", name])


@pytest.fixture
def migrated_again(transactional_db: None) -> Iterator[None]:
    yield
    put_back()


def stored() -> list[list[dict[str, Any]]]:
    with as_service("tests"):
        kinds: tuple[Any, ...] = PortfolioDailyValue.revisions, PortfolioCashFlow.objects
        found = [list(rows.values()) for rows in (*kinds, MonthlyValues.objects)]
    for month in found[2]:
        del month["id"]
    return found


def test_values_become_months_and_rows_again(migrated_again: None) -> None:
    """Of two portfolios, one without a price, whose Thursday was restated."""
    with as_service("tests"):
        make_market()
        one = PortfolioFactory.create()
        yen = PortfolioFactory.create(owner=one.owner, base_currency="JPY")
        acme, dark = listing("ACME"), listing("DARK")
    for portfolio in (one, yen):
        append(portfolio, one.owner, deposit("1000", MON))
        append(portfolio, one.owner, trade("BUY", acme, "10", "5", TUE))
    append(one, one.owner, trade("BUY", dark, "10", "5", THU))
    with as_service("tests"):
        late = datetime(2013, 2, 10, tzinfo=UTC)
        ingest_observations([close_of(ACME, THU, "13", known_at=late)])
        restate_and_reprice(MON, FRI, reason="Late.", by=None)
        friday = PortfolioDailyValue.objects.filter(portfolio=one, asof_date=FRI)
        change_values(friday, receivable_balance=Decimal("1.23"))
    before = stored()
    assert {row["to_head"] is None for row in before[0]} == {True, False}
    assert {row["state"] for row in before[0]} >= {"exact", "partial"}
    take_back()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET ROLE dawsos_service")
        cursor.execute("SELECT count(*), count(to_head) FROM portfolios_portfoliodailyvalue")
        ended = sum(row["to_head"] is not None for row in before[0])
        assert cursor.fetchone() == (len(before[0]), ended)
        cursor.execute("RESET ROLE")
    put_back()
    assert stored() == before
