"""Who sees a portfolio: its members. To everybody else it does not exist, by any way."""

from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from accounts.identity import as_nobody, as_user
from accounts.models import AuditEvent, Membership, User
from market.models import PricingPack
from patterns.models import PatternRun
from portfolios.exceptions import PortfolioInvalid, PortfolioNotFound
from portfolios.models import Portfolio, Transaction
from portfolios.selectors import resolve_portfolio, transactions_page, visible_portfolios
from portfolios.selectors.access import role_on
from portfolios.services import create_portfolio
from portfolios.tests.factories import (
    ActionDecisionFactory,
    BalanceAssertionFactory,
    CashBalanceFactory,
    CostMethodChangeFactory,
    EndedDailyValueFactory,
    ImportMappingFactory,
    InstrumentMatchFactory,
    LedgerHoldingsFactory,
    MonthlyReturnsFactory,
    PendingUploadFactory,
    PortfolioMetricsFactory,
    ReconciliationResultFactory,
)
from portfolios.tests.world import MON

TENANT_TABLES = [
    model._meta.db_table for model in apps.get_app_config("portfolios").get_models()
] + ["accounts_membership", "patterns_patternrun", "patterns_stepresult"]
# Of whoever asks: the tables below are policed.
VIEWS = {"portfolios_portfoliodailyvalue", "portfolios_currencyattribution"}


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


@pytest.fixture
def full(traded: Portfolio) -> Portfolio:
    """A row in every table of the app."""
    for factory in (
        ActionDecisionFactory,
        BalanceAssertionFactory,
        CashBalanceFactory,
        CostMethodChangeFactory,
        ImportMappingFactory,
        InstrumentMatchFactory,
        LedgerHoldingsFactory,
        PendingUploadFactory,
        ReconciliationResultFactory,
    ):
        factory.create(portfolio=traded)
    pack = PricingPack.objects.get(asof_date=MON)
    PortfolioMetricsFactory.create(portfolio=traded, pack=pack)
    EndedDailyValueFactory.create(portfolio=traded, pack=pack)
    MonthlyReturnsFactory.create(portfolio=traded)
    for portfolio_id in (traded.pk, None):
        PatternRun.objects.create(**_run(portfolio_id))
    return traded


def _run(portfolio_id: UUID | None) -> dict[str, object]:
    values: dict[str, object] = {"portfolio_id": portfolio_id}
    for field in PatternRun._meta.fields:
        if field.name in ("id", "portfolio_id", "created_at") or field.null or field.has_default():
            continue
        values[field.name] = "complete" if field.name == "state" else uuid4().hex
    return values | {"pattern_version": "1", "engine_version": "1"}


@pytest.mark.parametrize("table", [it for it in TENANT_TABLES if it not in VIEWS])
def test_every_tenant_table_forces_its_policy(db: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = %s::regclass",
            [table],
        )
        assert cursor.fetchone() == (True,)


def test_members_see_rows_and_strangers_none(full: Portfolio, bob: User, charlie: User) -> None:
    for table in TENANT_TABLES[:-3]:
        with as_user(bob.pk):
            assert count(table) > 0, table
        with as_user(charlie.pk):
            assert count(table) == 0, table
        with as_nobody():
            assert count(table) == 0, table


def test_public_runs_are_everybodys_and_others_the_members(
    full: Portfolio, bob: User, charlie: User
) -> None:
    with as_user(bob.pk):
        assert count("patterns_patternrun") == 2
    with as_user(charlie.pk):
        assert count("patterns_patternrun") == 1


def test_a_stranger_writes_nothing_into_it(full: Portfolio, charlie: User) -> None:
    statements = (
        f"""INSERT INTO portfolios_importrun (portfolio_id, filename, file_hash, format, state,
            row_count, created_by_id, at, report)
            VALUES ('{full.pk}', 'x', 'x', 'x', 'done', 0, {charlie.pk}, now(), '{{}}')""",
        f"""INSERT INTO accounts_membership (user_id, portfolio_id, role, created_at)
            VALUES ({charlie.pk}, '{full.pk}', 'owner', now())""",
    )
    for statement in statements:
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            as_user(charlie.pk),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    with as_user(charlie.pk), connection.cursor() as cursor:
        cursor.execute("UPDATE portfolios_portfolio SET name = 'mine'")
        assert cursor.rowcount == 0


def test_foreign_unknown_and_malformed_ids_are_one_answer_and_are_audited(
    portfolio: Portfolio, charlie: User
) -> None:
    answers = []
    for portfolio_id in (portfolio.pk, uuid4(), "not-an-id"):
        with pytest.raises(PortfolioNotFound) as error:
            resolve_portfolio(charlie, portfolio_id)
        answers.append(error.value.as_dict("c"))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["code"] == "NOT_FOUND_3001"
    attempts = AuditEvent.objects.filter(action="portfolio_not_found", actor=charlie)
    assert attempts.count() == 3


def test_the_list_holds_what_is_opened(portfolio: Portfolio, bob: User, charlie: User) -> None:
    assert list(visible_portfolios(bob)) == [portfolio]
    assert list(visible_portfolios(charlie)) == []


def test_a_portfolio_is_born_with_its_owner(alice: User) -> None:
    made = create_portfolio(by=alice, name=" Pension ", base_currency="EUR")
    assert made.name == "Pension"
    assert Membership.objects.get(portfolio_id=made.pk).role == "owner"
    assert AuditEvent.objects.filter(action="portfolio_created", portfolio_id=made.pk).exists()


def test_settings_that_cannot_be_honoured_are_refused_together(alice: User) -> None:
    with pytest.raises(PortfolioInvalid) as error:
        create_portfolio(
            by=alice, name="", base_currency="ZZZ", cost_method="LUCK", cash_tracked=False
        )
    columns = {mistake["column"] for mistake in error.value.details["errors"]}
    assert columns == {"name", "base_currency", "cost_method", "cash_tracked"}


def test_a_member_that_was_removed_sees_nothing_from_then_on(full: Portfolio, bob: User) -> None:
    Membership.objects.filter(user=bob).delete()
    with as_user(bob.pk):
        assert Transaction.objects.count() == 0
        assert transactions_page(full.pk).count == 0


def test_a_role_that_was_found_for_one_user_is_asked_again_for_another(
    traded: Portfolio, alice: User, bob: User, charlie: User, django_assert_num_queries: object
) -> None:
    """The owner opens it; whoever else is asked about on the same instance has a role of their
    own, or none."""
    opened = resolve_portfolio(alice, traded.pk)
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert role_on(alice, opened) == "owner"
    assert role_on(bob, opened) == "editor"
    assert role_on(charlie, opened) is None
