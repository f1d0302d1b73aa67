"""Ids that are taken ahead: ascending, nobody else's, and told in short where they lie together."""

import pytest
from django.db import connection, transaction

from accounts.identity import as_service
from portfolios.models import Lot
from portfolios.services.rows import reserve_ids

pytestmark = pytest.mark.django_db(transaction=True)


def test_ids_that_lie_together_are_a_range() -> None:
    with as_service("tests"):
        first, second = reserve_ids(Lot, 3), reserve_ids(Lot, 2)
    assert isinstance(first, range)
    assert [*first, *second] == [*range(first.start, first.start + 5)]
    assert len(reserve_ids(Lot, 0)) == 0


def test_ids_between_which_somebody_else_took_some_are_named_each() -> None:
    """A sequence that steps over every second number, as if somebody else had taken it."""
    with connection.as_owner(), transaction.atomic():  # type: ignore[attr-defined]
        with connection.cursor() as cursor:
            cursor.execute("ALTER SEQUENCE portfolios_lot_id_seq INCREMENT BY 2")
        taken = reserve_ids(Lot, 3)
        transaction.set_rollback(True)
    assert [*taken] == [taken[0], taken[0] + 2, taken[0] + 4]
