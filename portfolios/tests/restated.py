"""A correction of one close, and what it is asked for in tests of restatements."""

from datetime import UTC, datetime
from typing import Any

from accounts.models import User
from market.services import ingest_observations
from portfolios.models import Portfolio
from portfolios.selectors.restatement import RestatementReport, restatement_report
from portfolios.services import (
    restate_and_reprice,
)
from portfolios.tests.world import (
    ACME,
    FRI,
    MON,
    THU,
    close_of,
)

LATE = datetime(2013, 2, 10, 14, tzinfo=UTC)
REASON = "ACME's close of Thursday arrived late."
OLD, NEW = "2013-02-07-ECB-r1", "2013-02-07-ECB-r2"


def late_close() -> None:
    ingest_observations([close_of(ACME, THU, "13", known_at=LATE)])


def restate(by: User | None = None, **more: Any) -> None:
    restate_and_reprice(MON, FRI, reason=REASON, by=by, **more)


def report(pack_id: str = NEW) -> RestatementReport:
    return restatement_report(pack_id, Portfolio.objects.order_by("name", "pk"))
