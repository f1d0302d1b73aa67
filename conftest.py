"""Fixtures for every test: who is acting while a test touches the database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is slow; that is no property of the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# Alice, Bob and Charlie, for every app.
pytest_plugins = ["accounts.tests.fixtures"]

# What depends on the server that stores: run on the embedded one with all others, and by
# `make servers` on those that a machine has.
ON_SERVERS = (
    "accounts/tests/test_identity.py",
    "accounts/tests/test_row_security.py",
    "dawsos/tests/faults/",
    "dawsos/tests/test_invariants.py",
    "dawsos/tests/test_night.py",
    "dawsos/tests/test_night_chunks.py",
    "market/tests/test_races.py",
    "market/tests/test_sealing.py",
    "portfolios/tests/test_concurrency.py",
    "portfolios/tests/test_proofs.py",
    "portfolios/tests/test_tampering.py",
)
ROOT = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(ROOT).as_posix().startswith(ON_SERVERS):
            item.add_marker("servers")


# Tests that commit clean up by emptying tables; a surrounding identity would be a transaction.
COMMITTING = {
    "transactional_db",
    "live_server",
    "django_db_reset_sequences",
    "django_db_serialized_rollback",
}


def _wants_rollback(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    if COMMITTING.intersection(request.fixturenames):
        return False
    if marker is not None:
        return not marker.kwargs.get("transaction", False)
    return "db" in request.fixturenames


@pytest.fixture(autouse=True)
def acting_as_service(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that roll back run as the service, so that they see what they arrange.

    `@pytest.mark.no_identity` leaves the test alone with the bare login, which sees nothing.
    """
    if not _wants_rollback(request) or request.node.get_closest_marker("no_identity"):
        yield
        return
    request.getfixturevalue("db")
    from django.db import connection, transaction

    from accounts.identity import as_service

    with as_service("tests"):
        yield
        if _is_broken(connection):
            transaction.set_rollback(True)


def _is_broken(connection: object) -> bool:
    """True after a statement failed outside a savepoint: PostgreSQL then refuses all others."""
    from psycopg.pq import TransactionStatus

    raw = getattr(connection, "connection", None)
    return raw is not None and raw.info.transaction_status == TransactionStatus.INERROR


@pytest.fixture
def service(transactional_db: None) -> Iterator[None]:
    """For tests that commit: everything inside is one transaction of the service."""
    from accounts.identity import as_service

    with as_service("tests"):
        yield
