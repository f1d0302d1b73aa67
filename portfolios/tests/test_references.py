"""What entries, lots and closures refer to is there and stays: as tight as a key of each row."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from accounts.identity import as_service, as_user
from market.models import Security
from market.tests.factories import SecurityFactory
from portfolios.models import Lot, Portfolio, Transaction
from portfolios.services import run_import
from portfolios.tests.factories import (
    LotFactory,
    PortfolioFactory,
    TransactionFactory,
    append,
    trade,
)
from portfolios.tests.world import LEDGER, MON, TUE, make_market

NOBODY = "00000000-0000-0000-0000-000000000000"
ENTRY = {"seq": "99", "content_hash": "repeat('c', 64)"}
NOWHERE = [
    ("transaction", "portfolio_id", f"'{NOBODY}'::uuid"),
    ("transaction", "security_id", f"'{NOBODY}'::uuid"),
    ("transaction", "to_security_id", f"'{NOBODY}'::uuid"),
    ("transaction", "corporate_action_id", f"'{NOBODY}'::uuid"),
    ("transaction", "import_run_id", "-1"),
    ("transaction", "created_by_id", "-1"),
    ("lot", "portfolio_id", f"'{NOBODY}'::uuid"),
    ("lot", "security_id", f"'{NOBODY}'::uuid"),
    ("lot", "open_entry_id", "-1"),
    ("lotclosure", "portfolio_id", f"'{NOBODY}'::uuid"),
    ("lotclosure", "close_entry_id", "-1"),
    ("lotclosure", "lot_id", "-1"),
]
REFERRED = ["portfolios_portfolio", "market_security", "portfolios_importrun", "accounts_user"]


def run(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


def copy_of_first(table: str, changed: Mapping[str, str]) -> str:
    """An INSERT of the table's first row once more, some columns other than there."""
    model = f"portfolios_{table}"
    with connection.cursor() as cursor:
        names = [c.name for c in connection.introspection.get_table_description(cursor, model)]
    names.remove("id")
    values = ", ".join(changed.get(name, name) for name in names)
    said = ", ".join(names)
    return f"INSERT INTO {model} ({said}) SELECT {values} FROM {model} ORDER BY id LIMIT 1"


@pytest.fixture
def ledger(db: None) -> Portfolio:
    """Imported, so its entries refer to a run; 10 were bought, of which 4 are sold."""
    make_market()
    portfolio = PortfolioFactory.create()
    run_import(
        portfolio_id=portfolio.pk, content=LEDGER.encode(), filename="l.csv", by=portfolio.owner
    )
    maple = Security.objects.get(symbol="MAPLE")
    append(portfolio, portfolio.owner, trade("BUY", maple, "10", "20", MON))
    append(portfolio, portfolio.owner, trade("SELL", maple, "4", "20", TUE))
    return portfolio


@pytest.mark.parametrize("table", ["transaction", "lot", "lotclosure"])
def test_a_row_that_refers_to_what_is_there_is_written(ledger: Portfolio, table: str) -> None:
    assert run(copy_of_first(table, ENTRY)) == 1


@pytest.mark.parametrize(("table", "column", "stranger"), NOWHERE)
def test_a_row_that_refers_to_nothing_is_refused(
    ledger: Portfolio, table: str, column: str, stranger: str
) -> None:
    with pytest.raises(IntegrityError, match=column), transaction.atomic():
        run(f"SET CONSTRAINTS ALL IMMEDIATE; {copy_of_first(table, ENTRY | {column: stranger})}")


def test_one_wrong_row_among_many_is_enough(ledger: Portfolio) -> None:
    wrong = f"CASE WHEN n = 70 THEN '{NOBODY}'::uuid ELSE security_id END"
    rows = copy_of_first("lot", {"security_id": wrong, "label": "'copy ' || n"})
    many = rows.replace(" ORDER BY id LIMIT 1", ", generate_series(1, 100) n WHERE is_open")
    with pytest.raises(IntegrityError, match="security_id of portfolios_lot"), transaction.atomic():
        run(many)


