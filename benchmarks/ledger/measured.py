"""What one ledger costs to write, to add to and to show, in a database of its own."""

from __future__ import annotations

import random
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from django.test import Client

from accounts.identity import as_service, as_user
from accounts.models import User
from benchmarks.ledger.database import fresh_database, portfolio_of_accounts
from benchmarks.ledger.trades import FEE, SECURITIES, SEED, TRADES_PER_ACCOUNT, symbol_of
from dawsos.db.owner import as_owner
from market.formats.csv_records import Limits
from market.models import Security
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio
from portfolios.selectors.holdings import holdings
from portfolios.services import append_entries, run_import

REPEATED = 40
PAGES = 200
LAST_DAY = date(2025, 1, 3)
MIDDLE = date(2019, 12, 30)
FILTERS = ("", "?entry_type=SELL", "?symbol=X007", "?start=2019-01-01&end=2019-03-31")


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger in the database, and the chance that picks what is added to it."""

    portfolio: Portfolio
    owner: User
    accounts: int
    securities: list[Security]
    chance: random.Random


def measure(file: Path) -> dict[str, float]:
    """Seconds and MiB of the import; milliseconds of one more entry, of one in the middle, and
    of the transactions page."""
    content = file.read_bytes()
    with fresh_database():
        portfolio, owner = portfolio_of_accounts()
        start = time.perf_counter()
        report = run_import(
            portfolio_id=portfolio.pk,
            content=content,
            filename=file.name,
            by=owner,
            limits=Limits(max_bytes=None, max_rows=None),
        )
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _know_the_tables()
        ledger = _ledger(portfolio, owner, report.rows_added)
        return {
            "entries": report.rows_added,
            "import_s": seconds,
            "peak_mib": peak,
            "append_ms": _median(lambda: _one_more(ledger, LAST_DAY)),
            "backdated_ms": _median(lambda: _one_more(ledger, MIDDLE)),
            "page_p95_ms": _pages(ledger),
        }


def _know_the_tables() -> None:
    """What PostgreSQL's background process does within a minute of an import."""
    with as_owner() as connection, connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _ledger(portfolio: Portfolio, owner: User, entries: int) -> Ledger:
    with as_service("benchmark"):
        wanted = [symbol_of(number) for number in range(SECURITIES)]
        securities = list(Security.objects.listed(wanted))
    accounts = max(1, entries // TRADES_PER_ACCOUNT)
    return Ledger(portfolio, owner, accounts, securities, random.Random(SEED))


def _one_more(ledger: Ledger, day: date) -> float:
    """From the call to the holdings that contain it; the entry is durable by then."""
    security = ledger.chance.choice(ledger.securities)
    draft = Draft(
        entry_type="BUY",
        transaction_date=day + timedelta(days=ledger.chance.randrange(3)),
        currency=security.currency,
        security_id=security.pk,
        account=f"A{ledger.chance.randrange(ledger.accounts)}",
        quantity=Decimal(ledger.chance.randint(1, 9)),
        price=Decimal("101.50"),
        fees=FEE,
        fx_rate=None if security.currency == "USD" else Decimal("1.1"),
    )
    start = time.perf_counter()
    append_entries(portfolio_id=ledger.portfolio.pk, entries=[draft], by=ledger.owner)
    with as_user(ledger.owner.pk):
        holdings(ledger.portfolio, account=draft.account)
    return (time.perf_counter() - start) * 1000


def _median(sample: Callable[[], float]) -> float:
    for _ in range(3):
        sample()
    return statistics.median(sample() for _ in range(REPEATED))


def _pages(ledger: Ledger) -> float:
    """The 95th percentile of the time inside the view, by the page's own header."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(ledger.owner)
    address = f"/portfolios/{ledger.portfolio.pk}/transactions/"
    times = []
    for number in range(PAGES):
        answer = client.get(address + FILTERS[number % len(FILTERS)])
        if answer.status_code != 200:
            raise RuntimeError(f"the page answered {answer.status_code}")
        times.append(_view_ms(answer.headers["Server-Timing"]))
    return statistics.quantiles(times, n=20)[-1]


def _view_ms(header: str) -> float:
    parts = dict(part.strip().split(";dur=") for part in header.split(",") if ";dur=" in part)
    return float(parts["view"])
