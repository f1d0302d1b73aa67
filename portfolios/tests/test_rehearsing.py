"""A restatement rehearsed: all that it will say, and nothing written."""

import pytest
from django.db import connection

from accounts.exceptions import PermissionDenied
from accounts.identity import as_service
from accounts.models import AuditEvent, User
from portfolios.models import Portfolio, PortfolioDailyValue
from portfolios.services import (
    rehearse_closes,
    rehearse_restatement,
    run_import,
)
from portfolios.tests.restated import REASON, late_close, report, restate
from portfolios.tests.test_unpriced import LEDGER as DARK_LEDGER
from portfolios.tests.world import (
    FRI,
    MON,
    listing,
)


def counts() -> dict[str, int]:
    """The rows of every table."""
    with as_service("tests"), connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            found[table] = cursor.fetchone()[0]
    return found


def test_a_rehearsal_says_what_will_move_and_writes_nothing(traded: Portfolio, alice: User) -> None:
    late_close()
    before, values = counts(), list(PortfolioDailyValue.revisions.order_by("pk").values())
    (rehearsed,) = rehearse_restatement(MON, FRI, reason=REASON, by=alice).reports
    assert counts() == before
    assert list(PortfolioDailyValue.revisions.order_by("pk").values()) == values

    restate(alice)
    assert rehearsed.report_hash == report().report_hash
    assert rehearsed.figures == 3


def test_a_rehearsed_file_is_not_stored(market: None, portfolio: Portfolio, alice: User) -> None:
    content = DARK_LEDGER.encode()
    run_import(portfolio_id=portfolio.pk, content=content, filename="l.csv", by=alice)
    before = counts()
    closes = b"date,close\n2013-02-05,3\n"
    found = rehearse_closes(listing("DARK"), closes, "dark.csv", by=alice)
    assert (found.packs, counts()) == (4, before)
    assert listing("DARK").price_source == ""
    assert found.as_dict()["rehearsal"] is True
    again = rehearse_closes(listing("DARK"), closes, "dark.csv", by=alice)
    assert again.reports[0].report_hash == found.reports[0].report_hash


def test_nothing_to_restate_is_nothing_to_report(traded: Portfolio) -> None:
    assert rehearse_restatement(MON, FRI, reason=REASON, by=None).reports == ()


def test_only_who_manages_rehearses_and_restates(traded: Portfolio, bob: User) -> None:
    late_close()
    with pytest.raises(PermissionDenied):
        rehearse_restatement(MON, FRI, reason=REASON, by=bob)
    with pytest.raises(PermissionDenied):
        restate(bob)
    assert not AuditEvent.objects.filter(action="market.packs.restate").exists()