def test_a_lot_cannot_be_moved_to_nothing(ledger: Portfolio) -> None:
    assert run("UPDATE portfolios_lot SET security_id = security_id") > 0
    for column in ("security_id", "portfolio_id"):
        with pytest.raises(IntegrityError, match=column), transaction.atomic():
            run(f"UPDATE portfolios_lot SET {column} = '{NOBODY}'")


@pytest.mark.parametrize("table", REFERRED)
def test_what_is_referred_to_cannot_be_deleted(ledger: Portfolio, table: str) -> None:
    only = "WHERE symbol = 'MAPLE'" if table == "market_security" else ""
    with pytest.raises(IntegrityError), transaction.atomic():
        run(f"SET CONSTRAINTS ALL IMMEDIATE; DELETE FROM {table} {only}")


def test_a_security_held_by_nobody_can(ledger: Portfolio) -> None:
    stranger = SecurityFactory.create()
    assert run(f"DELETE FROM market_security WHERE id = '{stranger.pk}'") == 1


@pytest.mark.parametrize("table", REFERRED)
def test_what_is_referred_to_keeps_its_id(ledger: Portfolio, table: str) -> None:
    other = "id + 1" if table in {"portfolios_importrun", "accounts_user"} else f"'{NOBODY}'"
    with pytest.raises(IntegrityError, match="refer"), transaction.atomic():
        run(f"UPDATE {table} SET id = {other}")


def test_a_user_cannot_refer_to_what_is_hidden_from_them(ledger: Portfolio) -> None:
    """The entry would be in the user's own portfolio, but said to be by somebody else."""
    somebody = PortfolioFactory.create().owner
    statement = copy_of_first("transaction", ENTRY | {"created_by_id": str(somebody.pk)})
    with (
        pytest.raises(IntegrityError, match="created_by_id"),
        as_user(ledger.owner_id),
        transaction.atomic(),
    ):
        run(statement)


def elsewhere(work: Callable[[], Any]) -> Any:
    """In a transaction of its own, on another connection. It does not wait for a lock."""

    def started() -> Any:
        try:
            with as_service("tests"):
                run("SET LOCAL lock_timeout = '50ms'")
                return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        return other.submit(started).result()


@pytest.fixture
def maple(transactional_db: None) -> Security:
    """A security that nothing refers to yet, and an entry."""
    with as_service("tests"):
        TransactionFactory.create()
        return SecurityFactory.create()


def delete(security: Security) -> int:
    return run(f"DELETE FROM market_security WHERE id = '{security.pk}'")


def refer(security: Security) -> None:
    entry = Transaction.objects.get()
    LotFactory.create(open_entry=entry, security=security, label=security.symbol)


def test_what_is_referred_to_is_not_emptied(maple: Security) -> None:
    for table in REFERRED:
        with (
            pytest.raises(DatabaseError, match="refer to its ids"),
            connection.as_owner(),  # type: ignore[attr-defined]
        ):
            run(f"TRUNCATE {table} CASCADE")


def test_whoever_deletes_waits_for_whoever_writes(maple: Security) -> None:
    with as_service("tests"):
        refer(maple)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(lambda: delete(maple))
    with pytest.raises(IntegrityError, match="still referred to"):
        elsewhere(lambda: delete(maple))


def test_whoever_writes_waits_for_whoever_deletes(maple: Security) -> None:
    with as_service("tests"):
        assert delete(maple) == 1
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(lambda: refer(maple))
    with pytest.raises(IntegrityError, match="security_id"):
        elsewhere(lambda: refer(maple))
    with as_service("tests"):
        assert not Lot.objects.exists()


def test_two_who_write_do_not_wait_for_one_another(maple: Security) -> None:
    with as_service("tests"):
        refer(maple)
        elsewhere(lambda: refer(maple))


def test_an_older_state_of_the_database_is_not_asked(maple: Security) -> None:
    def earlier(work: Callable[[Security], Any]) -> None:
        with transaction.atomic():
            run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            with as_service("tests"):
                work(maple)

    for work in (delete, refer):
        with pytest.raises(DatabaseError, match="READ COMMITTED"):
            earlier(work)
