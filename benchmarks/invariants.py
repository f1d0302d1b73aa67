"""All invariants on a million ledger entries, in a database of its own."""

from __future__ import annotations

import os
import time
from datetime import date
from decimal import Decimal

from accounts.identity import as_service
from accounts.models import Membership, User
from benchmarks.ledger.database import fresh_database, portfolio_of_accounts
from benchmarks.ledger.spellings import as_csv
from benchmarks.ledger.trades import symbol_of, trades
from dawsos.db.owner import as_owner
from dawsos.invariants.checking import check_all
from market.formats.csv_records import Limits
from market.models import Security
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio, Transaction
from portfolios.services import append_entries, run_import

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "1000000"))
EACH = 50_000  # entries of a ledger
UNBOUNDED = Limits(max_bytes=None, max_rows=None)


def measure() -> list[dict[str, object]]:
    """A row for each invariant that has a table, and one for all of them."""
    with fresh_database():
        portfolio, owner = portfolio_of_accounts()
        for number in range(max(1, ENTRIES // EACH)):
            if number:
                portfolio = _another(owner, number)
            run_import(
                portfolio_id=portfolio.pk,
                content=as_csv(list(trades(min(EACH, ENTRIES), seed=number))),
                filename=f"{number}.csv",
                by=owner,
                limits=UNBOUNDED,
            )
            _split(portfolio, owner)
        with as_owner() as connection, connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
        return _measured()


def _measured() -> list[dict[str, object]]:
    with as_service("benchmark"):
        entries = Transaction.objects.count()
    began, worked = time.perf_counter(), time.process_time()
    found = check_all()
    seconds, python = time.perf_counter() - began, time.process_time() - worked
    if any(each.state == "breached" for each in found):
        raise RuntimeError(f"an invariant is broken: {found}")
    rows: list[dict[str, object]] = [
        {
            "case": each.name,
            "seconds": round(each.seconds, 2),
            "per_s": _rate(entries, each.seconds),
        }
        for each in found
        if each.state == "passed"
    ]
    total = {"case": f"all, {entries:,} entries", "seconds": round(seconds, 2)}
    return [*rows, {**total, "per_s": _rate(entries, seconds), "python_s": round(python, 2)}]


def _rate(entries: int, seconds: float) -> int:
    return round(entries / max(seconds, 0.001))


def _another(owner: User, number: int) -> Portfolio:
    with as_service("benchmark"):
        made = Portfolio.objects.create(
            name=f"Benchmark {number}", base_currency="USD", owner=owner, lot_scope="account"
        )
        Membership.objects.create(user=owner, portfolio_id=made.pk, role="owner")
    return made


def _split(portfolio: Portfolio, owner: User) -> None:
    """One security has a ratio, so it is replayed entry by entry."""
    with as_service("benchmark"):
        security = Security.objects.get(symbol=symbol_of(0))
    draft = Draft(
        entry_type="SPLIT",
        transaction_date=date(2025, 1, 6),
        security_id=security.pk,
        currency=security.currency,
        new_shares=Decimal(2),
        old_shares=Decimal(1),
    )
    append_entries(portfolio_id=portfolio.pk, entries=[draft], by=owner)
